//! The rules of server-side apply, one small story each, and the laws that hold for all of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod apply;
mod compare;
mod differences;
mod field_sets;
mod properties;
mod stored;
mod support;
mod update;
