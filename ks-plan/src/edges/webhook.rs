//! The workload behind a webhook is ready before the objects that pass it are written.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use ks_model::{GroupKind, Manifest, ObjectRef};
use serde_json::Value;

use super::pod_spec::{each, pod_labels, text};
use super::{Link, World};
use crate::graph::{EdgeReason, Until};

const ADMISSION: &str = "admissionregistration.k8s.io";

/// Objects wait for the webhooks that admit or convert them, and for the Service and the workload that answer.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let (kinds, workloads) = (kinds_by_resource(world), LazyCell::new(|| workloads(world)));
    let mut edges = Vec::new();
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        for configuration in world.of_kind(ADMISSION, kind) {
            for hook in each(configuration.value(), "/webhooks") {
                let seen = seen_by(hook, &kinds);
                edges.extend(wait_for(world, &workloads, hook, &seen, Some(configuration.object())));
            }
        }
    }
    for crd in world.definitions() {
        if let (Some(hook), Some(kind)) =
            (crd.outline().pointer("/spec/conversion/webhook"), super::crd::defined_kind(crd))
        {
            edges.extend(wait_for(world, &workloads, hook, &[kind], None));
        }
    }
    edges
}

/// The kinds of this catalogue by API group and resource name; only custom kinds say theirs.
fn kinds_by_resource(world: &World<'_>) -> BTreeMap<(String, String), GroupKind> {
    let named = world.definitions().filter_map(|crd| {
        let kind = super::crd::defined_kind(crd)?;
        let plural = text(crd.outline(), "/spec/names/plural")?;
        Some(((kind.group.clone(), plural.to_owned()), kind))
    });
    named.collect()
}

fn seen_by(hook: &Value, kinds: &BTreeMap<(String, String), GroupKind>) -> Vec<GroupKind> {
    let listed = |rule: &Value, field: &str, wanted: &str| {
        each(rule, field).filter_map(Value::as_str).any(|it| it == "*" || it == wanted)
    };
    kinds
        .iter()
        .filter(|((group, plural), _)| {
            each(hook, "/rules").any(|it| listed(it, "/apiGroups", group) && listed(it, "/resources", plural))
        })
        .map(|(_, kind)| kind.clone())
        .collect()
}

fn wait_for<'a>(
    world: &World<'a>,
    workloads: &LazyCell<Workloads<'a>, impl FnOnce() -> Workloads<'a>>,
    hook: &Value,
    kinds: &[GroupKind],
    configuration: Option<&'a ObjectRef>,
) -> Vec<Link<'a>> {
    let service = hook
        .pointer("/clientConfig/service")
        .and_then(|it| world.find("", "Service", text(it, "/namespace"), text(it, "/name")?));
    let backends: Vec<&ObjectRef> = service.map(|it| backends(workloads, it)).unwrap_or_default();
    let objects = kinds.iter().flat_map(|it| world.of_kind(&it.group, &it.kind));
    objects
        .flat_map(|it| {
            let ready = backends.iter().map(|on| (*on, Until::Ready));
            let written = configuration.into_iter().chain(service.map(Manifest::object)).map(|on| (on, Until::Present));
            ready.chain(written).map(|(on, until)| Link::between(it.object(), on, until, EdgeReason::Webhook))
        })
        .collect()
}

/// What makes labelled pods, by namespace; made once, because every webhook asks.
type Workloads<'a> = BTreeMap<Option<&'a str>, Vec<&'a Manifest>>;

fn workloads<'a>(world: &World<'a>) -> Workloads<'a> {
    let mut workloads = Workloads::new();
    for it in world.manifests().filter(|it| pod_labels(it).is_some()) {
        workloads.entry(it.object().namespace.as_deref()).or_default().push(it);
    }
    workloads
}

/// The workloads whose pods the Service of a webhook selects. A Service without a selector selects none.
fn backends<'a>(workloads: &Workloads<'a>, service: &Manifest) -> Vec<&'a ObjectRef> {
    let selector = service.value().pointer("/spec/selector").and_then(Value::as_object).filter(|it| !it.is_empty());
    let selects = |it: &Manifest| match (selector, pod_labels(it)) {
        (Some(selector), Some(labels)) => selector.iter().all(|(key, value)| labels.get(key) == Some(value)),
        _ => false,
    };
    let beside = workloads.get(&service.object().namespace.as_deref()).into_iter().flatten();
    beside.filter(|it| selects(it)).map(|it| it.object()).collect()
}
