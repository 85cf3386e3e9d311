//! What a check found.

use ks_model::{GroupKind, ObjectRef, ServerVersion};
use schemars::JsonSchema;
use serde::Serialize;

use super::evidence::Unseen;
use crate::rbac::MissingRule;

/// Names a check. The order is that of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Check {
    /// Does the server answer, and how fast?
    Connection,
    /// Is its version one that ks was tried with?
    Version,
    /// Is there a configuration, and is it sound?
    Configuration,
    /// Is every kind served that is wanted?
    Kinds,
    /// May the user do what a plan and an apply take?
    Access,
    /// Are there storage classes for the volumes?
    Storage,
    /// Is the old installer still there?
    Installer,
    /// Do objects of other tools wait to be taken over?
    Takeover,
    /// Do namespaces hang while they are deleted?
    Namespaces,
    /// Does anybody hold the lease?
    Lease,
    /// Did the last apply end?
    History,
    /// Are all aggregated APIs available?
    Services,
}

/// Says how bad a finding is; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// All is well.
    Ok,
    /// It could not be looked at.
    Skipped,
    /// It works, and wants a second look.
    Warning,
    /// A plan or an apply will not work, or not end well.
    Problem,
}

/// Tells what one check found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// How bad it is.
    pub verdict: Verdict,
    /// What was found.
    pub symptom: Symptom,
}

impl Finding {
    pub(super) fn new(check: Check, verdict: Verdict, symptom: Symptom) -> Self {
        Self { check, verdict, symptom }
    }

    pub(super) fn skipped(check: Check, unseen: &Unseen) -> Self {
        Self::new(check, Verdict::Skipped, Symptom::NotSeen { because: unseen.because.clone() })
    }
}

/// Names a kind that is wanted and that neither the server nor a wanted definition knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MissingKind {
    /// The kind.
    pub kind: GroupKind,
    /// The `apiVersion` in which it is wanted.
    pub api_version: String,
    /// The versions in which it is served.
    pub served: Vec<String>,
    /// The components that want it.
    pub components: Vec<String>,
}

/// Says what was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Symptom {
    /// It could not be looked at.
    NotSeen {
        /// Why.
        because: String,
    },
    /// The server answers.
    Answers {
        /// How long half of the requests took at most, in milliseconds.
        median_ms: u64,
        /// How long the slowest took.
        slowest_ms: u64,
        /// How many were made.
        requests: usize,
    },
    /// The server does not answer, or not to this user.
    DoesNotAnswer {
        /// Why.
        because: String,
    },
    /// The version of the server, and those that ks is tried with.
    Version {
        /// The version of the server.
        version: ServerVersion,
        /// The oldest minor version that is tried: `1.24`.
        oldest: String,
        /// The newest.
        newest: String,
    },
    /// The server is too old to work with ks at all.
    TooOld {
        /// Its version.
        version: ServerVersion,
        /// The oldest minor version that works.
        oldest: String,
    },
    /// The configuration is sound.
    Configured {
        /// Where it is.
        source: String,
        /// How many warnings it has.
        warnings: usize,
    },
    /// There is no configuration: the defaults are looked at.
    NotConfigured,
    /// The configuration has errors: the defaults are looked at.
    ConfigurationRefused {
        /// Where it is.
        source: String,
        /// How many errors it has.
        errors: usize,
    },
    /// What is wanted does not go together.
    DoesNotCompile {
        /// Why.
        because: String,
    },
    /// Every wanted kind is served, or comes with the apply.
    KindsServed {
        /// How many kinds are wanted.
        kinds: usize,
        /// How many of them come with the apply.
        brought: usize,
    },
    /// Kinds are missing.
    KindsMissing {
        /// Which.
        kinds: Vec<MissingKind>,
    },
    /// The user may do all that it takes.
    Allowed {
        /// How many rights it takes.
        needed: usize,
        /// Whether the user may do everything there is.
        everything: bool,
    },
    /// The user lacks rights.
    NotAllowed {
        /// How many rights it takes.
        needed: usize,
        /// Those that are missing.
        missing: Vec<MissingRule>,
        /// Whether there may be fewer: an authorizer did not list its rules, and not every right was asked for.
        unsure: bool,
    },
    /// No volume is wanted.
    NoVolumes,
    /// Every volume has a class that can grow.
    ClassesFit {
        /// The classes.
        classes: Vec<String>,
    },
    /// Volumes name no class, and the cluster has no default.
    NoDefaultClass {
        /// Whose volumes.
        owners: Vec<ObjectRef>,
        /// The classes that there are.
        classes: Vec<String>,
    },
    /// Several classes say that they are the default.
    SeveralDefaultClasses {
        /// Which.
        classes: Vec<String>,
    },
    /// A class does not exist.
    ClassMissing {
        /// The class.
        class: String,
        /// Whose volumes want it.
        owners: Vec<ObjectRef>,
        /// The classes that there are.
        classes: Vec<String>,
    },
    /// Volumes of a class cannot grow.
    ClassCannotGrow {
        /// The class.
        class: String,
        /// Whose volumes want it.
        owners: Vec<ObjectRef>,
    },
    /// Nothing of the old installer is left.
    NoInstaller,
    /// The old installer runs.
    InstallerRuns {
        /// Its workload.
        object: ObjectRef,
    },
    /// The old installer was stopped, and is still there.
    InstallerStopped {
        /// Its workload.
        object: ObjectRef,
    },
    /// The rights of the old installer are still given.
    InstallerRights {
        /// The objects that give them.
        objects: Vec<ObjectRef>,
    },
    /// Nothing of others is to be taken over.
    NothingToTakeOver {
        /// Releases of Helm in the same namespaces.
        releases: Vec<String>,
    },
    /// Objects of other tools are taken over by the next apply.
    ToTakeOver {
        /// How many objects.
        objects: usize,
        /// The tools, as field managers.
        managers: Vec<String>,
        /// Releases of Helm that have some of them.
        releases: Vec<String>,
    },
    /// No namespace is being deleted.
    NamespacesStay,
    /// A namespace is being deleted.
    NamespaceLeaves {
        /// Its name.
        name: String,
        /// For how long.
        seconds: u64,
        /// Whether wanted objects are to be in it.
        is_wanted: bool,
        /// What keeps it, in the words of the server.
        kept_by: Vec<String>,
    },
    /// Nobody holds the lease.
    LeaseFree,
    /// Another run of ks holds the lease.
    LeaseHeld {
        /// Who.
        holder: String,
        /// Since when, by the clock of the holder.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<String>,
    },
    /// The run that holds the lease does not renew it any more.
    LeaseAbandoned {
        /// Who.
        holder: String,
        /// Since when, by the clock of the holder.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<String>,
    },
    /// Nothing was applied yet, or nothing of it was written down.
    NoHistory,
    /// The last apply ended well.
    LastApplySucceeded {
        /// Its number.
        number: u32,
        /// When it began.
        started: String,
    },
    /// The last apply is under way.
    ApplyRuns {
        /// Its number.
        number: u32,
        /// Who runs it.
        who: String,
        /// When it began.
        started: String,
    },
    /// The last apply has no end: it was killed, or lost its lease.
    ApplyUnfinished {
        /// Its number.
        number: u32,
        /// Who ran it.
        who: String,
        /// When it began.
        started: String,
    },
    /// The last apply failed or was interrupted.
    ApplyFailed {
        /// Its number.
        number: u32,
        /// Who ran it.
        who: String,
        /// When it began.
        started: String,
    },
    /// All aggregated APIs are available.
    ServicesAvailable {
        /// How many there are.
        services: usize,
    },
    /// An aggregated API is down.
    ServiceDown {
        /// The APIService.
        name: String,
        /// Why, in the words of the server.
        because: String,
        /// Whether wanted objects are of its group.
        is_needed: bool,
    },
}
