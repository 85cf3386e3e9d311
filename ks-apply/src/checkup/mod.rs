//! Looks at everything that may keep ks from working well in a cluster. What it means is judged by `ks_plan::doctor`.
//!
//! Nothing here fails: what could not be seen is part of the evidence, and everything else is looked at all the same.

mod access;
mod leftovers;

use std::time::Instant;

use ks_model::config::ClusterConfiguration;
use ks_model::{Facts, GroupKind, ObjectRef};
use ks_plan::doctor::{Configured, Evidence, Seen, Served, Unseen};
use ks_plan::rbac::Rights;
use ks_plan::{Catalogue, Desired, Inventory, Lookups, compile, lookups};

use crate::cluster::Cluster;
use crate::discovery::Discovery;
use crate::error::ClusterError;
use crate::observe::{Survey, look, survey};

/// How often the version is asked for, to tell how long answers take. The first one also makes the connection.
const ANSWERS: usize = 5;

/// Says what is to be looked at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// The components.
    pub catalogue: &'a Catalogue,
    /// What is wanted; the defaults where there is no configuration.
    pub config: &'a ClusterConfiguration,
    /// Where the configuration came from.
    pub configured: Configured,
    /// The live object that holds the configuration, where plans read it.
    pub live_configuration: Option<ObjectRef>,
}

impl<'a> Subject<'a> {
    /// A configuration from a file, or the defaults.
    pub fn new(catalogue: &'a Catalogue, config: &'a ClusterConfiguration, configured: Configured) -> Self {
        Self { catalogue, config, configured, live_configuration: None }
    }
}

/// Looks at a cluster, whatever of it can be seen. Nothing is written.
///
/// # Example
/// ```
/// use ks_apply::checkup::{Subject, check_up};
/// use ks_apply::sandbox::{Sandbox, SandboxOptions};
/// use ks_model::config::ClusterConfiguration;
/// use ks_plan::Catalogue;
/// use ks_plan::doctor::{Configured, Verdict, judge};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let sandbox = Sandbox::in_memory(SandboxOptions::instant());
/// let catalogue = Catalogue::embedded()?;
/// let object = serde_json::json!({ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
///     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} });
/// let config = ClusterConfiguration::from_object(object)?.config;
/// let evidence = check_up(&sandbox, &Subject::new(&catalogue, &config, Configured::Nowhere)).await;
/// assert!(judge(&evidence).iter().all(|it| it.verdict != Verdict::Problem));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn check_up(cluster: &dyn Cluster, subject: &Subject<'_>) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.configured = subject.configured.clone();
    evidence.answers = answers(cluster).await;
    if evidence.answers.is_err() {
        return evidence;
    }
    let (version, discovery) = futures::join!(cluster.version(), cluster.discover());
    evidence.version = seen(version);
    let discovery = match discovery {
        Ok(discovery) => discovery,
        // Nothing can be asked for where nothing is known to be served.
        Err(error) => return blind(evidence, &error),
    };
    evidence.served = Ok(served(&discovery));
    let mut survey = surveyed(cluster, subject).await;
    evidence.leaving = survey.as_ref().map(leftovers::leaving).map_err(Clone::clone);
    let mut facts = Facts::default();
    evidence.version.iter().for_each(|it| facts.version = *it);
    let facts = survey.as_ref().map_or(facts, |it| it.facts.clone());
    let (desired, wanted) = wanted(subject, &facts);
    let inventory = Inventory::default();
    let rights = desired.as_ref().map(|it| rights(subject, it, &wanted)).map_err(Clone::clone);
    let (grants, installer, releases, services, lease, records, live) = futures::join!(
        access::grants(cluster, rights.as_ref().ok()),
        leftovers::installer(cluster, &discovery),
        leftovers::releases(cluster, &discovery, desired.as_ref().ok()),
        leftovers::services(cluster, &discovery),
        leftovers::lease(cluster, &inventory),
        leftovers::records(cluster, &inventory),
        live(cluster, survey.as_mut(), desired.as_ref()),
    );
    evidence.facts = survey.map(|it| it.facts);
    (evidence.desired, evidence.rights, evidence.grants) = (desired, rights, grants);
    (evidence.installer, evidence.releases, evidence.services) = (installer, releases, services);
    (evidence.lease, evidence.records, evidence.live) = (lease, records, live);
    evidence
}

/// How long small requests take, one after the other, in milliseconds.
async fn answers(cluster: &dyn Cluster) -> Seen<Vec<u64>> {
    let mut answers = Vec::new();
    for _ in 0..ANSWERS {
        let began = Instant::now();
        cluster.version().await.map_err(unseen)?;
        answers.push(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    }
    Ok(answers)
}

fn blind(mut evidence: Evidence, error: &ClusterError) -> Evidence {
    evidence.served = Err(Unseen::new(error.to_string()));
    evidence
}

fn served(discovery: &Discovery) -> Served {
    let mut served = Served::new();
    for it in discovery.iter() {
        served.entry(it.kind.clone()).or_default().push(it.version.clone());
    }
    served
}

/// The first look of a plan, with what settings ask for.
async fn surveyed(cluster: &dyn Cluster, subject: &Subject<'_>) -> Seen<Survey> {
    let mut survey = survey(cluster).await.map_err(unseen)?;
    let wanted = lookups(subject.catalogue, subject.config, &survey.facts);
    // Without them the defaults hold: that is told by the rights that are missing.
    drop(survey.look_up(cluster, &wanted).await);
    Ok(survey)
}

fn wanted(subject: &Subject<'_>, facts: &Facts) -> (Seen<Desired>, Lookups) {
    let wanted = lookups(subject.catalogue, subject.config, facts);
    let compiled = compile(subject.catalogue, subject.config, facts).map_err(|it| Unseen::new(it.to_string()));
    let desired = compiled.and_then(|it| {
        Desired::of(subject.catalogue, it, Inventory::default()).map_err(|it| Unseen::new(it.to_string()))
    });
    (desired, wanted)
}

fn rights(subject: &Subject<'_>, desired: &Desired, wanted: &Lookups) -> Rights {
    let rights = Rights::of(desired, wanted).with_diagnosis(desired);
    match &subject.live_configuration {
        Some(object) => rights.with_live_configuration(desired, object),
        None => rights,
    }
}

async fn live(
    cluster: &dyn Cluster,
    survey: Result<&mut Survey, &mut Unseen>,
    desired: Result<&Desired, &Unseen>,
) -> Seen<ks_plan::LiveState> {
    let (survey, desired) = (survey.map_err(|it| it.clone())?, desired.map_err(Clone::clone)?);
    seen(look(cluster, survey, desired).await)
}

fn seen<T>(answer: Result<T, ClusterError>) -> Seen<T> {
    answer.map_err(unseen)
}

fn unseen(error: ClusterError) -> Unseen {
    Unseen::new(error.to_string())
}

fn kind(group: &str, kind: &str) -> GroupKind {
    GroupKind::new(group, kind)
}
