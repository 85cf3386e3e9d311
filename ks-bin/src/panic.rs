//! Bugs of ks itself, told without what an object holds.

use std::panic::PanicHookInfo;

use crate::ui;

/// Replaces the message of a panic: only words that stand in the source are printed, because a value may be a secret.
pub fn hide_contents() {
    std::panic::set_hook(Box::new(|info| ui::last_words(&message(info))));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|it| format!(" at {}:{}", it.file(), it.line())).unwrap_or_default();
    let words = info.payload().downcast_ref::<&'static str>().map(|it| format!(": {it}")).unwrap_or_default();
    format!(
        "bug: ks stopped{place}{words}\n hint: please report this line; what was written so far stays, and running ks again goes on from there"
    )
}
