//! The real control plane: etcd, kube-apiserver, controllers, scheduler, simulated nodes and the prometheus-operator, as
//! plain processes on 127.0.0.1. See `tests/README.md` for how to get the programs.
//!
//! ```no_run
//! let Some(cluster) = ks_tests::control_plane::ControlPlane::shared() else { return };
//! let version = cluster.get("/version").unwrap();
//! ```

mod api;
mod audit;
mod faults;
mod keys;
mod kubectl;
mod nodes;
mod operator;
mod options;
mod others;
mod process;
pub(crate) mod programs;
mod release;
pub(crate) mod shared;
mod stand_in;
mod start;
mod state;
mod unavailable;
mod writer;

pub use audit::AuditEvent;
pub use options::Options;
pub use stand_in::StandIn;
pub use state::SavedState;
pub use unavailable::Unavailable;
pub use writer::{Patch, Refused, Writer};

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use api::Api;
use process::{Process, Reaper};
use programs::Programs;
use release::Release;

/// A running control plane. Its processes end when it is dropped, and also when the process that started it dies in
/// whatever way.
pub struct ControlPlane {
    // Dropped first, and the reaper last: nothing writes into the folder when it is removed.
    processes: Mutex<Vec<Process>>,
    api: Api,
    server: String,
    /// The address of etcd.
    etcd: String,
    release: Release,
    options: Options,
    operator_port: u16,
    programs: Programs,
    folder: PathBuf,
    _reaper: Reaper,
}

impl ControlPlane {
    /// The user that tests act as.
    pub(crate) const ADMIN: &str = keys::ADMIN;

    /// Starts the programs and waits until the API server answers and the nodes are ready.
    ///
    /// # Errors
    /// [`Unavailable::NotBuilt`] when a program is not there: nothing is built here. Any other variant when a program
    /// does not come up.
    pub fn start(options: Options) -> Result<Self, Unavailable> {
        start::start(options, Release::Current)
    }

    /// The kubeconfig of an administrator (`ks-admin`, group `system:masters`): the user that tests act as.
    pub fn kubeconfig(&self) -> PathBuf {
        keys::kubeconfig(self.folder(), keys::ADMIN)
    }

    /// The address of the API server, as `https://127.0.0.1:<port>`.
    pub fn server(&self) -> String {
        self.server.clone()
    }

    /// The folder that holds the control plane's files, for as long as it runs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a program (`etcd`, `kube-apiserver`, `prometheus-operator`, …) has logged so far; empty when it never ran.
    pub fn log(&self, program: &str) -> String {
        process::read_log(self.folder(), program)
    }

    /// What has been asked of the API server so far, by everybody but the control plane's own parts, oldest first.
    ///
    /// # Errors
    /// When the audit log cannot be read, or the API server does not answer.
    pub fn audit_events(&self) -> Result<Vec<AuditEvent>, Unavailable> {
        Ok(audit::read(&self.api, self.folder(), 0)?.0)
    }

    /// The same of what was asked since a place in the audit log, with the place at which the next look may begin; the log
    /// begins at 0.
    ///
    /// # Errors
    /// When the audit log cannot be read, or the API server does not answer.
    pub fn audit_events_since(&self, place: u64) -> Result<(Vec<AuditEvent>, u64), Unavailable> {
        audit::read(&self.api, self.folder(), place)
    }

    /// One object or list, or `None` when the path is not found.
    ///
    /// # Errors
    /// Any answer other than success and not found.
    pub fn get(&self, path: &str) -> Result<Option<Value>, Unavailable> {
        self.api.get(path)
    }

    /// Applies an object, JSON or YAML, at its path (server-side apply with field manager `ks-tests`).
    ///
    /// # Errors
    /// When the server refuses.
    pub fn apply(&self, path: &str, object: &str) -> Result<Value, Unavailable> {
        self.apply_as("ks-tests", path, object)
    }

    /// Applies an object as another field manager, by force.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn apply_as(&self, manager: &str, path: &str, object: &str) -> Result<Value, Unavailable> {
        self.api.apply(path, manager, object)
    }

    /// Patches an object, or a subresource of it, as another field manager: a merge patch, in JSON.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn merge_as(&self, manager: &str, path: &str, patch: &str) -> Result<Value, Unavailable> {
        self.api.merge(&format!("{path}?fieldManager={manager}"), patch)
    }

    /// Deletes what is at the path; nothing there is fine.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn delete(&self, path: &str) -> Result<(), Unavailable> {
        self.api.delete(path)
    }

    /// Waits until the object at the path is there and satisfies the condition, and gives it back.
    ///
    /// # Errors
    /// [`Unavailable::TimedOut`] with the object as last seen.
    pub fn wait_for(
        &self,
        path: &str,
        patience: Duration,
        condition: impl Fn(&Value) -> bool,
    ) -> Result<Value, Unavailable> {
        let deadline = Instant::now() + patience;
        loop {
            let seen = self.get(path)?;
            match seen {
                Some(object) if condition(&object) => return Ok(object),
                seen if Instant::now() > deadline => {
                    return Err(Unavailable::TimedOut {
                        what: path.to_owned(),
                        last: seen.unwrap_or(Value::Null).to_string(),
                    });
                }
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }
}
