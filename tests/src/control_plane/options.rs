//! What to start.

/// What a control plane consists of beside etcd and the API server.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many simulated nodes there are at the start. They become ready only with `controllers`.
    pub nodes: usize,
    /// The controller manager, the scheduler and the simulated kubelets. Without them objects stay as they are written.
    pub controllers: bool,
    /// The prometheus-operator, and before it the definitions of its custom resources.
    pub operator: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { nodes: 3, controllers: true, operator: true }
    }
}
