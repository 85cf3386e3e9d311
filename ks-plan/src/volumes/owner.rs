//! What has claims: StatefulSets, and the custom resources that prometheus-operator turns into some.

use ks_model::{GroupKind, ObjectRef, Quantity};
use serde_json::Value;

use super::claim_kind;
use crate::readiness::{Readiness, companion};

/// Where a custom resource says how its pods store their data.
const STORAGE: &str = "/spec/storage";

/// What is wanted of one claim of each pod.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClaimTemplate {
    /// The name of the volume, with which the names of the claims begin.
    pub name: String,
    /// The class; absent when the one that a claim has is as good as any.
    pub class: Option<String>,
    /// The size, as it is written.
    pub size: Option<Value>,
    /// The field of the owner that holds the template, as plans print it.
    pub path: &'static str,
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
pub struct ClaimOwner {
    object: ObjectRef,
    set: ObjectRef,
    first: i64,
    replicas: i64,
    is_parallel: bool,
    templates: Vec<ClaimTemplate>,
    /// Volumes that have no claims any more.
    retired: Vec<String>,
}

impl ClaimOwner {
    /// Reads what a wanted object will be like; `None` for what makes no numbered pods. `live` is the same object in the
    /// cluster now, which knows under which name its claims were made.
    ///
    /// A Prometheus in several shards is several StatefulSets; its claims are left alone.
    pub fn of(object: &ObjectRef, value: &Value, live: Option<&Value>) -> Option<Self> {
        let number = |pointer: &str, default| value.pointer(pointer).and_then(Value::as_i64).unwrap_or(default);
        let replicas = number("/spec/replicas", 1);
        if object.kind.is("apps", "StatefulSet") {
            let templates = templates(value);
            let is_parallel = value.pointer("/spec/podManagementPolicy").and_then(Value::as_str) == Some("Parallel");
            return (!templates.is_empty()).then(|| Self {
                object: object.clone(),
                set: object.clone(),
                first: number("/spec/ordinals/start", 0),
                replicas,
                is_parallel,
                templates,
                retired: Vec::new(),
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
        let templates = template.into_iter().collect();
        Some(Self { object: object.clone(), set, first: 0, replicas, is_parallel: true, templates, retired })
    }

    /// The StatefulSet: the object itself, or the one that an operator makes of it.
    pub fn set(&self) -> &ObjectRef {
        &self.set
    }

    /// Whether all pods are made at once, and not each after the one before it.
    pub(crate) fn is_parallel(&self) -> bool {
        self.is_parallel
    }

    /// The pods, in their order.
    pub(crate) fn pods(&self) -> impl Iterator<Item = (i64, ObjectRef)> {
        (self.first..self.first.saturating_add(self.replicas)).map(|ordinal| (ordinal, self.pod(ordinal)))
    }

    fn pod(&self, ordinal: i64) -> ObjectRef {
        let ObjectRef { namespace, name, .. } = &self.set;
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
                let wanted = self.templates.iter().map(|it| slot(ordinal, &pod, &it.name, Some(it)));
                let retired = self.retired.iter().map(|it| slot(ordinal, &pod, it, None));
                wanted.chain(retired).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The claim that a pod is to have, where there is one.
    pub(crate) fn claim_of(&self, pod: &ObjectRef) -> Option<ObjectRef> {
        self.templates.first().map(|it| self.claim(&it.name, pod))
    }

    /// Whether a claim was made for a pod with a higher number than there are pods now.
    pub(crate) fn is_left_over(&self, claim: &ObjectRef) -> bool {
        let ordinal = |volume: &str| {
            let rest = claim.name.strip_prefix(volume)?.strip_prefix('-')?.strip_prefix(self.set.name.as_str())?;
            rest.strip_prefix('-')?.parse::<i64>().ok()
        };
        let end = self.first.saturating_add(self.replicas);
        claim.kind == claim_kind()
            && claim.namespace == self.set.namespace
            && self.templates.iter().filter_map(|it| ordinal(&it.name)).any(|it| it >= end)
    }

    /// Whether the live StatefulSet makes claims as they are wanted. The operator deletes its StatefulSet with all pods and
    /// makes it anew when the template changes, because a StatefulSet cannot change its own.
    pub fn readiness_of_set(&self, set: Option<&Value>) -> Readiness {
        let Some(set) = set else { return Readiness::waiting("its StatefulSet does not exist at the moment") };
        if set.pointer("/metadata/deletionTimestamp").is_some() {
            return Readiness::waiting("its StatefulSet is being deleted");
        }
        let live = templates(set);
        let same = |wanted: &ClaimTemplate| {
            let found = live.iter().find(|it| it.name == wanted.name);
            found.is_some_and(|it| it.class == wanted.class && amount(it) == amount(wanted))
        };
        let is_retired = |it: &ClaimTemplate| self.retired.contains(&it.name);
        if self.templates.iter().all(same) && !live.iter().any(is_retired) {
            return Readiness::Ready;
        }
        Readiness::waiting("its StatefulSet makes claims as they were wanted before")
    }
}

fn amount(template: &ClaimTemplate) -> Option<Quantity> {
    Quantity::try_from(template.size.as_ref()?).ok()
}

/// The templates of a StatefulSet.
fn templates(set: &Value) -> Vec<ClaimTemplate> {
    let templates = set.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array);
    let named = |it: &Value| {
        let name = it.pointer("/metadata/name")?.as_str()?.to_owned();
        Some(template(it, name, ".spec.volumeClaimTemplates"))
    };
    templates.into_iter().flatten().filter_map(named).collect()
}

/// The template of a custom resource. Whatever else it says about storage wins over a template, as the operator has it.
fn operated(value: &Value, default: &str) -> Option<ClaimTemplate> {
    let storage = value.pointer(STORAGE)?;
    let is_set = |field: &str| storage.get(field).is_some_and(|it| !it.is_null());
    if is_set("emptyDir") || is_set("ephemeral") {
        return None;
    }
    let found = storage.get("volumeClaimTemplate")?;
    let name = found.pointer("/metadata/name").and_then(Value::as_str).unwrap_or(default);
    Some(template(found, name.to_owned(), ".spec.storage.volumeClaimTemplate"))
}

fn template(value: &Value, name: String, path: &'static str) -> ClaimTemplate {
    ClaimTemplate {
        name,
        class: value.pointer("/spec/storageClassName").and_then(Value::as_str).map(str::to_owned),
        size: value.pointer("/spec/resources/requests/storage").cloned(),
        path,
    }
}
