//! What must hold of any input, whatever its bytes. Each target takes bytes and fails by a panic.
//!
//! The fuzzer in `tests/fuzz` runs these functions on inputs that it finds; a test runs them on those that were kept.

#![expect(clippy::expect_used, reason = "a law that does not hold panics, so that the fuzzer sees it")]

mod configuration;
mod draws;
mod edits;
mod fields_v1;
mod merge;
mod saved_plan;
mod small_plans;

/// Holds one law-giving function with the name of its fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name, which is that of the folder of its corpus too.
    pub name: &'static str,
    /// Runs it.
    pub check: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 4] = [
    Target { name: "configuration", check: configuration::check },
    Target { name: "fields_v1", check: fields_v1::check },
    Target { name: "merge", check: merge::check },
    Target { name: "saved_plan", check: saved_plan::check },
];

/// Runs the target of this name.
///
/// # Panics
/// When there is no such target, or when a law does not hold.
pub fn check(target: &str, input: &[u8]) {
    let found = TARGETS.iter().find(|it| it.name == target);
    (found.expect("a target of this name").check)(input);
}
