//! Under which name this run holds the lease.

use std::hash::{BuildHasher, Hasher, RandomState};

/// The machine, the process, and something that no other run has: two pods may share the first two.
pub fn holder() -> String {
    let host = hostname::get().ok().and_then(|it| it.into_string().ok()).filter(|it| !it.is_empty());
    let host = host.unwrap_or_else(|| "unknown".to_owned());
    // The standard library seeds this with random numbers of the system.
    let random = RandomState::new().build_hasher().finish();
    format!("{host}_{}_{:08x}", std::process::id(), random >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_runs_have_the_same_name() {
        assert_ne!(holder(), holder());
        assert!(holder().contains(&format!("_{}_", std::process::id())));
    }
}
