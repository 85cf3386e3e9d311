//! Screens of small hand-made plans.

use ks_model::config::Location;
use ks_model::{ClosedGate, Language, LiveField, Origin};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::sample::{change, configured, field, object, plan, setting, with_keeps};
use super::{Palette, PlanDocument, TextOptions, text};
use crate::change::{Action, Reason, Risk, Verified};
use crate::conflict::{Conflict, FieldOwner, Resolution};
use crate::kept::Kept;
use crate::live::Refusal;
use crate::plan::{Fault, Plan, Unready};
use crate::readiness::Readiness;
use crate::sensitive::Mask;
use crate::structured::Operation;

fn shown(plan: &Plan, full: bool) -> String {
    let options =
        TextOptions { cluster: Some("sandbox"), full, palette: Palette::plain(), language: Language::English };
    text(plan, &options)
}

#[test]
fn new_objects_take_one_line_and_what_the_user_decided() {
    let mut prometheus = change(Action::Create, object("monitoring.coreos.com", "Prometheus", "k8s"), "prometheus");
    prometheus.verified = Verified::None;
    prometheus.fields =
        vec![field(".spec.replicas", None, Some(json!(2))), field(".spec.retention", None, Some(json!("15d")))];
    prometheus.reasons.push(setting("retention", json!("15d"), configured("monitoring.prometheus.retention", 41)));
    let computed = Origin::Default { expression: Some("2 if facts.nodes >= 3 else 1".into()) };
    prometheus.reasons.push(setting("replicas", json!(2), computed));
    let mut plan = plan(vec![change(Action::Create, object("", "ServiceAccount", "k8s"), "prometheus"), prometheus]);
    let place = Location { file: "cc.yaml".into(), line: 83, column: 5 };
    plan.closed = vec![ClosedGate::new(
        "thanos-ruler".parse().unwrap(),
        "spec.alerting.enabled".into(),
        "alerting.enabled is false".into(),
        Some(place),
    )];
    insta::assert_snapshot!("create", shown(&plan, false));
    insta::assert_snapshot!("create_full", shown(&plan, true));
}

#[test]
fn changes_show_each_field_before_and_after() {
    let mut update = change(Action::Update, object("monitoring.coreos.com", "Prometheus", "k8s"), "prometheus");
    update.risk = Risk::Disruptive;
    let long =
        |word: &str| json!(format!("http://prometheus-operated.{word}.svc.cluster.example.org:9090/with/a/path"));
    update.fields = vec![
        field(".spec.retention", Some(json!("7d")), Some(json!("15d"))),
        field(".spec.replicas", Some(json!(1)), Some(json!("1"))),
        field(".spec.externalUrl", Some(long("before")), Some(long("after"))),
        field(".spec.tolerations[0]", None, Some(json!({ "key": "dedicated" }))),
        field(".spec.paused", Some(json!(true)), None),
        field(".spec.text", Some(json!("a\nb\nc\nd\ne\n")), Some(json!("a\nb\nc\nD\ne\n"))),
    ];
    let owner = FieldOwner {
        manager: "kubectl-scale".into(),
        operation: Some(Operation::Update),
        subresource: Some("scale".into()),
        time: Some("2026-11-20T09:14:05Z".into()),
    };
    update.conflicts = vec![
        Conflict { owner, ..Conflict::new(".spec.replicas", "") },
        Conflict { resolution: Resolution::Taken, ..Conflict::new(".spec.retention", "somebody") },
    ];
    update.reasons = vec![setting("retention", json!("15d"), configured("monitoring.prometheus.retention", 41))];
    let mut replace = change(Action::Replace, object("batch", "Job", "migrate"), "prometheus");
    replace.immutable = vec!["spec.template".into()];
    replace.risk = Risk::Disruptive;
    let mut taken = change(Action::Update, object("", "ConfigMap", "taken"), "alertmanager");
    taken.reasons = vec![Reason::Ownership];
    let mut adopted = change(Action::Update, object("", "Service", "adopted"), "alertmanager");
    adopted.reasons = vec![Reason::Adoption { managers: vec!["helm".into(), "kubectl-client-side-apply".into()] }];
    insta::assert_snapshot!(shown(&plan(vec![update, replace, taken, adopted]), false));
}

#[test]
fn what_a_cluster_says_gives_no_orders_to_the_terminal() {
    let mut update = change(Action::Update, object("", "ConfigMap", "c"), "prometheus");
    let evil = |text: &str| json!(format!("{text}\u{1b}[2K\u{9b}1A\r"));
    update.fields = vec![
        field(".data.lines", Some(evil("a\nb")), Some(json!("a\nc"))),
        field(".data.line", Some(evil("a")), Some(json!("b"))),
        field(".data.map", Some(json!({ "a": evil("a") })), None),
    ];
    update.conflicts = vec![Conflict::new(".data.line", "m\u{1b}[2K")];
    let mut plan = plan(vec![update]);
    let refusal = Refusal { message: "no\u{1b}[2K".into(), immutable: vec![] };
    plan.faults = vec![Fault { object: object("", "ConfigMap", "d"), refusal }];
    let text = shown(&plan, true);
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(text.contains("- b\\u{1b}[2K"), "{text}");
}

#[test]
fn only_what_the_plan_itself_makes_uncheckable_is_counted_as_such() {
    let mut replace = change(Action::Replace, object("batch", "Job", "migrate"), "prometheus");
    replace.verified = Verified::None;
    assert!(!shown(&plan(vec![replace]), false).contains("this plan makes their namespace or kind"));
}

#[test]
fn deletes_come_last_in_their_order_with_one_reason() {
    let gone = |kind: &str, name: &str| {
        let mut change = change(Action::Delete, object("", kind, name), "thanos-ruler");
        change.reasons = vec![Reason::GateClosed { reason: "alerting.enabled is false".into() }];
        change
    };
    let mut claim = gone("PersistentVolumeClaim", "data-0");
    claim.risk = Risk::DataLoss;
    insta::assert_snapshot!(shown(&plan(vec![gone("Service", "b"), claim, gone("Secret", "a")]), false));
}

#[test]
fn an_empty_plan_says_so_and_what_is_not_ready() {
    let mut plan = plan(vec![change(Action::NoOp, object("apps", "Deployment", "operator"), "prometheus-operator")]);
    assert!(shown(&plan, false).ends_with("\nNothing to change.\n"));
    let waiting = Readiness::Waiting { on: "0 of 1 pods are available".into() };
    plan.unready = vec![Unready { object: object("apps", "Deployment", "operator"), readiness: waiting }];
    insta::assert_snapshot!(shown(&plan, false));
}

#[test]
fn refused_objects_are_told_in_the_words_of_the_server() {
    let mut plan = plan(vec![change(Action::Create, object("", "Service", "b"), "prometheus")]);
    let refusal = Refusal { message: "spec.replicas: must be a number".into(), immutable: vec![] };
    plan.faults = vec![Fault { object: object("monitoring.coreos.com", "Prometheus", "k8s"), refusal }];
    insta::assert_snapshot!(shown(&plan, false));
}

#[test]
fn kept_values_are_told_with_the_object_that_has_them() {
    let field: LiveField = "v1 PersistentVolumeClaim mon/db-0#/spec/resources/requests/storage".parse().unwrap();
    let component = "prometheus".parse().unwrap();
    let mut plan = plan(vec![]);
    plan.kept = vec![Kept { component, setting: "volumeSize".into(), value: json!("30Gi"), field }];
    let options = TextOptions::default();
    insta::assert_snapshot!(text(&plan, &options));
}

#[test]
fn fields_of_others_are_told_with_both_values_and_the_owner() {
    let shown = shown(&with_keeps(plan(vec![])), false);
    let lines: Vec<&str> = shown.lines().skip(2).collect();
    assert_eq!(
        lines,
        [
            "Kept as others have it",
            "    .spec.replicas of Deployment mon/operator, wanted 2, is 5, belongs to hpa (Update, 2026-11-20 09:14 UTC)",
            "",
            "No longer kept",
            "    .metadata.labels[\"a.b/c\"] of Deployment mon/operator: nobody else owns it any more, so that it is written \
             as it is wanted",
            "",
            "Nothing to change.",
        ]
    );
}

#[test]
fn colours_change_nothing_but_colours() {
    let plan = plan(vec![change(Action::Create, object("", "Service", "b"), "prometheus")]);
    let options = TextOptions { palette: Palette::coloured(), ..TextOptions::default() };
    let plain = TextOptions::default();
    let coloured = text(&plan, &options);
    assert!(coloured.contains("\u{1b}[32m+\u{1b}[0m Service mon/b"));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text(&plan, &plain));
}

#[test]
fn the_document_holds_the_plan_and_no_secret() {
    let mut secret = change(Action::Update, object("", "Secret", "s"), "alertmanager");
    let body = |data: &str| json!({ "metadata": { "name": "s", "resourceVersion": "7" }, "data": { "a": data } });
    (secret.before, secret.after) = (Some(body("b2xk")), Some(body("bmV3")));
    secret.fields = vec![field(".data.a", Some(json!("<secret 1>")), Some(json!("<secret 2>")))];
    let gone = change(Action::Delete, object("", "Service", "b"), "thanos-ruler");
    let new = change(Action::Create, object("", "Service", "c"), "prometheus");
    let plan = plan(vec![secret, new, gone]);
    let document = serde_json::to_value(PlanDocument::of(&plan)).unwrap();
    let text = document.to_string();
    assert!(!text.contains("b2xk") && !text.contains("bmV3"));
    insta::assert_json_snapshot!(document);
}

/// Any object of small values, some of which the server writes by itself.
fn objects() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (0..4).prop_map(Value::from),
        "[ab/~]{0,2}".prop_map(Value::from)
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inner| {
        let key = prop_oneof![
            "[ab/~]{0,2}",
            Just("status".to_owned()),
            Just("metadata".to_owned()),
            Just("data".to_owned()),
            Just("uid".to_owned())
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..4).prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    });
    (value.clone(), value).prop_map(|(metadata, data)| json!({ "metadata": metadata, "data": data, "status": "x" }))
}

proptest! {
    #[test]
    fn a_patch_turns_what_is_shown_of_the_live_object_into_what_comes_after(before in objects(), after in objects(), secret in any::<bool>()) {
        let kind = if secret { "Secret" } else { "ConfigMap" };
        let mut update = change(Action::Update, object("", kind, "x"), "prometheus");
        (update.before, update.after) = (Some(before), Some(after));
        let (secrecy, live, wanted) = (update.secrecy.clone(), update.before.clone().unwrap(), update.after.clone().unwrap());
        let mut plan = plan(vec![update]);
        plan.facts.cluster_uid = Some("0c5a".into());
        let document = serde_json::to_value(PlanDocument::of(&plan)).unwrap();
        let patch: json_patch::Patch = serde_json::from_value(document["changes"][0]["patch"].clone()).unwrap();
        let mask = Mask::keyed(Some("0c5a"));
        // The live object keeps what the server writes by itself, so both sides are compared without it.
        let own = |object: &Value| {
            let mut own = object.clone();
            let bookkeeping = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
            if let Some(metadata) = own["metadata"].as_object_mut() {
                metadata.retain(|name, _| !bookkeeping.contains(&name.as_str()));
            }
            own.as_object_mut().unwrap().remove("status");
            own
        };
        let mut patched = own(&mask.object(&secrecy, &live));
        json_patch::patch(&mut patched, &patch).unwrap();
        prop_assert_eq!(patched, own(&mask.object(&secrecy, &wanted)));
    }
}

/// A plan may come from a file, and a file may hold any text.
#[test]
fn no_text_of_a_plan_drives_the_terminal() {
    let odd = "\u{1b}[2J";
    let named = object(odd, odd, odd);
    let mut update = change(Action::Update, named.clone(), "prometheus");
    update.immutable = vec![odd.into()];
    update.fields = vec![field(odd, Some(json!(odd)), None)];
    let owner = FieldOwner { manager: odd.into(), ..FieldOwner::default() };
    let conflict = |resolution| Conflict { field: odd.into(), owner: owner.clone(), resolution };
    update.conflicts = vec![conflict(Resolution::Taken), conflict(Resolution::Unresolved)];
    update.reasons = vec![
        Reason::Wanted { file: odd.into() },
        setting(odd, json!(odd), configured(odd, 1)),
        Reason::GateClosed { reason: odd.into() },
        Reason::Adoption { managers: vec![odd.into()] },
    ];
    let mut deleted = change(Action::Delete, object("", odd, "x"), "prometheus");
    deleted.reasons = vec![Reason::GateClosed { reason: odd.into() }];
    let mut plan = with_keeps(plan(vec![update, deleted]));
    plan.facts.cluster_uid = Some(odd.into());
    plan.unready = vec![Unready { object: named.clone(), readiness: Readiness::waiting(odd) }];
    plan.missing = vec![crate::plan::Missing { object: named.clone(), component: None }];
    plan.faults =
        vec![Fault { object: named.clone(), refusal: Refusal { message: odd.into(), immutable: Vec::new() } }];
    let field = LiveField { api_version: "v1".into(), object: named, pointer: odd.into() };
    plan.kept = vec![Kept { component: "prometheus".parse().unwrap(), setting: odd.into(), value: json!(odd), field }];
    let place = Location { file: odd.into(), line: 1, column: 1 };
    plan.closed = vec![ClosedGate::new("thanos-ruler".parse().unwrap(), odd.into(), odd.into(), Some(place))];
    for full in [false, true] {
        let options = TextOptions { cluster: Some(odd), full, palette: Palette::plain(), language: Language::English };
        let page = text(&plan, &options);
        assert!(!page.contains('\u{1b}') && page.contains(r"\u{1b}[2J"), "{page:?}");
    }
}
