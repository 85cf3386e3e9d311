//! Snapshots: what plans look at in a cluster, in a file, so that a plan can be made without the cluster.

use std::collections::BTreeSet;

use ks_model::ObjectRef;
use ks_model::config::ClusterConfiguration;
use ks_plan::{Catalogue, Desired, Inventory, LiveState, Mask, Observation, RecordedState, compile, lookups};
use serde::{Deserialize, Serialize};

use crate::cluster::{Cluster, RequestCount};
use crate::discovery::{Discovery, ServedKind};
use crate::observe::{Survey, look, survey};
use crate::planned::{PlanError, PlanOptions, Planned, plan};
use crate::served;
use crate::sightings::Sightings;

/// The version of the file: the first number changes when an older ks would go wrong with it.
pub const FORMAT_VERSION: &str = "1.0";
/// What tells a snapshot from any other JSON.
const KIND: &str = "ks.kubesphere.io/snapshot";

/// Holds everything that planning looked at in one cluster. Secret values are fingerprints.
///
/// The same configuration gives the same plan as the cluster did. Another configuration gives a plan from the same objects;
/// what the server was not asked about is computed, and says so.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ClusterSnapshot {
    /// What the file is: `ks.kubesphere.io/snapshot`.
    pub kind: String,
    /// The version of the form of the file: `1.0`.
    pub format_version: String,
    /// The cluster as people know it, such as its address.
    pub cluster: String,
    facts: ks_model::Facts,
    served: Vec<ServedKind>,
    namespaces: BTreeSet<String>,
    state: RecordedState,
}

/// Says why a file is no snapshot that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is no JSON, or not in the form of a snapshot.
    #[error("read it as a snapshot")]
    Malformed(#[from] serde_json::Error),
    /// It is JSON of another kind.
    #[error("it is JSON, but no snapshot made by `ks snapshot`")]
    NotASnapshot,
    /// It was made in a form that this ks does not know.
    #[error("its format is {found}, and this ks reads {FORMAT_VERSION}")]
    Format {
        /// The version in the file.
        found: String,
    },
}

impl ClusterSnapshot {
    /// Records what plans look at: everything that the configuration is compared with, and what the components that it
    /// switches off would be compared with. Writes nothing.
    ///
    /// # Errors
    /// As [`plan`].
    pub async fn record(
        cluster: &dyn Cluster,
        catalogue: &Catalogue,
        config: &ClusterConfiguration,
    ) -> Result<Self, PlanError> {
        let planned = plan(cluster, catalogue, config, &PlanOptions::default()).await?;
        // What the first survey had seen is in the plan.
        let mut survey = survey(cluster).await?;
        let mut live = planned.live.clone();
        let open = catalogue.with_open_gates();
        survey.look_up(cluster, &lookups(&open, config, &survey.facts)).await?;
        // A component that is off may want settings that the configuration does not have.
        if let Ok(compiled) = compile(&open, config, &survey.facts) {
            let desired = Desired::of(&open, compiled, Inventory::default())?;
            add(&mut live, &look(cluster, &mut survey, &desired).await?);
        }
        let state = RecordedState::of(&live, &planned.desired, &survey.facts);
        let mut facts = survey.facts;
        Mask::keyed(facts.cluster_uid.clone().as_deref()).facts(&mut facts, |it| planned.desired.secrecy(it));
        Ok(Self {
            kind: KIND.to_owned(),
            format_version: FORMAT_VERSION.to_owned(),
            cluster: cluster.describe(),
            facts,
            served: survey.discovery.iter().cloned().collect(),
            namespaces: survey.namespaces,
            state,
        })
    }

    /// Plans a configuration against what was recorded. Asks no cluster.
    ///
    /// # Errors
    /// When what is wanted makes no sense, or the cluster did not serve a kind in the wanted version.
    pub fn plan(
        &self,
        catalogue: &Catalogue,
        config: &ClusterConfiguration,
        options: &PlanOptions,
    ) -> Result<Planned, PlanError> {
        let compiled = compile(catalogue, config, &self.facts)?;
        let desired = Desired::of(catalogue, compiled, Inventory::default())?;
        let desired = desired.with_resolutions(options.resolutions.clone());
        let discovery: Discovery = self.served.iter().cloned().collect();
        served::check(&discovery, &desired)?;
        let live = self.state.live(&desired, &self.facts);
        let plan = ks_plan::plan(&desired, &live, &self.facts)?;
        let (facts, namespaces) = (self.facts.clone(), self.namespaces.clone());
        let survey = Survey { facts, discovery, namespaces, sightings: Sightings::default() };
        Ok(Planned { survey, desired, live, plan, requests: RequestCount::default() })
    }

    /// What was known of the cluster before anything was compiled.
    pub fn facts(&self) -> &ks_model::Facts {
        &self.facts
    }

    /// The wanted objects of which the snapshot does not say whether they exist. A plan takes them for absent.
    pub fn unknown<'d>(&self, desired: &'d Desired) -> Vec<&'d ObjectRef> {
        let wanted = desired.manifests().map(ks_model::Manifest::object);
        let known = self.state.known();
        wanted.filter(|it| self.has_home(it) && !known.contains(it)).collect()
    }

    /// What is in a namespace that does not exist, or of a kind that is not served, does not exist either.
    fn has_home(&self, object: &ObjectRef) -> bool {
        object.namespace.as_ref().is_none_or(|it| self.namespaces.contains(it))
            && self.served.iter().any(|it| it.kind == object.kind)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When it is no JSON, no snapshot, or of another format.
    pub fn read(text: &str) -> Result<Self, SnapshotError> {
        let head: Head = serde_json::from_str(text)
            .map_err(|error| if error.is_data() { SnapshotError::NotASnapshot } else { error.into() })?;
        let Some(found) = head.format_version.filter(|_| head.kind.as_deref() == Some(KIND)) else {
            return Err(SnapshotError::NotASnapshot);
        };
        if found.split('.').next() != FORMAT_VERSION.split('.').next() {
            return Err(SnapshotError::Format { found });
        }
        Ok(serde_json::from_str(text)?)
    }

    /// Writes the text of the file.
    ///
    /// # Errors
    /// Never for a snapshot that was recorded; JSON has no room for some values that serde has.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|it| it + "\n")
    }
}

/// What every format has in common.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    kind: Option<String>,
    format_version: Option<String>,
}

/// Adds what was seen later; what was seen first stays as it was.
fn add(live: &mut LiveState, later: &LiveState) {
    for (object, seen) in later.observations() {
        if *live.get(object) == (Observation::Absent { askable: false }) {
            live.observe(object.clone(), seen.clone());
        }
    }
    for (object, value) in later.companions() {
        if live.companion_of(object).is_none() {
            live.companion(object.clone(), value.clone());
        }
    }
}
