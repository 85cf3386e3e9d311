//! kubectl, where it is installed: for interoperability tests only.

use std::io::ErrorKind;
use std::process::{Command, Output};

use super::{ControlPlane, Unavailable, shared};

impl ControlPlane {
    /// Runs kubectl against this control plane, or says `skipped: no kubectl on PATH` and returns `None`.
    ///
    /// # Errors
    /// When kubectl is there and cannot be started. What it answers, failure included, is in the output.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<Option<Output>, Unavailable> {
        match Command::new("kubectl").args(arguments).env("KUBECONFIG", self.kubeconfig()).output() {
            Ok(output) => Ok(Some(output)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                shared::say_skipped("no kubectl on PATH");
                Ok(None)
            }
            Err(source) => Err(Unavailable::Io { what: "start kubectl".to_owned(), source }),
        }
    }
}
