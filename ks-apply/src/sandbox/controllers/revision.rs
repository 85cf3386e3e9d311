//! Revisions: templates told apart by a short name of their content.

use serde_json::Value;

use super::pods::letters;

/// The revision of a template, as a part of names.
pub(super) fn of(template: &Value) -> String {
    letters(fingerprint(template.to_string().as_bytes()), 10)
}

/// FNV-1a over 64 bits.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
