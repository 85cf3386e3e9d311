//! Under which name this run holds the lease, and who runs it.

use std::hash::{BuildHasher, Hasher, RandomState};

/// The user and the machine, for people.
pub fn who() -> String {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|it| std::env::var(it).ok()).filter(|it| !it.is_empty());
    match user {
        Some(user) => format!("{user}@{}", host()),
        None => host(),
    }
}

fn host() -> String {
    let host = hostname::get().ok().and_then(|it| it.into_string().ok()).filter(|it| !it.is_empty());
    host.unwrap_or_else(|| "unknown".to_owned())
}

/// The machine, the process, and something that no other run has: two pods may share the first two.
pub fn holder() -> String {
    let host = host();
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
