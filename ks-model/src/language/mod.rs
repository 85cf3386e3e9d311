//! In which language people are spoken to.
//!
//! Everything inside speaks English: what is written in the source, what an error, a problem or a readiness says, what is in a
//! file, and what programs read. A screen puts it into the language of its reader, by tables of English phrases and what they
//! are in that language ([`Phrasebook`]). What is in no table stays as it is: names, paths, and what a server says.

mod phrasebook;
mod reading;

use std::fmt;

pub use phrasebook::{Phrasebook, Phrases, fill};

/// A language in which people are spoken to. Output for programs is the same in all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English, in which everything is written first.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl Language {
    /// The language of a locale such as `zh_CN.UTF-8`: Chinese for every `zh`, English for everything else. A locale that names
    /// another coding than UTF-8 gets English, which reads the same in all of them.
    ///
    /// # Example
    /// ```
    /// use ks_model::Language;
    /// assert_eq!(Language::of_locale("zh_CN.UTF-8"), Language::Chinese);
    /// assert_eq!(Language::of_locale("zh-Hans"), Language::Chinese);
    /// assert_eq!(Language::of_locale("zh_CN.GB18030"), Language::English);
    /// assert_eq!(Language::of_locale("C.UTF-8"), Language::English);
    /// ```
    pub fn of_locale(locale: &str) -> Self {
        let locale = locale.split('@').next().unwrap_or_default();
        let (name, coding) = locale.split_once('.').unwrap_or((locale, "UTF-8"));
        let language = name.split(['_', '-']).next().unwrap_or_default();
        let is_utf8 = coding.eq_ignore_ascii_case("UTF-8") || coding.eq_ignore_ascii_case("UTF8");
        if language.eq_ignore_ascii_case("zh") && is_utf8 { Self::Chinese } else { Self::English }
    }
}

/// Prints the tag of the language: `en`, `zh`.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::English => "en",
            Self::Chinese => "zh",
        })
    }
}

#[cfg(test)]
mod tests;
