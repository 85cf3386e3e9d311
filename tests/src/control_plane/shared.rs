//! One control plane for all tests of a binary.

use std::env;
use std::sync::OnceLock;

use super::{ControlPlane, Options, Unavailable};

static SHARED: OnceLock<Option<ControlPlane>> = OnceLock::new();

impl ControlPlane {
    /// The control plane that all tests of this binary share, started with the default [`Options`] by the first one to
    /// ask. Tests keep to namespaces of their own.
    ///
    /// # Panics
    /// As [`ControlPlane::start_or_skip`].
    pub fn shared() -> Option<&'static Self> {
        SHARED.get_or_init(|| Self::start_or_skip(Options::default())).as_ref()
    }

    /// A control plane for one test.
    ///
    /// `None`, said on standard error, when the programs are not built: the test returns, and so passes. With
    /// `KS_TEST_CLUSTER=require` that is a failure instead. Programs that are there and do not start are a failure always.
    ///
    /// # Panics
    /// As said.
    #[expect(clippy::panic, reason = "a test helper: the panic is the test's failure")]
    pub fn start_or_skip(options: Options) -> Option<Self> {
        match Self::start(options) {
            Ok(cluster) => Some(cluster),
            Err(Unavailable::NotBuilt { .. }) if !is_required() => {
                say_skipped("no kube-apiserver, see tests/README.md");
                None
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Whether a program that is not built is a failure.
pub(crate) fn is_required() -> bool {
    env::var_os("KS_TEST_CLUSTER").is_some_and(|value| value == "require")
}

#[expect(clippy::print_stderr, reason = "a test helper: the test's output is where a skip is looked for")]
pub(crate) fn say_skipped(why: &str) {
    eprintln!("skipped: {why}");
}
