//! What a plan does to one object.

use std::fmt;

use ks_model::{ComponentName, Manifest, ObjectRef, Origin, Ownership};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::conflict::{Conflict, Resolution};
use crate::sensitive::Secrecy;
use crate::volumes::VolumeChange;

/// What happens to an object. Shown as `+ ~ ± -` and blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Made.
    Create,
    /// Changed in place.
    Update,
    /// Deleted and made again, because a field cannot be changed in place.
    Replace,
    /// Deleted.
    Delete,
    /// Left as it is.
    NoOp,
}

impl Action {
    /// The symbol: `+`, `~`, `±`, `-` or blank.
    pub fn symbol(self) -> char {
        match self {
            Self::Create => '+',
            Self::Update => '~',
            Self::Replace => '±',
            Self::Delete => '-',
            Self::NoOp => ' ',
        }
    }
}

/// What may be lost or interrupted when a change is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nothing restarts, nothing is lost.
    Safe,
    /// Pods restart or go away.
    Disruptive,
    /// Data goes away; needs a consent that names the object.
    DataLoss,
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Disruptive => "disruptive",
            Self::DataLoss => "data-loss",
        })
    }
}

/// Who vouches for the result that a change shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verified {
    /// The API server: it computed the result in a dry run, or stores it already, or only has to delete.
    Server,
    /// The schema of a CustomResourceDefinition in this plan was used, because its kind is not served yet.
    Schema,
    /// Nobody: the server could not be asked, since the namespace or the kind is made in this plan.
    None,
}

/// One leaf that a change sets, alters or removes. Secret values are masked already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// The field, with list elements by key: `.spec.template.spec.containers[name="prometheus"].image`.
    pub path: String,
    /// The live value; absent when the field is new.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "even_null")]
    pub before: Option<Value>,
    /// The value after; absent when the field is removed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "even_null")]
    pub after: Option<Value>,
}

/// A value that is there counts, also when it is null.
fn even_null<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(source).map(Some)
}

/// Says why a change is in the plan. For people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// A file of a component wants the object.
    Wanted {
        /// The file of the catalogue.
        file: String,
    },
    /// A setting shapes the object.
    Setting {
        /// The name of the setting in its component.
        name: String,
        /// Its value.
        value: Value,
        /// Where the value came from.
        origin: Box<Origin>,
    },
    /// The component is off.
    GateClosed {
        /// In words: `alerting.enabled is false`.
        reason: String,
    },
    /// No component wants the object any more.
    NoLongerWanted,
    /// Nothing but the ownership of fields changes.
    Ownership,
    /// Tools that wrote the object before ks own fields of it, which ks takes over.
    Adoption {
        /// Their field managers.
        managers: Vec<String>,
    },
    /// The live object is being deleted; it is made anew once it is gone.
    BeingDeleted,
    /// Fields in an object of others are no longer wanted and are given back.
    GivenBack,
    /// The object is the inventory itself.
    Inventory,
    /// The object is a claim of the pods of another one, and not as it is wanted.
    Volume {
        /// What the pods are for.
        of: ObjectRef,
        /// What is not as wanted.
        change: VolumeChange,
    },
    /// All pods of the object restart at once, because an operator makes its StatefulSet anew.
    PodsMadeAnew {
        /// The StatefulSet.
        by: ObjectRef,
    },
    /// Everything that ks made goes.
    Destroyed,
    /// Objects of others go with it: they live in the namespace, or are of the kind that it defines.
    TakesAlong {
        /// How many.
        count: usize,
        /// The first of them, claims before all others.
        some: Vec<ObjectRef>,
    },
    /// It stays when everything else goes, because objects of others live in it.
    HasTenants {
        /// How many.
        count: usize,
        /// The first of them, claims before all others.
        some: Vec<ObjectRef>,
    },
    /// It stays when everything else goes, because somebody else made it.
    MadeBy {
        /// The field manager who did.
        manager: String,
    },
    /// It stays when everything else goes, because the user says so.
    Left,
    /// Claims of pods that go stay behind with their data.
    ClaimsStay {
        /// The claims.
        claims: Vec<ObjectRef>,
    },
}

/// One object of a plan with what happens to it, why, and at which risk.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Change {
    /// The object.
    pub object: ObjectRef,
    /// What happens to it.
    pub action: Action,
    /// How much of the object belongs to ks.
    pub ownership: Ownership,
    /// The component that it belongs to; absent for the inventory and for members of unknown components.
    pub component: Option<ComponentName>,
    /// The leaves that change, in the order of the object; empty for a delete, every leaf for a create.
    pub fields: Vec<FieldChange>,
    /// Fields that other managers own and that this change would take.
    pub conflicts: Vec<Conflict>,
    /// The field managers from whom ks takes the object over: their fields become those that ks applied, before the write.
    pub adopts: Vec<String>,
    /// For a replace, the fields that cannot be changed in place.
    pub immutable: Vec<String>,
    /// The fields whose values no output may show.
    pub secrecy: Secrecy,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What may be lost.
    pub risk: Risk,
    /// Who vouches for the result.
    pub verified: Verified,
    /// What apply sends; absent for a delete.
    pub manifest: Option<Manifest>,
    /// The live object before; absent for a create, and for what stays as it is, unless it has secret fields.
    pub before: Option<Value>,
    /// The object after, as predicted; absent for a delete, and for what stays as it is, unless it has secret fields.
    pub after: Option<Value>,
}

impl Change {
    /// The UID of the live object, which a delete insists on.
    pub fn uid(&self) -> Option<&str> {
        self.before.as_ref()?.pointer("/metadata/uid")?.as_str()
    }

    /// Whether apply may take a field that a server names as another manager's: the change shows the conflict, and it is
    /// taken, or everything that is shown may be (`all_shown`).
    pub fn may_take(&self, field: &str, manager: &str, all_shown: bool) -> bool {
        let is_taken = |it: &&Conflict| all_shown || it.resolution == Resolution::Taken;
        self.conflicts.iter().filter(is_taken).any(|it| it.is_about(field, manager))
    }

    /// The conflicts of which nobody has said what becomes of them.
    pub fn unresolved(&self) -> impl Iterator<Item = &Conflict> {
        self.conflicts.iter().filter(|it| it.resolution == Resolution::Unresolved)
    }
}

/// Prints action and identity only, because the objects may hold secrets.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action.symbol(), self.object)
    }
}
