//! One control plane for all tests of a binary.

use std::env;
use std::sync::{Arc, OnceLock};

use ks_apply::{ConnectOptions, KubeCluster};

use super::release::Release;
use super::{ControlPlane, Options, Unavailable, start};

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
    pub fn start_or_skip(options: Options) -> Option<Self> {
        started_or_skipped(options, Release::Current)
    }

    /// A control plane for one test of the whole catalogue: no controllers but a stand-in for them, and what others bring.
    ///
    /// # Panics
    /// As [`ControlPlane::start_or_skip`], and when what others bring is refused.
    #[expect(clippy::panic, reason = "a test helper: the panic is the test's failure")]
    pub fn stood_in() -> Option<Arc<Self>> {
        let options = Options { nodes: 0, controllers: false, operator: false };
        let plane = Arc::new(Self::start_or_skip(options)?);
        plane.add_what_others_bring().unwrap_or_else(|error| panic!("{error}"));
        plane.stand_in_for_controllers();
        Some(plane)
    }

    /// What `ks` sees of it, connected as the administrator.
    ///
    /// # Panics
    /// When it does not answer.
    #[expect(clippy::panic, reason = "a test helper: the panic is the test's failure")]
    pub async fn cluster(&self) -> KubeCluster {
        let options = ConnectOptions { kubeconfig: Some(self.kubeconfig()), ..ConnectOptions::default() };
        KubeCluster::connect(options).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// An old API server for one test, `tests/README.md` says how old: nothing beside it but etcd, so that objects stay
    /// as they are written.
    ///
    /// # Panics
    /// As [`ControlPlane::start_or_skip`].
    pub fn old() -> Option<Self> {
        started_or_skipped(Options { nodes: 0, controllers: false, operator: false }, Release::Old)
    }
}

#[expect(clippy::panic, reason = "a test helper: the panic is the test's failure")]
fn started_or_skipped(options: Options, release: Release) -> Option<ControlPlane> {
    match start::start(options, release) {
        Ok(cluster) => Some(cluster),
        Err(Unavailable::NotBuilt { program }) if !is_required() => {
            say_skipped(&format!("no {program}, see tests/README.md"));
            None
        }
        Err(error) => panic!("{error}"),
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
