//! What goes wrong with a control plane: its store does not answer.

use std::sync::PoisonError;
use std::thread::sleep;
use std::time::Duration;

use super::{ControlPlane, Unavailable};

impl ControlPlane {
    /// Stops etcd for a while, so that the API server waits for its store.
    ///
    /// # Errors
    /// When etcd is not there.
    pub fn stall_etcd(&self, stalled: Duration) -> Result<(), Unavailable> {
        self.signal("etcd", "STOP")?;
        sleep(stalled);
        self.signal("etcd", "CONT")
    }

    fn signal(&self, name: &str, signal: &str) -> Result<(), Unavailable> {
        let processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        match processes.iter().find(|it| it.is(name)) {
            Some(process) => process.signal(signal),
            None => Err(Unavailable::Exited { program: name.to_owned(), log: self.log(name) }),
        }
    }
}
