//! What an apply owns, and how it is written down.

use ks_plan::structured::{FieldSet, FieldsV1Error, field_set};
use serde_json::json;

use crate::support::*;

#[test]
fn identity_and_status_are_never_owned() {
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "b", "uid": "c",
        "creationTimestamp": null, "labels": {"d": "e"}}, "spec": {"replicas": 1}, "status": {"replicas": 1}});
    assert_eq!(fields(&object), [".metadata.labels.d", ".spec.replicas"]);
}

#[test]
fn a_list_item_is_owned_beside_its_fields_and_keys_have_defaults() {
    let object = deployment(json!([{"name": "web", "ports": [{"containerPort": 80}]}]));
    assert_eq!(
        fields(&object),
        [
            r#".spec.template.spec.containers[name="web"]"#,
            r#".spec.template.spec.containers[name="web"].name"#,
            r#".spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]"#,
            r#".spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort"#,
        ]
    );
}

#[test]
fn sets_are_owned_item_by_item_and_atomic_lists_and_maps_as_a_whole() {
    let object = thing(json!({"set": ["b", "a"], "atomic": [{"a": "x"}], "whole": {"a": "x"}}));
    assert_eq!(fields(&object), [".spec.atomic", r#".spec.set[="a"]"#, r#".spec.set[="b"]"#, ".spec.whole"]);
}

#[test]
fn an_empty_map_is_a_leaf_and_an_empty_keyed_list_is_nothing() {
    let object = thing(json!({"map": {}, "struct": {}, "keyed": [], "atomic": []}));
    assert_eq!(fields(&object), [".spec.atomic", ".spec.map", ".spec.struct"]);
}

#[test]
fn a_map_that_no_type_names_is_a_member_beside_its_fields() {
    let object = thing(json!({"maps": {"x": {"a": "1"}}, "free": {"y": {"z": [1]}}}));
    assert_eq!(fields(&object), [".spec.free.y", ".spec.free.y.z", ".spec.maps.x", ".spec.maps.x.a"]);
}

#[test]
fn an_embedded_object_has_the_metadata_of_every_object() {
    let object = thing(json!({"pod": {"kind": "Pod", "metadata": {"finalizers": ["a"]}, "spec": {"b": 1}}}));
    assert_eq!(
        fields(&object),
        [".spec.pod.kind", r#".spec.pod.metadata.finalizers[="a"]"#, ".spec.pod.spec", ".spec.pod.spec.b"]
    );
}

#[test]
fn a_null_is_owned() {
    assert_eq!(fields(&thing(json!({"text": null, "struct": null}))), [".spec.struct", ".spec.text"]);
}

#[test]
fn a_kind_that_nobody_knows_has_granular_maps_and_atomic_lists() {
    let object = json!({"apiVersion": "other/v1", "kind": "Other", "metadata": {"name": "a", "labels": {"b": "c"}},
        "spec": {"list": [{"name": "x"}]}});
    assert_eq!(fields(&object), [".metadata.labels.b", ".spec", ".spec.list"]);
}

#[test]
fn items_that_share_a_key_are_one_member_without_fields() {
    let object = thing(json!({"keyed": [{"k": "a", "v": "1"}, {"k": "a", "p": "TCP"}]}));
    assert_eq!(fields(&object), [r#".spec.keyed[k="a",p="TCP"]"#]);
}

#[test]
fn selectors_are_atomic_and_the_claim_reference_of_a_volume_is_not() {
    let object = json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "a"},
        "spec": {"claimRef": {"name": "b"}, "nodeAffinity": {"required": {"nodeSelectorTerms": []}}}});
    assert_eq!(fields(&object), [".spec.claimRef.name", ".spec.nodeAffinity.required"]);
}

#[test]
fn steps_are_escaped_as_the_server_escapes_them() {
    let set = field_set(&thing(json!({"set": ["<a>&"]})), schemas().of_object(&thing(json!({}))));
    let text = r#"{"f:spec":{"f:set":{"v:\"\\u003ca\\u003e\\u0026\"":{}}}}"#;
    assert_eq!(set.to_fields_v1().to_string(), text);
    assert_eq!(FieldSet::from_fields_v1(&serde_json::from_str(text).unwrap()), Ok(set));
}

#[test]
fn steps_of_an_unknown_sort_are_left_out_and_malformed_ones_refused() {
    let set = FieldSet::from_fields_v1(&json!({"x:y": {}, "f:a": {}})).unwrap();
    assert_eq!(lines(&set), [".a"]);
    let bad = FieldSet::from_fields_v1(&json!({"k:{": {}}));
    assert_eq!(bad, Err(FieldsV1Error::BadElement { element: "k:{".to_owned() }));
    assert!(FieldSet::from_fields_v1(&json!([])).is_err());
    assert!(FieldSet::from_fields_v1(&json!({"f:a": 1})).is_err());
}

#[test]
fn taking_away_a_parent_leaves_its_children() {
    let parse = |value| FieldSet::from_fields_v1(&value).unwrap();
    let (both, parent) = (parse(json!({"f:a": {".": {}, "f:b": {}}})), parse(json!({"f:a": {}})));
    assert_eq!(lines(&both.difference(&parent)), [".a.b"]);
    assert_eq!(lines(&both.recursive_difference(&parent)), Vec::<String>::new());
    assert_eq!(lines(&both.leaves()), [".a.b"]);
}

/// A reader that rounds would take the port of one manager for that of another.
#[test]
fn a_number_is_read_as_it_was_written() {
    for number in ["0.1", "1.7976931348623157e308", "122.416294033786585", "5e-324", "18446744073709551615"] {
        let text = format!(r#"{{"v:{number}":{{}}}}"#);
        let set = FieldSet::from_fields_v1(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(FieldSet::from_fields_v1(&set.to_fields_v1()).as_ref(), Ok(&set), "{number}");
        let exact: f64 = number.parse().unwrap();
        assert!(set.contains(&[ks_plan::structured::PathElement::Value(json!(exact))]) || !number.contains(['.', 'e']));
    }
}
