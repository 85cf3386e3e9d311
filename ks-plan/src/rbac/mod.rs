//! Which rights planning and applying a configuration need at the API server, and nothing more.
//!
//! They follow from what the engine rests on: the kinds, names and namespaces of the wanted objects, the lookups of settings, the
//! inventory and the lease. What every authenticated user may do, discovery and `/version`, is not among them. Objects of the
//! whole cluster are named one by one; in a namespace, rights are for all objects of a kind.

mod documents;
mod grants;
mod missing;
mod needs;
mod resource;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use ks_model::ObjectRef;

pub use self::documents::Subject;
pub use self::grants::Grants;
pub use self::missing::{MissingRule, grant};
pub use self::needs::binds_what_is_to_come;
use self::rows::Rows;
use crate::compile::Lookups;
use crate::desired::Desired;

pub(crate) const RBAC: &str = "rbac.authorization.k8s.io";

/// Holds rights, by the namespace in which they are needed.
///
/// # Example
/// ```
/// use std::collections::BTreeMap;
/// use ks_plan::rbac::{Rights, Subject};
/// use ks_plan::{Desired, Inventory, Lookups};
///
/// let desired = Desired::new(vec![], vec![], BTreeMap::new(), Inventory::default())?;
/// let rights = Rights::of(&desired, &Lookups::default());
/// let documents = rights.documents("ks", &Subject::User("jane".to_owned()));
/// assert_eq!(documents[0]["kind"], "ClusterRole");
/// # Ok::<(), ks_plan::DesiredError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    cluster: Rows,
    namespaces: BTreeMap<String, Rows>,
    notes: BTreeSet<&'static str>,
}

impl Rights {
    /// Collects what planning and applying take.
    pub fn of(desired: &Desired, lookups: &Lookups) -> Self {
        let mut rights = Self::default();
        rights.of_survey(desired);
        rights.of_lookups(desired, lookups);
        rights.of_inventory(desired);
        desired.manifests().for_each(|it| rights.of_object(desired, it));
        rights.of_namespaces(desired);
        rights
    }

    /// The same with what the live configuration takes, for who does not name a file.
    #[must_use]
    pub fn with_live_configuration(mut self, desired: &Desired, configuration: &ObjectRef) -> Self {
        self.named(desired, configuration, &["get"]);
        self
    }

    /// The same with what telling why something does not become ready takes: without it an apply works as well, and tells less.
    #[must_use]
    pub fn with_diagnosis(mut self, desired: &Desired) -> Self {
        desired.manifests().for_each(|it| self.of_diagnosis(it));
        self
    }

    /// The same with what `ks destroy` takes: every kind is looked through, and namespaces and the inventory go.
    #[must_use]
    pub fn with_destroy(mut self, desired: &Desired) -> Self {
        self.of_destroy(desired);
        self
    }

    /// Why rights are among them that a reader may wonder about.
    pub fn notes(&self) -> impl Iterator<Item = &'static str> {
        self.notes.iter().copied()
    }

    /// The namespaces that have to exist before their roles can.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.namespaces.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
