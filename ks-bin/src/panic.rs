//! Bugs of ks itself, told without what an object holds.

use std::panic::PanicHookInfo;
use std::process::exit;

use crate::command_error::Kind;
use crate::ui;

/// Replaces the message of a panic, and ends the program at any: only words that stand in the source are printed, because a value may
/// be a secret, and nothing is left to an abort, which may write the memory to a file.
pub fn end_without_contents() {
    std::panic::set_hook(Box::new(|info| {
        ui::last_words(&message(info));
        exit(Kind::Bug.code().into())
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|it| format!(" at {}:{}", it.file(), it.line())).unwrap_or_default();
    let words = info.payload().downcast_ref::<&'static str>().map(|it| format!(": {it}")).unwrap_or_default();
    format!(
        "bug: ks stopped{place}{words}\n hint: please report this line; what was written so far stays, and running ks again goes on from there"
    )
}
