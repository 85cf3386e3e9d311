//! The verbs of ks: compile, graph, diff, plan, schedule.
//!
//! Nothing here asks a cluster, reads a file or a clock, or waits. What a cluster answered comes in as
//! [`LiveState`], and what apply is to do goes out as [`Plan`]: same input, same bytes.

pub mod catalogue;
pub mod compile;
pub mod images;
mod render;
mod yaml;

pub mod edges;
pub mod graph;
pub mod structured;

pub mod build;
pub mod change;
pub mod chinese;
pub mod conflict;
pub mod desired;
pub mod diagnosis;
pub mod display;
pub mod doctor;
pub mod explain;
mod fields;
pub mod generated;
pub mod history;
mod immutable;
pub mod inventory;
mod kept;
mod layout;
pub mod live;
mod lookup;
pub mod plan;
pub mod predecessors;
pub mod rbac;
pub mod readiness;
mod reasons;
pub mod recorded;
pub mod resolutions;
mod risk;
pub mod saved;
pub mod schedule;
mod schema_check;
pub mod sensitive;
pub mod starter;
pub mod steps;
pub mod trace;
pub mod volumes;
mod waits;

#[cfg(test)]
mod fixture;

pub use build::{FIELD_MANAGER, PlanningError, Sieve, Sifted, doubts, plan};
pub use catalogue::{Catalogue, CatalogueError, CatalogueErrors, Component, SettingRule};
pub use change::{Action, Change, FieldChange, Reason, Risk, Verified};
pub use compile::{CompileError, CompileErrors, Compiled, Lookups, compile, compile_again, lookups};
pub use conflict::{Conflict, FieldOwner, Resolution};
pub use desired::{ComponentOrder, Desired, DesiredError};
pub use graph::{Dependency, DependencyGraph, Edge, EdgeReason, GraphError, Node, Until};
pub use immutable::trial_name;
pub use inventory::{Contents, Inventory};
pub use kept::Kept;
pub use live::{DryRun, LiveState, Observation, Refusal, Settled};
pub use plan::{Fault, Missing, Plan, Summary, Unready};
pub use predecessors::Adoption;
pub use readiness::Readiness;
pub use recorded::RecordedState;
pub use resolutions::{
    FieldAddress, FieldAddressError, Forgotten, ForgottenKeep, KeptField, ResolutionProblem, ResolutionProblems,
    Resolutions,
};
pub use saved::{SavedPlan, SavedPlanError};
pub use schedule::Schedule;
pub use sensitive::{Mask, Secrecy};
pub use steps::{Step, StepGraph, StepId, Task};
pub use trace::Trace;
pub use yaml::SourceError;
