//! What was seen of a cluster, or why it was not.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Facts, GroupKind, ObjectRef, ServerVersion};
use serde_json::Value;

use crate::desired::Desired;
use crate::history::Outcome;
use crate::live::LiveState;
use crate::rbac::{Grants, Rights};

/// Something that was looked for.
pub type Seen<T> = Result<T, Unseen>;

/// Says why something was not seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unseen {
    /// The reason, in the words of the server where it gave one.
    pub because: String,
}

impl Unseen {
    /// Gives the reason.
    pub fn new(because: impl Into<String>) -> Self {
        Self { because: because.into() }
    }
}

/// Tells which configuration there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Configured {
    /// None, neither named nor in the cluster: the defaults are looked at.
    #[default]
    Nowhere,
    /// One that is sound.
    Sound {
        /// Where it is.
        source: String,
        /// How many warnings it has.
        warnings: usize,
    },
    /// One with errors: the defaults are looked at instead.
    Refused {
        /// Where it is.
        source: String,
        /// How many errors it has.
        errors: usize,
    },
    /// It could not be read: the defaults are looked at instead.
    Unread {
        /// Why.
        because: String,
    },
}

/// Tells in which versions each kind is served, the preferred one first.
pub type Served = BTreeMap<GroupKind, Vec<String>>;

/// One release that Helm keeps an account of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HelmRelease {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// One namespace that is being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Its name.
    pub name: String,
    /// For how long, in seconds, by the clock of this machine.
    pub seconds: u64,
    /// What keeps it, in the words of the server: messages of its conditions.
    pub kept_by: Vec<String>,
}

/// The lease of the inventory, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseSeen {
    /// Who holds it.
    pub holder: String,
    /// Since when, by the clock of the holder (RFC 3339).
    pub since: Option<String>,
    /// Whether its time is over, as far as the clocks agree.
    pub looks_abandoned: bool,
}

/// What is looked at of the record of an apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyRecord {
    /// Its number.
    pub number: u32,
    /// Who ran it.
    pub who: String,
    /// Under which name the lease was held.
    pub holder: String,
    /// When it began (RFC 3339).
    pub started: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// Holds everything that checks look at. By default nothing was seen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Evidence {
    /// How long the server took for some small requests, in milliseconds, in the order of asking.
    pub answers: Seen<Vec<u64>>,
    /// The version of the server.
    pub version: Seen<ServerVersion>,
    /// Which configuration there is.
    pub configured: Configured,
    /// What it wants, or the defaults where there is none.
    pub desired: Seen<Desired>,
    /// Which kinds are served.
    pub served: Seen<Served>,
    /// The rights that planning and applying take.
    pub rights: Seen<Rights>,
    /// The rights that the user has.
    pub grants: Seen<Grants>,
    /// What is known of the cluster.
    pub facts: Seen<Facts>,
    /// Which objects of the old installer exist.
    pub installer: Seen<BTreeMap<ObjectRef, Value>>,
    /// The wanted objects as they are.
    pub live: Seen<LiveState>,
    /// The releases of Helm in the namespaces of wanted objects.
    pub releases: Seen<BTreeSet<HelmRelease>>,
    /// The namespaces that are being deleted.
    pub leaving: Seen<Vec<Leaving>>,
    /// The lease; `None` when nobody holds it.
    pub lease: Seen<Option<LeaseSeen>>,
    /// The records of applies, the oldest first.
    pub records: Seen<Vec<ApplyRecord>>,
    /// The APIService objects of the cluster.
    pub services: Seen<Vec<Value>>,
}

impl Default for Evidence {
    fn default() -> Self {
        fn unseen<T>() -> Seen<T> {
            Err(Unseen::new("nothing is known of the cluster"))
        }
        Self {
            answers: unseen(),
            version: unseen(),
            configured: Configured::Nowhere,
            desired: unseen(),
            served: unseen(),
            rights: unseen(),
            grants: unseen(),
            facts: unseen(),
            installer: unseen(),
            live: unseen(),
            releases: unseen(),
            leaving: unseen(),
            lease: unseen(),
            records: unseen(),
            services: unseen(),
        }
    }
}
