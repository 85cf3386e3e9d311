//! Bundles: what compiling makes of one component.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Location;
use crate::{ComponentName, LiveField, LiveSearch, Manifest, SecretName};

/// Holds one component that is on, with the objects that it wants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bundle {
    /// The component.
    pub component: ComponentName,
    /// Components that must be *ready* before any object of this one is written.
    pub requires: BTreeSet<ComponentName>,
    /// Components whose objects must be *written* before any object of this one is.
    pub after: BTreeSet<ComponentName>,
    /// The settings of the component, by name, with where each came from.
    pub settings: BTreeMap<String, Setting>,
    /// The settings whose values no output may show.
    pub sensitive: BTreeSet<String>,
    /// The objects, each with the names of the settings that its template reads.
    pub objects: Vec<DesiredObject>,
}

impl Bundle {
    /// Makes a bundle without settings and orders; embedding programs add theirs.
    pub fn new(component: ComponentName, objects: Vec<DesiredObject>) -> Self {
        let (requires, after, settings, sensitive) = Default::default();
        Self { component, requires, after, settings, sensitive, objects }
    }
}

/// Holds one desired object and what shaped it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DesiredObject {
    /// The object.
    pub manifest: Manifest,
    /// The file of the catalogue that it comes from.
    pub file: String,
    /// The settings that the file reads; empty for a static file.
    pub settings: BTreeSet<String>,
    /// How much of the object belongs to ks.
    pub ownership: Ownership,
}

impl DesiredObject {
    /// Joins an object, owned whole, with the file and the settings that it comes from.
    pub fn new(manifest: Manifest, file: impl Into<String>, settings: BTreeSet<String>) -> Self {
        Self { manifest, file: file.into(), settings, ownership: Ownership::Whole }
    }
}

/// Says how much of a live object belongs to ks, which decides who makes it, changes it and deletes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Ownership {
    /// The object: made, kept as wanted, deleted when it is no longer wanted. It is a member of the inventory.
    #[default]
    Whole,
    /// Some fields of an object that somebody else made: written while it exists and they are wanted, taken from
    /// whoever has them, given back when they are no longer wanted. The object is neither made nor deleted.
    Fields,
    /// Nothing for good: the object is made when it is absent, and is the user's from then on.
    Once,
}

/// Holds the value of one setting and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Where it came from. Explicit configuration beats a live value, a live value beats a default.
    pub origin: Origin,
}

/// Says where the value of a setting came from. For people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Origin {
    /// The configuration says so.
    Configured {
        /// The field in the spelling that the user wrote, such as `monitoring.prometheusReplicas`.
        field: String,
        /// Where it stands; absent for a configuration read from the cluster.
        location: Option<Location>,
    },
    /// The configuration is silent and the live object has this value.
    Kept {
        /// The field of the live object.
        field: LiveField,
    },
    /// What the live objects have that a search looks for.
    Found {
        /// The search.
        search: LiveSearch,
    },
    /// The component's default.
    Default {
        /// How it was computed from facts, where it was: `2 if facts.nodes >= 3 else 1`.
        expression: Option<String>,
    },
    /// A live certificate serves, and stays with its key.
    LiveCertificate {
        /// The Secret that holds it.
        secret: SecretName,
    },
    /// Apply makes a certificate.
    Generated {
        /// The Secret that will hold it.
        secret: SecretName,
        /// Why, in words: `it does not exist`.
        because: String,
    },
}

/// Names a component that is off, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ClosedGate {
    /// The component.
    pub component: ComponentName,
    /// The condition that does not hold, as the component states it.
    pub condition: String,
    /// In words: `alerting.enabled is false`.
    pub reason: String,
    /// The configuration line that closes it, when one does.
    pub location: Option<Location>,
}

impl ClosedGate {
    /// Joins a component with why it is off.
    pub fn new(component: ComponentName, condition: String, reason: String, location: Option<Location>) -> Self {
        Self { component, condition, reason, location }
    }
}
