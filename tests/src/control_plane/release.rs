//! Which API server is started.

/// The release of the API server.
#[derive(Clone, Copy, Debug)]
pub(super) enum Release {
    /// The one of `control-plane/kubernetes`.
    Current,
    /// The one of `control-plane/kubernetes-old`, which comes without controllers.
    Old,
}

impl Release {
    /// The program.
    pub(super) fn api_server(self) -> &'static str {
        match self {
            Self::Current => "kube-apiserver",
            Self::Old => "kube-apiserver-old",
        }
    }
}
