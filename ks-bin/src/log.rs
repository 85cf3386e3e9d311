//! The log of `-v`, on stderr.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::ui::Ui;

/// Starts the log. Only crates of ks write to it, and those log neither bodies nor credentials.
pub fn start(ui: &Ui) {
    let targets = ["ks", "ks_apply", "ks_plan", "ks_model"].map(|it| (it, LevelFilter::DEBUG));
    let layer = fmt::layer().with_writer(std::io::stderr).with_ansi(ui.is_stderr_coloured()).with_target(false);
    tracing_subscriber::registry().with(layer.with_filter(Targets::new().with_targets(targets))).init();
}
