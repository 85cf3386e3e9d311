//! Settings are traced to what they shape: each to something, and nothing changes that is not traced.

use std::collections::BTreeSet;

use ks_model::ObjectRef;
use ks_plan::structured::{FieldDifference, FieldPath, PathElement, differences};
use ks_plan::trace::Trace;
use ks_plan::{Compiled, Desired, Inventory, compile};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{EMBEDDED, config, example_with_everything, nodes};

fn desired(compiled: Compiled) -> Desired {
    Desired::of(&EMBEDDED, compiled, Inventory::default()).unwrap()
}

/// With a storage class, without which none is looked for on a volume that is there.
fn everything() -> String {
    example_with_everything().replacen("storageClass: \"\"", "storageClass: slow", 1)
}

fn with_everything() -> Desired {
    desired(compile(&EMBEDDED, &config(&everything()), &nodes(3)).unwrap())
}

fn traces(desired: &Desired) -> Vec<(String, Trace)> {
    let files: BTreeSet<&String> = desired.bundles().iter().flat_map(|it| &it.objects).map(|it| &it.file).collect();
    files.into_iter().filter_map(|file| Some((file.clone(), desired.trace(file)?))).collect()
}

#[test]
fn with_everything_on_no_setting_is_without_effect() {
    let desired = with_everything();
    let traces = traces(&desired);
    for bundle in desired.bundles() {
        let files: BTreeSet<&String> = bundle.objects.iter().map(|it| &it.file).collect();
        let own = traces.iter().filter(|(file, _)| files.contains(file));
        let effective: BTreeSet<&str> =
            own.flat_map(|(_, trace)| trace.objects().flat_map(|object| trace.settings(object))).collect();
        // What the items of an empty list look like is not known.
        let known = bundle.settings.iter().filter(|(_, setting)| setting.value != json!([]));
        let idle: Vec<&String> = known.map(|(name, _)| name).filter(|it| !effective.contains(it.as_str())).collect();
        assert!(idle.is_empty(), "{}: {idle:?}", bundle.component);
    }
}

#[test]
fn every_template_takes_other_values_of_each_setting() {
    let desired = with_everything();
    for (file, trace) in traces(&desired) {
        let settings: BTreeSet<&str> = trace.objects().flat_map(|object| trace.settings(object)).collect();
        let untried: Vec<&&str> = settings.iter().filter(|it| trace.is_untried(it)).collect();
        assert!(untried.is_empty(), "{file}: {untried:?}");
    }
}

/// Fields with values that are neither default nor example.
fn edits() -> Vec<(&'static str, Value)> {
    vec![
        ("monitoring.prometheus.replicas", json!(5)),
        ("monitoring.prometheus.retention", json!("30d")),
        ("monitoring.prometheus.volumeSize", json!("99Gi")),
        ("monitoring.prometheus.resources.limits.memory", json!("64Gi")),
        ("monitoring.storageClass", json!("local")),
        ("monitoring.nodeSelector", json!({ "disk": "ssd" })),
        ("monitoring.tolerations", json!([])),
        ("monitoring.affinity", json!({})),
        ("monitoring.node_exporter.port", json!(9911)),
        ("monitoring.kube_rbac_proxy.resources.requests.cpu", json!("1m")),
        ("monitoring.alertmanager.replicas", json!(7)),
        ("alerting.thanosruler.replicas", json!(1)),
        ("common.monitoring.endpoint", json!("http://elsewhere:9090")),
        ("etcd.endpointIps", json!("10.0.0.9")),
        ("etcd.port", json!(2380)),
        ("etcd.tlsEnable", json!(false)),
        ("local_registry", json!("hub.local")),
        ("namespace_override", json!("mine")),
        ("prometheus_tag", json!("v3.0.0")),
        ("alertmanager_repo", json!("quay.io/mine/alertmanager")),
    ]
}

fn put(spec: &mut Value, path: &str, value: Value) {
    *path.split('.').fold(spec, |place, key| &mut place[key]) = value;
}

/// Whether one of the settings shapes the field. An item whose key differs is another item: then the list counts.
fn is_touched(trace: &Trace, object: &ObjectRef, field: &FieldDifference, settings: &BTreeSet<String>) -> bool {
    let is_shaped = |path: &FieldPath| trace.shaping(object, &path.to_string()).any(|it| settings.contains(it));
    let is_whole_item = field.before.is_none() || field.after.is_none();
    let key = field.path.0.iter().rposition(|it| matches!(it, PathElement::Key(_))).filter(|_| is_whole_item);
    is_shaped(&field.path) || key.is_some_and(|at| is_shaped(&FieldPath(field.path.0[..at].to_vec())))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_change_of_settings_changes_is_traced_to_one_of_them(chosen in any::<u32>()) {
        let base = with_everything();
        let mut spec = config(&everything()).spec().clone();
        let edits = edits().into_iter().enumerate().filter(|(index, _)| chosen & (1 << index) != 0);
        edits.for_each(|(_, (path, value))| put(&mut spec, path, value));
        let other = desired(compile(&EMBEDDED, &config(&crate::support::with_spec(spec)), &nodes(3)).unwrap());
        for (bundle, changed) in base.bundles().iter().zip(other.bundles()) {
            prop_assert_eq!(&bundle.component, &changed.component);
            let differs = |name: &&String| changed.settings.get(*name).map(|it| &it.value) != Some(&bundle.settings[*name].value);
            let settings: BTreeSet<String> = bundle.settings.keys().filter(differs).cloned().collect();
            for (before, after) in bundle.objects.iter().zip(&changed.objects) {
                let object = before.manifest.object();
                let found =
                    differences(before.manifest.value(), after.manifest.value(), base.type_of(&before.manifest));
                if found.is_empty() {
                    continue;
                }
                let trace = base.trace(&before.file).unwrap();
                for field in found {
                    prop_assert!(is_touched(&trace, object, &field, &settings), "{} {}", object, field.path);
                }
            }
        }
    }
}
