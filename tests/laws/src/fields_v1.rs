//! Field sets and paths: what is read is written again, and sets obey the laws of sets.
//!
//! An input is lines: two sets as `FieldsV1`, a list of `managedFields`, a path, the address of a field.

use ks_plan::FieldAddress;
use ks_plan::structured::{FieldPath, FieldSet, ManagedFields, owned_by};
use serde_json::{Value, json};

/// Reads the lines.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let mut json = || serde_json::from_str::<Value>(lines.next().unwrap_or_default()).unwrap_or_default();
    let (a, b, managers) = (json(), json(), json());
    let sets: Vec<FieldSet> = [&a, &b].iter().filter_map(|it| FieldSet::from_fields_v1(it).ok()).collect();
    for set in &sets {
        one(set);
        sets.iter().for_each(|other| two(set, other));
    }
    entries(json!([
        { "manager": "a", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": a },
        { "manager": "b", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": b },
    ]));
    entries(managers);
    lines.by_ref().take(1).for_each(path);
    lines.for_each(address);
}

fn one(set: &FieldSet) {
    let written = set.to_fields_v1();
    let read = FieldSet::from_fields_v1(&written).expect("what was written is read");
    assert_eq!(&read, set, "written as {written}");
    assert_eq!(read.to_fields_v1(), written);
    let text = written.to_string();
    let from_text: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(FieldSet::from_fields_v1(&from_text).as_ref(), Ok(set), "as text {text}");
    assert_eq!(set.paths().count(), set.len());
    assert_eq!(set.is_empty(), set.paths().next().is_none());
    assert_eq!(&FieldSet::from_paths(set.paths()), set);
    let paths: Vec<FieldPath> = set.paths().collect();
    assert!(paths.is_sorted(), "{paths:?}");
    for it in &paths {
        assert!(set.contains(&it.0));
        assert_eq!(it.to_string().parse().as_ref(), Ok(it), "printed as {it}");
    }
    let leaves = set.leaves();
    assert!(leaves.difference(set).is_empty());
    assert!(leaves.paths().all(|it| !paths.iter().any(|other| other != &it && other.is_within(&it))));
    assert!(set.recursive_difference(&leaves).leaves().intersection(&leaves).is_empty());
}

fn two(a: &FieldSet, b: &FieldSet) {
    let (either, both) = (a.union(b), a.intersection(b));
    assert_eq!(either, b.union(a));
    assert_eq!(both, b.intersection(a));
    assert_eq!(either.len() + both.len(), a.len() + b.len());
    assert_eq!(a.difference(b).union(&both), *a);
    assert!(a.difference(b).intersection(b).is_empty());
    assert_eq!(either.difference(b), a.difference(b));
    assert!(a.recursive_difference(b).difference(&a.difference(b)).is_empty());
    let is_below = |it: &FieldPath| b.paths().any(|other| it.is_within(&other));
    assert_eq!(a.recursive_difference(b), FieldSet::from_paths(a.paths().filter(|it| !is_below(it))));
}

fn entries(list: Value) {
    let object = json!({ "metadata": { "managedFields": list } });
    let Ok(managed) = ManagedFields::of(&object) else { return };
    let written = json!({ "metadata": { "managedFields": managed.to_value() } });
    let read = ManagedFields::of(&written).expect("what was written is read");
    assert_eq!(read.entries.len(), managed.entries.len());
    assert!(managed.entries.iter().all(|it| read.entries.contains(it)), "{written}");
    assert_eq!(read.to_value(), managed.to_value());
    for entry in managed.entries.iter().filter(|it| it.is_applier(&it.manager)) {
        assert_eq!(owned_by(&object, &entry.manager).as_ref(), Some(&entry.fields));
    }
}

fn path(text: &str) {
    let Ok(path) = text.parse::<FieldPath>() else { return };
    assert_eq!(path.to_string().parse().as_ref(), Ok(&path), "{text:?} is printed as {path}");
    assert!(path.is_within(&path) && !path.as_server_prints().is_empty());
    let set = FieldSet::from_paths([path.clone()]);
    assert_eq!((set.len(), set.contains(&path.0)), (1, true));
    one(&set);
}

fn address(text: &str) {
    let Ok(address) = text.parse::<FieldAddress>() else { return };
    assert_eq!(address.to_string().parse().as_ref(), Ok(&address), "{text:?} is printed as {address}");
    assert!(address.covers(&address));
}
