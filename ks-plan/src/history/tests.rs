//! Records that are written, read again, and looked through for what must not be in them.

use std::sync::LazyLock;

use ks_model::config::ClusterConfiguration;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::display::{TextOptions, text};
use crate::fixture::{bundle, config_map, core, desired, namespace, object};
use crate::saved::ConfigurationSource;
use crate::{Catalogue, Inventory, LiveState, Plan, plan};

const SENTINEL: &str = "open-sesame-4711";
const UID: Option<&str> = Some("c0ffee");
const VAULT: &str = "
name: vault
description: Holds what nobody may see.
sensitive: [v1 ConfigMap default/vault#/data/token]
settings:
  token: { from: authentication.jwtSecret, sensitive: true }
  open: { from: vault.open, default: 1 }
when: [spec.vault.enabled is defined]
";

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::embedded().unwrap().overlay([("demo/vault/component.yaml", VAULT)]).unwrap());
    &CATALOGUE
}

fn config(spec: Value) -> ClusterConfiguration {
    let parsed = ClusterConfiguration::from_object(json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": spec,
    }));
    parsed.unwrap_or_else(|problems| panic!("{problems}")).config
}

fn recorded(spec: Value) -> RecordedConfiguration {
    RecordedConfiguration::of(catalogue(), &config(spec), ConfigurationSource::default(), None, UID)
}

fn write(url: &str) -> Value {
    json!({ "monitoring": { "prometheus": { "remoteWrite": [{ "url": url, "name": "far" }] } } })
}

fn planned(value: &str) -> Plan {
    let secret = object("v1", "Secret", "home/s", json!({ "data": { "key": value } }));
    let desired = desired(vec![bundle("demo", [namespace("home"), secret, config_map("home/c")])]);
    plan(&desired, &LiveState::default(), &ks_model::Facts::default()).unwrap()
}

fn again(record: &Record) -> Record {
    Record::read(record.clone().pack().unwrap().secret(&Inventory::default()).unwrap().value()).unwrap()
}

#[test]
fn a_record_comes_back_as_it_was_and_shows_the_plan_as_it_was_shown() {
    let plan = planned("c2VzYW1l");
    let mut record = Record::of(&plan, "demo");
    record.number = 12;
    record.configuration = Some(recorded(write("https://example.org")));
    record.counts = Some(Counts { applied: 3, ..Counts::default() });
    let read = again(&record);
    assert_eq!(read, record);
    let options = TextOptions { cluster: Some("demo"), ..TextOptions::default() };
    assert_eq!(read.plan.text, Some(text(&plan, &options)));
    assert_eq!((read.summary.create, read.plan.left_out), (plan.summary().create, None));
}

#[test]
fn what_is_newer_is_passed_over_and_what_is_too_new_is_told() {
    let packed = |value: Value| {
        let record: Record = serde_json::from_value(value).unwrap();
        Record::read(record.pack().unwrap().secret(&Inventory::default()).unwrap().value())
    };
    assert_eq!(packed(json!({ "formatVersion": "1.9", "outcome": "paused" })).unwrap().outcome, Outcome::Unknown);
    assert_eq!(packed(json!({ "formatVersion": "2.0" })), Err(RecordError::Format("2.0".into())));
    assert!(Record::read(&json!({ "data": { "record": "AAAA" } })).is_err());
    assert!(Record::read(&json!({})).is_err());
}

#[test]
fn what_is_too_large_is_left_out_in_order_and_said_to_be() {
    let mut record = Record::of(&planned("c2VzYW1l"), "demo");
    record.configuration = Some(recorded(write("https://example.org")));
    let packed = |most: usize| record.clone().pack_within(most).unwrap().bytes().unwrap();
    let whole = packed(usize::MAX).len();
    let open = |most: usize| {
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, packed(most));
        Record::read(&json!({ "data": { "record": data } })).unwrap()
    };
    assert_eq!(open(whole), record);
    // Before anything is left out it is packed as small as it can be.
    let least = packed(whole - 1).len();
    assert_eq!(open(least), record);
    let smaller = open(least - 1);
    assert!(smaller.plan.document.is_none() && smaller.plan.text.is_some() && smaller.plan.left_out.is_some());
    let smallest = open(1);
    assert!(smallest.plan.text.is_none() && smallest.configuration.is_none());
    assert_eq!(smallest.summary, record.summary);
    assert_eq!(smallest.plan.left_out.unwrap(), "the plan and the configuration: too large for an object of a cluster");
}

#[test]
fn a_configuration_keeps_what_is_read_and_nothing_of_other_modules() {
    let kept = recorded(json!({
        "authentication": { "jwtSecret": SENTINEL, "oauth": { "a": 1 } },
        "common": { "redis": { "password": SENTINEL }, "monitoring": { "endpoint": "http://a:1" } },
        "monitoring": { "prometheus": { "replicas": 2, "externalLabels": { "zone": "a" } } },
        "thanos_tag": "v1", "vault": { "open": 2, "enabled": true, "more": 3 },
    }));
    let Value::String(masked) = &kept.spec["authentication"]["jwtSecret"] else { panic!("{kept:?}") };
    let expected = json!({
        "authentication": { "jwtSecret": masked },
        "common": { "monitoring": { "endpoint": "http://a:1" } },
        "monitoring": { "prometheus": { "replicas": 2, "externalLabels": { "zone": "a" } } },
        "thanos_tag": "v1", "vault": { "open": 2, "enabled": true },
    });
    assert_eq!(kept.spec, expected);
    assert!(masked.starts_with("<secret "));
}

#[test]
fn a_configuration_without_secrets_is_the_same_again() {
    let spec = json!({
        "alerting": { "enabled": true }, "etcd": { "monitoring": true, "endpointIps": "192.168.0.2" },
        "monitoring": { "prometheus": { "volumeSize": "30Gi", "resources": { "limits": { "cpu": 2 } } },
            "tolerations": [{ "key": "a", "operator": "Exists" }], "affinity": { "podAntiAffinity": {} } },
    });
    let kept = recorded(spec.clone());
    assert!(!kept.is_masked());
    assert_eq!(config(kept.reveal(&[], UID).unwrap()).spec(), config(spec).spec());
}

#[test]
fn a_secret_value_is_found_where_it_stands_or_missed_by_name() {
    let spec = write("https://u:p@example.org");
    let kept = recorded(spec.clone());
    let live = json!({ "spec": { "remoteWrite": [{ "name": "far", "url": "https://u:p@example.org" }] } });
    assert_eq!(kept.reveal(&[&live], UID).unwrap(), *config(spec).spec());
    let other = json!({ "spec": { "remoteWrite": [{ "name": "far", "url": "https://u:q@example.org" }] } });
    let missed = kept.reveal(&[&other], UID).unwrap_err();
    assert_eq!(missed.fields, ["monitoring.prometheus.remoteWrite[0].url"]);
    assert!(kept.reveal(&[&live], Some("another cluster")).is_err());
    let places = sources(catalogue()).kept;
    assert!(places.iter().any(|it| it.object.name == "k8s" && it.pointer.is_empty()), "{places:?}");
}

#[test]
fn records_are_told_from_other_objects() {
    let inventory = Inventory::default();
    let record = |name: &str| core("Secret", &format!("kubesphere-system/{name}"));
    let live = json!({ "metadata": { "labels": { LABEL: "ks" } } });
    assert!(is_record(&inventory, &record("ks-history-7"), &live));
    assert_eq!(number_of(&inventory, &record("ks-history-7")), Some(7));
    for other in ["ks-history-", "ks-history-07", "ks-history-a", "ks", "my-history-1"] {
        assert!(!is_record(&inventory, &record(other), &live), "{other}");
    }
    assert!(!is_record(&inventory, &record("ks-history-7"), &json!({})));
    assert!(!is_record(&inventory, &core("Secret", "other/ks-history-7"), &live));
}

#[test]
fn an_end_is_judged_by_its_counts() {
    let counts = |failed, interrupted, skipped| Counts { failed, interrupted, skipped, ..Counts::default() };
    assert_eq!(counts(0, 0, 0).outcome(), Outcome::Succeeded);
    assert_eq!(counts(0, 2, 0).outcome(), Outcome::Interrupted);
    assert_eq!(counts(1, 2, 3).outcome(), Outcome::Failed);
}

/// Where a configuration may hold a secret, and where it may not be taken for one.
fn spec_with(place: usize, secret: &str) -> Value {
    let remote = |item: Value| json!({ "monitoring": { "prometheus": { "remoteWrite": [item] } } });
    match place {
        0 => json!({ "authentication": { "jwtSecret": secret } }),
        1 => remote(json!({ "url": format!("https://u:{secret}@example.org/w") })),
        2 => remote(json!({ "url": "https://example.org", "headers": { "X-Key": secret } })),
        3 => json!({ "common": { "monitoring": { "endpoint": format!("https://u:{secret}@example.org") } } }),
        4 => json!({ "common": { "redis": { "password": secret }, "es": { "basicAuth": { "password": secret } } } }),
        _ => {
            json!({ "vault": { "enabled": true, "open": { "password": secret } }, "monitoring": { "nodeSelector": {} } })
        }
    }
}

proptest! {
    #[test]
    fn no_secret_of_a_configuration_or_a_plan_stands_in_its_record(tail in "[a-z0-9]{4,20}", place in 0_usize..5) {
        let secret = format!("{SENTINEL}-{tail}");
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &secret);
        let mut record = Record::of(&planned(&encoded), "demo");
        record.configuration = Some(recorded(spec_with(place, &secret)));
        let text = serde_json::to_string(&again(&record)).unwrap();
        prop_assert!(!text.contains(&secret) && !text.contains(&encoded) && !text.contains(SENTINEL), "{text}");
        prop_assert!(text.contains("<secret "), "nothing was hidden");
    }
}

#[test]
fn a_name_that_looks_secret_is_enough() {
    let kept = recorded(spec_with(5, SENTINEL));
    let text = kept.spec["vault"]["open"].to_string();
    assert!(!text.contains(SENTINEL) && text.contains("<secret "), "{text}");
}
