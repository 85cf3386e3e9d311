//! The effects of ks: observe a cluster, write to it, wait.
//!
//! Nothing here decides, prints or exits.

pub mod certificates;
pub mod checkup;
pub mod cluster;
pub mod destroy;
pub mod discovery;
pub mod error;
pub mod event;
mod examine;
pub mod executor;
pub mod history;
pub mod kube_cluster;
pub mod lease;
mod left_out;
mod listed;
pub mod look_again;
pub mod observe;
pub mod outlook;
pub mod planned;
mod read_ahead;
mod refusal;
mod retry;
mod revision;
pub mod sandbox;
mod served;
mod sifting;
mod sightings;
pub mod snapshot;
mod taking;
mod turns;
mod volumes;
mod wait;
mod worker;

pub use checkup::check_up;
pub use cluster::{AccessReview, ApplyMode, Cluster, ListQuery, LogQuery, Page, RequestCount};
pub use destroy::{observe_all, plan_destroy};
pub use discovery::{Discovery, ServedKind};
pub use error::{ClusterError, FieldConflict, InvalidCause};
pub use event::{ApplyEvent, Outcome, OutcomeKind, StepError, Tally};
pub use executor::{ApplyOptions, apply};
pub use kube_cluster::{ConnectOptions, KubeCluster, Timeouts};
pub use look_again::look_again;
pub use observe::{Survey, observe, survey};
pub use outlook::Outlook;
pub use planned::{PlanError, PlanOptions, Planned, plan};
pub use sandbox::{Sandbox, SandboxError, SandboxOptions};
pub use snapshot::{ClusterSnapshot, SnapshotError};
