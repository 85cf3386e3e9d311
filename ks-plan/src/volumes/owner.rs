//! What has claims: StatefulSets, and the custom resources that prometheus-operator turns into some.

use ks_model::{GroupKind, ObjectRef, Quantity, at};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claim_kind;
use crate::readiness::{Readiness, companion};

/// Where a custom resource says how its pods store their data.
const STORAGE: &str = "/spec/storage";
/// Where its template stands, as plans print it.
pub(crate) const STORAGE_TEMPLATE: &str = ".spec.storage.volumeClaimTemplate";

/// Says what is wanted of one claim of each pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimTemplate {
    /// The name of the volume, with which the names of the claims begin.
    pub name: String,
    /// The class; absent when the one that a claim has is as good as any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The size, as it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
}

impl ClaimTemplate {
    /// The size as an amount.
    pub(crate) fn amount(&self) -> Option<Quantity> {
        self.size.as_ref()?.parse().ok()
    }
}

/// Says which claims the StatefulSet of an object is to make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimTemplates {
    /// The wanted object: a StatefulSet, or what an operator turns into one.
    pub owner: ObjectRef,
    /// The StatefulSet.
    pub set: ObjectRef,
    /// What is wanted of each claim of a pod.
    pub wanted: Vec<ClaimTemplate>,
    /// Volumes that have no claims any more.
    pub retired: Vec<String>,
}

impl ClaimTemplates {
    /// Whether the live StatefulSet makes claims as they are wanted. The operator deletes its StatefulSet with all pods and
    /// makes it anew when the template changes, because a StatefulSet cannot change its own.
    pub fn readiness(&self, set: Option<&Value>) -> Readiness {
        let Some(set) = set else { return Readiness::waiting("its StatefulSet does not exist at the moment") };
        if at(set, "/metadata/deletionTimestamp").is_some() {
            return Readiness::waiting("its StatefulSet is being deleted");
        }
        let live = templates(set);
        let same = |wanted: &ClaimTemplate| {
            let found = live.iter().find(|it| it.name == wanted.name);
            found.is_some_and(|it| it.class == wanted.class && it.amount() == wanted.amount())
        };
        if self.wanted.iter().all(same) && !live.iter().any(|it| self.retired.contains(&it.name)) {
            return Readiness::Ready;
        }
        Readiness::waiting("its StatefulSet makes claims as they were wanted before")
    }
}

/// One claim of one pod, live or not.
#[derive(Clone, Debug)]
pub(crate) struct Slot<'a> {
    /// The number of the pod.
    pub ordinal: i64,
    /// The pod.
    pub pod: ObjectRef,
    /// The claim.
    pub claim: ObjectRef,
    /// What is wanted of it; absent when it is not wanted at all.
    pub template: Option<&'a ClaimTemplate>,
}

/// A wanted object that makes numbered pods with claims of their own, or made such pods before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClaimOwner {
    /// Its claims.
    pub templates: ClaimTemplates,
    first: i64,
    replicas: i64,
    /// Whether all pods are made at once, and not each after the one before it.
    pub is_parallel: bool,
}

impl ClaimOwner {
    /// Whether objects of this kind may make numbered pods with claims.
    pub(crate) fn is_one(object: &ObjectRef) -> bool {
        object.kind.is("apps", "StatefulSet") || companion(object).is_some()
    }

    /// Reads what a wanted object will be like; `None` for what makes no numbered pods. `live` is the same object in the
    /// cluster now, which knows under which name its claims were made.
    ///
    /// A Prometheus in several shards is several StatefulSets; its claims are left alone.
    pub fn of(object: &ObjectRef, value: &Value, live: Option<&Value>) -> Option<Self> {
        let number = |pointer: &str, default| at(value, pointer).and_then(Value::as_i64).unwrap_or(default);
        let replicas = || number("/spec/replicas", 1);
        if object.kind.is("apps", "StatefulSet") {
            let (owner, set, wanted) = (object.clone(), object.clone(), templates(value));
            let is_parallel = at(value, "/spec/podManagementPolicy").and_then(Value::as_str) == Some("Parallel");
            let first = number("/spec/ordinals/start", 0);
            let templates = ClaimTemplates { owner, set, wanted, retired: Vec::new() };
            return (!templates.wanted.is_empty()).then(|| Self {
                templates,
                first,
                replicas: replicas(),
                is_parallel,
            });
        }
        let set = companion(object).filter(|_| number("/spec/shards", 1) <= 1)?;
        let default = format!("{}-{}", set.name, if object.kind.kind == "ThanosRuler" { "data" } else { "db" });
        let template = operated(value, &default);
        let before = live.and_then(|it| operated(it, &default)).map(|it| it.name);
        let mut retired: Vec<String> = if template.is_none() { before.into_iter().collect() } else { Vec::new() };
        if template.is_none() && !retired.contains(&default) {
            retired.push(default);
        }
        let (owner, wanted) = (object.clone(), template.into_iter().collect());
        let templates = ClaimTemplates { owner, set, wanted, retired };
        Some(Self { templates, first: 0, replicas: replicas(), is_parallel: true })
    }

    /// The field of the object that holds the templates, as plans print it.
    pub(crate) fn path(&self) -> &'static str {
        if self.templates.set == self.templates.owner { ".spec.volumeClaimTemplates" } else { STORAGE_TEMPLATE }
    }

    /// The pods, in their order.
    pub(crate) fn pods(&self) -> impl Iterator<Item = (i64, ObjectRef)> {
        (self.first..self.first.saturating_add(self.replicas)).map(|ordinal| (ordinal, self.pod(ordinal)))
    }

    fn pod(&self, ordinal: i64) -> ObjectRef {
        let ObjectRef { namespace, name, .. } = &self.templates.set;
        let kind = GroupKind::new("", "Pod");
        ObjectRef { kind, namespace: namespace.clone(), name: format!("{name}-{ordinal}") }
    }

    fn claim(&self, volume: &str, pod: &ObjectRef) -> ObjectRef {
        ObjectRef { kind: claim_kind(), namespace: pod.namespace.clone(), name: format!("{volume}-{}", pod.name) }
    }

    /// Every claim that its pods have, should have, or had before, pod by pod.
    pub(crate) fn slots(&self) -> Vec<Slot<'_>> {
        let slot = |ordinal, pod: &ObjectRef, volume: &str, template| Slot {
            ordinal,
            pod: pod.clone(),
            claim: self.claim(volume, pod),
            template,
        };
        self.pods()
            .flat_map(|(ordinal, pod)| {
                let wanted = self.templates.wanted.iter().map(|it| slot(ordinal, &pod, &it.name, Some(it)));
                let retired = self.templates.retired.iter().map(|it| slot(ordinal, &pod, it, None));
                wanted.chain(retired).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The claim that a pod is to have, where there is one.
    pub(crate) fn claim_of(&self, pod: &ObjectRef) -> Option<ObjectRef> {
        self.templates.wanted.first().map(|it| self.claim(&it.name, pod))
    }

    /// Whether a claim is one of a pod that is, should be, or was before.
    pub(crate) fn has(&self, claim: &ObjectRef) -> bool {
        self.is_left_over(claim) || self.slots().iter().any(|it| it.claim == *claim)
    }

    /// Whether a claim was made for a pod with a higher number than there are pods now.
    pub(crate) fn is_left_over(&self, claim: &ObjectRef) -> bool {
        let set = &self.templates.set;
        let ordinal = |volume: &str| {
            let rest = claim.name.strip_prefix(volume)?.strip_prefix('-')?.strip_prefix(set.name.as_str())?;
            rest.strip_prefix('-')?.parse::<i64>().ok()
        };
        let end = self.first.saturating_add(self.replicas);
        claim.kind == claim_kind()
            && claim.namespace == set.namespace
            && self.templates.wanted.iter().filter_map(|it| ordinal(&it.name)).any(|it| it >= end)
    }
}

/// The templates of a StatefulSet.
fn templates(set: &Value) -> Vec<ClaimTemplate> {
    let templates = at(set, "/spec/volumeClaimTemplates").and_then(Value::as_array);
    let named = |it: &Value| {
        let name = at(it, "/metadata/name")?.as_str()?.to_owned();
        Some(template(it, name))
    };
    templates.into_iter().flatten().filter_map(named).collect()
}

/// The template of a custom resource. Whatever else it says about storage wins over a template, as the operator has it.
fn operated(value: &Value, default: &str) -> Option<ClaimTemplate> {
    let storage = at(value, STORAGE)?;
    let is_set = |field: &str| storage.get(field).is_some_and(|it| !it.is_null());
    if is_set("emptyDir") || is_set("ephemeral") {
        return None;
    }
    let found = storage.get("volumeClaimTemplate")?;
    let name = at(found, "/metadata/name").and_then(Value::as_str).unwrap_or(default);
    Some(template(found, name.to_owned()))
}

fn template(value: &Value, name: String) -> ClaimTemplate {
    let size = at(value, "/spec/resources/requests/storage");
    ClaimTemplate {
        name,
        class: at(value, "/spec/storageClassName").and_then(Value::as_str).map(str::to_owned),
        size: size.and_then(|it| Quantity::try_from(it).ok()).map(|it| it.to_string()),
    }
}
