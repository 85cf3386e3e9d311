//! A plan from sifted objects is the plan from all of them, whatever has become of each.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::display::{HtmlOptions, MarkdownOptions, PlanDocument, TextOptions, html, markdown, text};
use crate::fixture::{
    applied_as, bundle, config_map, core, definition, deployment, desired, merge, namespace, object, settled,
};
use crate::saved::{ConfigurationSource, SavedPlan};
use crate::{Action, Resolutions, doubts, plan};

/// Something of every sort that a plan treats in its own way.
fn wanted(word: &str) -> Desired {
    let set = object(
        "apps/v1",
        "StatefulSet",
        "home/n",
        json!({ "spec": { "replicas": 1, "serviceName": "n", "volumeClaimTemplates": [
            { "metadata": { "name": "data" }, "spec": { "resources": { "requests": { "storage": "1Gi" } } } }] } }),
    );
    let hook = object(
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        "hook",
        json!({ "webhooks": [{ "name": "a.example.org", "clientConfig": { "service": { "namespace": "home", "name": "s" } } }] }),
    );
    let mut demo = bundle(
        "demo",
        [
            namespace("home"),
            object("v1", "Secret", "home/s", json!({ "data": { "key": "c2VzYW1l" } })),
            object("v1", "Service", "home/s", json!({ "spec": { "ports": [{ "port": 80 }] } })),
            config_map("home/a"),
            object("v1", "ConfigMap", "home/b", json!({ "data": { "a": word } })),
            config_map("home/once"),
            config_map("home/theirs"),
            deployment("home/d", json!({ "containers": [{ "name": "main", "image": "demo" }] })),
            object("v1", "PersistentVolumeClaim", "home/p", json!({ "spec": { "storageClassName": "slow" } })),
            set,
            hook,
            definition("Thing", "things"),
            object("example.org/v1", "Thing", "home/t", json!({ "spec": { "name": word } })),
        ],
    );
    for object in &mut demo.objects {
        object.ownership = match object.manifest.object().name.as_str() {
            "once" => Ownership::Once,
            "theirs" => Ownership::Fields,
            _ => Ownership::Whole,
        };
    }
    desired(vec![demo])
}

/// What has become of an object.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Same,
    Gone,
    Edited,
    LabelledByOthers,
    OwnedByOthers,
    OwnedByAnother,
    WithoutOwners,
    Leaving,
    InAnotherVersion,
    Unready,
    Ready,
    NoMember,
    Frozen,
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::*;
    let changed = [
        Gone,
        Edited,
        LabelledByOthers,
        OwnedByOthers,
        OwnedByAnother,
        WithoutOwners,
        Leaving,
        InAnotherVersion,
        Unready,
        Ready,
        NoMember,
        Frozen,
    ];
    prop_oneof![3 => Just(Same), 2 => proptest::sample::select(changed.to_vec())]
}

fn befallen(live: Value, fate: Fate, desired: &Desired, object: &ObjectRef) -> Option<Value> {
    let mut live = live;
    match fate {
        Fate::Same => {}
        Fate::Gone => return None,
        Fate::Edited => merge(&mut live, json!({ "data": { "a": "by hand" }, "spec": { "name": "by hand" } })),
        Fate::LabelledByOthers => {
            merge(&mut live, json!({ "metadata": { "labels": { "theirs": "yes" } } }));
            let owned = json!({ "f:metadata": { "f:labels": { "f:theirs": {} } } });
            let entry = json!({ "manager": "other", "operation": "Update", "apiVersion": live["apiVersion"],
                "fieldsType": "FieldsV1", "fieldsV1": owned });
            live["metadata"]["managedFields"].as_array_mut()?.push(entry);
        }
        Fate::OwnedByOthers => {
            let (_, found) = desired.find(object)?;
            live = applied_as(desired, &found.manifest, "other");
        }
        Fate::OwnedByAnother => live["metadata"]["managedFields"][0]["manager"] = json!("kubectl-client-side-apply"),
        Fate::WithoutOwners => drop(live["metadata"].as_object_mut()?.shift_remove("managedFields")),
        Fate::Leaving => live["metadata"]["deletionTimestamp"] = json!("2026-11-20T09:14:05Z"),
        Fate::InAnotherVersion => live["apiVersion"] = json!("example.org/v2"),
        Fate::Unready => live["status"] = json!({ "phase": "Odd", "observedGeneration": 0, "replicas": 1 }),
        Fate::Ready => live["status"] = json!({ "phase": "Bound", "replicas": 1, "readyReplicas": 1 }),
        Fate::NoMember => drop(live["metadata"].as_object_mut()?.shift_remove("labels")),
        Fate::Frozen => merge(&mut live, json!({ "immutable": true, "data": { "a": "frozen" } })),
    }
    Some(live)
}

fn sieved(live: &LiveState, desired: &Desired, facts: &Facts) -> LiveState {
    let mut sieved = LiveState::default();
    let parent = desired.inventory().parent();
    let sieve = Sieve::new(Arc::new(desired.clone()), facts, live.object(parent)).for_saving(facts);
    for (object, observation) in live.observations() {
        match observation {
            Observation::Present(value) if object != parent => {
                sieved.put(object.clone(), sieve.sift(object, value.clone()));
            }
            other => sieved.observe(object.clone(), other.clone()),
        }
    }
    sieved
}

/// The objects that are settled by their text alone, which is held against what their trees tell.
fn told_by_text(live: &LiveState, desired: &Desired, facts: &Facts) -> Vec<String> {
    let sieve = Sieve::new(Arc::new(desired.clone()), facts, live.object(desired.inventory().parent()));
    let told = live.present().filter(|(object, value)| {
        let version = value["apiVersion"].as_str().unwrap();
        let settled = sieve.sift_text(object, version, &value.to_string());
        settled.is_some_and(|it| {
            assert!(sieve.sift(object, (*value).clone()) == Sifted::Settled(Box::new(it)), "{object}");
            true
        })
    });
    told.map(|(object, _)| format!("{} {}", object.kind.kind, object.name)).collect()
}

/// Everything that a plan is written as, and the objects that the server is asked about.
fn written(desired: &Desired, live: &LiveState, facts: &Facts) -> Vec<String> {
    let doubts = doubts(desired, live).iter().map(|it| format!("{:?}", it.value())).collect::<Vec<_>>().join("\n");
    let plan = match plan(desired, live, facts) {
        Ok(plan) => plan,
        Err(error) => return vec![doubts, error.to_string()],
    };
    let saved = SavedPlan::of(&plan, desired, live, "demo".into(), ConfigurationSource::default());
    vec![
        doubts,
        text(&plan, &TextOptions { full: true, ..TextOptions::default() }),
        html(&plan, &HtmlOptions::default()),
        markdown(&plan, &MarkdownOptions::default()),
        serde_json::to_string(&PlanDocument::of(&plan)).unwrap(),
        format!("{:?} {:?}", plan.summary(), plan.unready),
        serde_json::to_string(&PlanDocument::of(&plan.waits(desired, live))).unwrap(),
        saved.text().unwrap(),
    ]
}

fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.cluster_uid = Some("c0ffee".into());
    let mut slow = StorageClass::default();
    slow.binds_at_first_use = true;
    facts.storage_classes.insert("slow".into(), slow);
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_plan_is_the_same_byte_for_byte(
        fates in proptest::collection::vec(fate(), 14),
        is_changed in any::<bool>(),
        said in prop_oneof![2 => Just(None), 1 => Just(Some(".data.a@ConfigMap home/a")), 1 => Just(Some(".spec.name@Thing home/t"))],
        is_remembered in any::<bool>(),
    ) {
        let (before, facts) = (wanted("before"), facts());
        let mut desired = if is_changed { wanted("after") } else { before.clone() };
        let mut live = settled(&before);
        let all: Vec<(ObjectRef, Value)> = live.present().map(|(object, it)| (object.clone(), it.clone())).collect();
        for ((object, value), fate) in all.into_iter().zip(fates) {
            let value = befallen(value, fate, &before, &object);
            live.observe(object, value.map_or(Observation::Absent { askable: true }, Observation::Present));
        }
        if let Some(said) = said.filter(|_| !is_remembered) {
            let mut resolutions = Resolutions::default();
            resolutions.keep.insert(said.parse().unwrap());
            desired = desired.with_resolutions(resolutions);
        }
        let parent = desired.inventory().parent().clone();
        if let (Some(said), Some(inventory)) = (said.filter(|_| is_remembered), live.object(&parent)) {
            let mut inventory = inventory.clone();
            let kept = json!([said]).to_string();
            merge(&mut inventory, json!({ "metadata": { "annotations": { "ks.kubesphere.io/kept-fields": kept } } }));
            live.observe(parent, Observation::Present(inventory));
        }
        told_by_text(&live, &desired, &facts);
        let sieved = sieved(&live, &desired, &facts);
        prop_assert_eq!(written(&desired, &sieved, &facts), written(&desired, &live, &facts));
        let changes = plan(&desired, &live, &facts).map(|it| it.changes).unwrap_or_default();
        for change in changes.iter().filter(|it| it.action != Action::NoOp) {
            prop_assert!(sieved.settled(&change.object).is_none() || live.goes_with_its_namespace(&change.object), "{}", change.object);
        }
    }
}

#[test]
fn what_is_as_it_is_wanted_is_dropped() {
    let (desired, facts) = (wanted("before"), facts());
    let sieved = sieved(&settled(&desired), &desired, &facts);
    for map in ["home/a", "home/b", "home/once"].map(|it| core("ConfigMap", it)) {
        assert!(sieved.settled(&map).is_some() && sieved.object(&map).is_none() && sieved.exists(&map), "{map}");
    }
    let dropped = desired.manifests().filter(|it| sieved.settled(it.object()).is_some()).count();
    assert_eq!(dropped, desired.manifests().count() - 2, "all but the Secret and what has claims");
}

#[test]
fn most_of_what_is_as_it_is_wanted_is_told_by_its_text() {
    let (desired, facts) = (wanted("before"), facts());
    let told = told_by_text(&settled(&desired), &desired, &facts);
    // Not the claim and what has claims, not the Secret, and not what is written but once.
    assert_eq!(
        told,
        [
            "ConfigMap a",
            "ConfigMap b",
            "ConfigMap theirs",
            "Namespace home",
            "Service s",
            "ValidatingWebhookConfiguration hook",
            "CustomResourceDefinition things.example.org",
            "Deployment d",
            "Thing t"
        ]
    );
}

#[test]
fn what_has_secrets_or_claims_stays_whole() {
    let (desired, facts) = (wanted("before"), facts());
    let sieved = sieved(&settled(&desired), &desired, &facts);
    assert!(sieved.object(&core("Secret", "home/s")).is_some());
    let set = desired.manifests().find(|it| it.object().kind.kind == "StatefulSet").unwrap();
    assert!(sieved.object(set.object()).is_some());
}

#[test]
fn what_is_said_of_conflicts_is_not_settled() {
    let mut resolutions = Resolutions::default();
    resolutions.keep.insert(".data.a@ConfigMap home/a".parse().unwrap());
    let desired = wanted("before").with_resolutions(resolutions);
    let sieved = sieved(&settled(&desired), &desired, &facts());
    assert!(sieved.object(&core("ConfigMap", "home/a")).is_some());
}

#[test]
fn what_something_else_asks_for_stays_whole() {
    let (desired, facts, map) = (wanted("before"), facts(), core("ConfigMap", "home/a"));
    let live = settled(&desired).object(&map).unwrap().clone();
    let sieve = Sieve::new(Arc::new(desired), &facts, None);
    assert!(matches!(sieve.sift(&map, live.clone()), Sifted::Settled(_)));
    assert!(matches!(sieve.keeping([map.clone()]).sift(&map, live), Sifted::Whole(_)));
}

#[test]
fn what_was_compared_with_a_guess_holds_as_far_as_that_was_right() {
    let (guess, facts) = (wanted("guess"), facts());
    let sieved = sieved(&settled(&guess), &guess, &facts);
    let holds = |name: &str, desired: &Desired| sieved.settled(&core("ConfigMap", name)).unwrap().holds(desired);
    assert!(holds("home/a", &wanted("guess")) && holds("home/b", &wanted("guess")), "made anew, and alike");
    let right = wanted("right");
    assert!(holds("home/a", &right) && !holds("home/b", &right));
    assert!(!holds("home/a", &desired(Vec::new())), "nothing wants it");
}
