//! What goes wrong with a control plane: its store does not answer, its API server ends and comes again.

use std::sync::PoisonError;
use std::thread::sleep;
use std::time::Duration;

use super::process::Process;
use super::{ControlPlane, Unavailable};

impl ControlPlane {
    /// Stops etcd for a while, so that the API server waits for its store.
    ///
    /// # Errors
    /// When etcd is not there.
    pub fn stall_etcd(&self, stalled: Duration) -> Result<(), Unavailable> {
        self.with_program("etcd", |it| it.signal("STOP"))?;
        sleep(stalled);
        self.with_program("etcd", |it| it.signal("CONT"))
    }

    /// Kills the API server, and starts it again at the same address with the same store, until it answers.
    ///
    /// # Errors
    /// When it was not there, or does not come again.
    pub fn restart_api_server(&self) -> Result<(), Unavailable> {
        self.with_program(self.release.api_server(), Process::restart)?;
        self.await_api_server()
    }

    fn with_program(
        &self,
        name: &str,
        act: impl FnOnce(&mut Process) -> Result<(), Unavailable>,
    ) -> Result<(), Unavailable> {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        match processes.iter_mut().find(|it| it.is(name)) {
            Some(process) => act(process),
            None => Err(Unavailable::Exited { program: name.to_owned(), log: self.log(name) }),
        }
    }
}
