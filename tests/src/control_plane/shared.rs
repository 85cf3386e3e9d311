//! One control plane for all tests of a binary.

use std::env;
use std::sync::OnceLock;

use super::{ControlPlane, Options, Unavailable};

static SHARED: OnceLock<Option<ControlPlane>> = OnceLock::new();

impl ControlPlane {
    /// The control plane that all tests of this binary share, started with the default [`Options`] by the first one to
    /// ask. Tests keep to namespaces of their own.
    ///
    /// `None` when the programs are not built: the test returns, and so passes. With `KS_TEST_CLUSTER=require` that is a
    /// failure instead. Programs that are there and do not start are a failure always.
    ///
    /// # Panics
    /// As said.
    #[expect(clippy::panic, reason = "a test helper: the panic is the test's failure")]
    pub fn shared() -> Option<&'static Self> {
        let required = env::var_os("KS_TEST_CLUSTER").is_some_and(|value| value == "require");
        let cluster = SHARED.get_or_init(|| match Self::start(Options::default()) {
            Ok(cluster) => Some(cluster),
            Err(Unavailable::NotBuilt { .. }) if !required => None,
            Err(error) => panic!("{error}"),
        });
        if cluster.is_none() {
            say_skipped("no kube-apiserver, see tests/README.md");
        }
        cluster.as_ref()
    }
}

#[expect(clippy::print_stderr, reason = "a test helper: the test's output is where a skip is looked for")]
pub(super) fn say_skipped(why: &str) {
    eprintln!("skipped: {why}");
}
