//! What a sandbox is like when it is made, and how fast its controllers work.

use ks_model::ServerVersion;

use super::fault::FaultPlan;

/// Says what a new sandbox is like.
///
/// Nodes, version and seed matter only when the sandbox is created; an existing file keeps its own.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// How many Node objects there are.
    pub nodes: u32,
    /// The version that the API server claims to be.
    pub version: ServerVersion,
    /// How fast the simulated controllers work.
    pub pace: Pace,
    /// Whether controllers are played at all; without them only the API server itself acts.
    pub controllers: bool,
    /// What UIDs, the cluster's own among them, are derived from; drawn from the clock when absent.
    pub seed: Option<u64>,
    /// What goes wrong.
    pub faults: FaultPlan,
}

impl Default for SandboxOptions {
    /// Three nodes of v1.34.0, pods that take up to 1.2 s, and nothing that goes wrong.
    fn default() -> Self {
        Self {
            nodes: 3,
            version: ServerVersion { major: 1, minor: 34, patch: 0 },
            pace: Pace::default(),
            controllers: true,
            seed: None,
            faults: FaultPlan::default(),
        }
    }
}

impl SandboxOptions {
    /// For tests: everything is ready in the first read after a write, and every run has the same UIDs.
    pub fn instant() -> Self {
        Self { pace: Pace::instant(), seed: Some(1), ..Self::default() }
    }
}

/// Says how long the simulated controllers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Milliseconds until the first pod of a workload is ready.
    pub shortest: u64,
    /// Milliseconds that no pod takes longer than.
    pub longest: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { shortest: 300, longest: 1200 }
    }
}

impl Pace {
    /// Everything happens at once.
    pub fn instant() -> Self {
        Self { shortest: 0, longest: 0 }
    }

    /// How long the pod takes that stands at `position` among the pods of its workload.
    pub(super) fn of(self, position: usize) -> u64 {
        let position = u64::try_from(position).unwrap_or(u64::MAX / 2).min(1_000_000);
        self.shortest + self.longest.saturating_sub(self.shortest) * position / (position + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_become_ready_one_after_the_other_within_the_bounds() {
        let delays: Vec<u64> = (0..4).map(|position| Pace::default().of(position)).collect();
        assert_eq!(delays, [300, 600, 750, 840]);
        assert!(Pace::default().of(usize::MAX) <= 1200);
    }
}
