//! The alert rules of the console: which there are, and what of them follows from the rest.

use std::collections::BTreeMap;

use ks_plan::Compiled;
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::support::{compiled, example_with_everything, nodes};

const INITIAL: &str = "/metadata/annotations/alerting.kubesphere.io~1initial-configuration";

/// A row of `alerts.txt`.
struct Row {
    component: &'static str,
    group: &'static str,
    section: &'static str,
    alert: &'static str,
    severity: &'static str,
    lasting: Option<&'static str>,
    labels: Vec<&'static str>,
    /// What inserts the value, with what stands behind it.
    value: Option<String>,
}

fn table() -> Vec<Row> {
    let (mut rows, mut of) = (Vec::new(), ["", "", ""]);
    for line in include_str!("alerts.txt").lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !line.starts_with(' ') {
            of = words.try_into().unwrap();
            continue;
        }
        let said = |word: &'static str| (word != "-").then_some(word);
        let value = said(words[4]).map(|format| match format {
            "plain" => "{{ $value }}".to_owned(),
            printf if printf.starts_with('%') => format!("{{{{ printf \"{printf}\" $value }}}}"),
            function => format!("{{{{ $value | {function} }}}}"),
        });
        rows.push(Row {
            component: of[0],
            group: of[1],
            section: of[2],
            alert: words[0],
            severity: words[1],
            lasting: said(words[2]),
            labels: said(words[3]).map(|it| it.split(',').collect()).unwrap_or_default(),
            value: value.map(|it| it + words.get(5).unwrap_or(&"")),
        });
    }
    rows
}

/// The groups by component and name.
fn groups(compiled: &Compiled) -> BTreeMap<(&str, &str), &Value> {
    let objects = compiled.bundles.iter().flat_map(|bundle| bundle.objects.iter().map(move |it| (bundle, it)));
    objects
        .filter(|(_, object)| object.manifest.object().kind.kind == "GlobalRuleGroup")
        .map(|(bundle, it)| ((bundle.component.as_str(), it.manifest.object().name.as_str()), it.manifest.value()))
        .collect()
}

/// Each row of the table with the rule at its place. Nothing is left over on either side.
fn rules(compiled: &Compiled) -> Vec<(Row, &Value)> {
    let mut rules: BTreeMap<_, _> =
        groups(compiled).into_iter().map(|(key, it)| (key, it["spec"]["rules"].as_array().unwrap().iter())).collect();
    let mut found = Vec::new();
    for row in table() {
        let group = rules.get_mut(&(row.component, row.group)).ok_or(row.group).unwrap();
        let rule = group.next().ok_or(row.alert).unwrap();
        found.push((row, rule));
    }
    let more: Vec<&Value> = rules.into_values().flatten().collect();
    assert!(more.is_empty(), "not in the table: {more:?}");
    found
}

/// The text that says most: that of `ksApiSlow` has another name.
fn text(rule: &Value) -> &str {
    let key = if rule["alert"] == "ksApiSlow" { "message" } else { "description" };
    rule["annotations"][key].as_str().unwrap()
}

#[test]
fn every_rule_of_the_table_is_there_in_its_order() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    let rules = rules(&compiled);
    for (row, rule) in &rules {
        let lasting = row.lasting.map_or(Value::Null, Value::from);
        let found = [&rule["alert"], &rule["severity"], rule.get("for").unwrap_or(&Value::Null)];
        assert_eq!(found, [&json!(row.alert), &json!(row.severity), &lasting]);
        assert!(rule["expr"].as_str().is_some_and(|it| !it.is_empty() && it == it.trim()), "{}", row.alert);
    }
    assert_eq!((groups(&compiled).len(), rules.len()), (21, 140));
}

#[test]
fn a_rule_has_the_keys_that_the_console_knows() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    for (row, rule) in rules(&compiled) {
        let keys = |value: &Value| {
            let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys.join(" ")
        };
        let lasting = if row.lasting.is_some() { "for " } else { "" };
        assert_eq!(keys(rule), format!("alert annotations expr {lasting}labels severity"));
        let windows = if row.group == "kube-apiserver-slos" { "long rule_id short" } else { "rule_id" };
        assert_eq!(keys(&rule["labels"]), windows, "{}", row.alert);
        let message = if row.alert == "ksApiSlow" { "message runbook_url" } else { "description runbook_url" };
        assert_eq!(keys(&rule["annotations"]), format!("{message} summary"));
    }
}

#[test]
fn ids_and_runbooks_follow_from_the_names() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    for (row, rule) in rules(&compiled) {
        let digest = Md5::digest(format!("{}/{}/{}", row.group, row.alert, row.severity));
        let id = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(rule["labels"]["rule_id"], id, "{}", row.alert);
        let page = row.alert.to_lowercase();
        let runbook = format!("https://alert-runbooks.kubesphere.io/runbooks/{}/{page}", row.section);
        assert_eq!(rule["annotations"]["runbook_url"], runbook);
    }
    // printf config-reloaders/ConfigReloaderSidecarErrors/warning | md5sum
    let first = groups(&compiled)[&("prometheus-operator", "config-reloaders")];
    assert_eq!(first["spec"]["rules"][0]["labels"]["rule_id"], "39693c93edd5a4ce8b4f23d7de5024b3");
}

#[test]
fn texts_insert_the_labels_and_the_value_of_the_table() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    for (row, rule) in rules(&compiled) {
        let description = text(rule);
        let labels: Vec<&str> = description
            .split("$labels.")
            .skip(1)
            .map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap())
            .collect();
        assert_eq!(labels, row.labels, "{}: {description}", row.alert);
        assert_eq!(description.matches("$value").count(), usize::from(row.value.is_some()), "{description}");
        let value = row.value.as_deref().unwrap_or_default();
        assert!(description.contains(value), "{description} without {value}");
        let behind = description.split(value).nth(1).filter(|_| !value.is_empty()).unwrap_or_default();
        assert!(!behind.starts_with('%'), "{description}");
        // A fixed text, but for one.
        let summary = rule["annotations"]["summary"].as_str().unwrap();
        let expected = if row.alert == "KubeAPITerminatedRequests" { "{{ $value | humanizePercentage }}" } else { "" };
        assert!(summary.contains(expected) && summary.contains("{{") != expected.is_empty(), "{summary}");
    }
}

#[test]
fn a_group_carries_what_it_was_at_first() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    for ((_, name), group) in groups(&compiled) {
        let labels = json!({ "alerting.kubesphere.io/builtin": "true", "alerting.kubesphere.io/enable": "true" });
        assert_eq!(group["metadata"]["labels"], labels);
        assert_eq!(group["metadata"]["namespace"], Value::Null);
        assert_eq!(group["metadata"]["annotations"].as_object().unwrap().len(), 1);

        let text = group.pointer(INITIAL).unwrap().as_str().unwrap();
        let initial: Value = serde_json::from_str(text).unwrap();
        let expected = json!({
            "apiVersion": "alerting.kubesphere.io/v2beta1",
            "kind": "GlobalRuleGroup",
            "metadata": {
                "annotations": {}, "labels": labels, "name": name, "namespace": "kubesphere-monitoring-system",
            },
            "spec": group["spec"],
        });
        assert_eq!(initial, expected);
        assert_eq!(text, initial.to_string(), "no spaces, and nothing escaped that need not be");
        assert!(is_sorted(&initial), "{text}");
    }
}

fn is_sorted(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.keys().is_sorted() && members.values().all(is_sorted),
        Value::Array(items) => items.iter().all(is_sorted),
        _ => true,
    }
}

#[test]
fn every_rule_can_be_read_by_people() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    for (row, rule) in rules(&compiled) {
        for sentence in [rule["annotations"]["summary"].as_str().unwrap(), text(rule)] {
            assert!(sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
            assert_eq!(sentence.matches("{{").count(), sentence.matches("}}").count(), "{sentence}");
        }
        let expression = rule["expr"].as_str().unwrap();
        assert_eq!(expression.matches('(').count(), expression.matches(')').count(), "{}: {expression}", row.alert);
    }
}

#[test]
fn the_switches_of_components_are_those_of_their_alerts() {
    let off = compiled(crate::support::EXAMPLE, &nodes(1));
    let groups: Vec<&str> = groups(&off).into_keys().map(|(_, name)| name).collect();
    assert!(!groups.contains(&"etcd") && !groups.contains(&"thanos-rule"), "{groups:?}");
    assert_eq!(groups.len(), 17);
}
