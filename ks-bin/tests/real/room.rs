//! Runs `ks` on a real API server, as one of several users.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ks_tests::control_plane::ControlPlane;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with the example configuration, and the ways to the cluster.
pub struct Room<'a> {
    cluster: &'a ControlPlane,
    folder: TempDir,
}

impl<'a> Room<'a> {
    /// Makes a folder.
    pub fn new(cluster: &'a ControlPlane) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("cc.yaml"), ks_tests::engine::EXAMPLE).unwrap();
        Self { cluster, folder }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A run of `ks` as the administrator.
    pub fn ks(&self, arguments: &[&str]) -> Command {
        self.ks_as(&self.cluster.kubeconfig(), arguments)
    }

    /// A run of `ks` with a kubeconfig.
    pub fn ks_as(&self, kubeconfig: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ks"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("KUBECONFIG", kubeconfig);
        command
    }

    /// The administrator's kubeconfig with another user in it.
    pub fn kubeconfig(&self, user: &Value) -> PathBuf {
        let text = std::fs::read_to_string(self.cluster.kubeconfig()).unwrap();
        let mut config: Value = serde_json::from_str(&text).unwrap();
        config["users"][0]["user"].as_object_mut().unwrap().extend(user.as_object().unwrap().clone());
        let path = self.path().join("other.kubeconfig");
        std::fs::write(&path, json!(config).to_string()).unwrap();
        path
    }
}

/// What a run wrote to standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
