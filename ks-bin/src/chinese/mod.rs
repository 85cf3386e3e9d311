//! What the commands say in Chinese. The left side of each table is the English of the source, letter by letter.

mod cluster;
mod commands;
mod screens;

use ks_model::config;
use ks_model::language::{Language, Phrasebook};
use ks_plan::chinese::{CERTIFICATES, DIAGNOSIS, PLAN, READINESS};

/// What screens are put into words with: what they say themselves, and what they are told in English.
pub const fn phrasebook(language: Language) -> Phrasebook {
    Phrasebook::new(
        language,
        &[screens::SAID],
        &[commands::READ, cluster::READ, config::CHINESE, PLAN, CERTIFICATES, READINESS, DIAGNOSIS],
    )
}

#[cfg(test)]
mod tests;
