//! Everything on renders what the installer's files hold, but for what `objects_index/` lists with a reason.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Manifest, Ownership};
use ks_plan::Catalogue;
use serde::Deserialize;

use crate::row::Row;

/// `objects_index/differences.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Differences {
    left_out: BTreeMap<String, String>,
    added: BTreeMap<String, String>,
}

#[test]
fn everything_on_renders_the_objects_of_the_installer() {
    let installer: BTreeMap<String, Vec<String>> =
        serde_saphyr::from_str(include_str!("objects_index/installer.yaml")).unwrap();
    let differences: Differences = serde_saphyr::from_str(include_str!("objects_index/differences.yaml")).unwrap();
    let Differences { left_out, added } = differences;
    let theirs: BTreeSet<String> = installer.into_values().flatten().collect();
    assert_eq!(theirs.len(), 155);

    let desired = Row::named("everything on, on three nodes").desired(&Catalogue::embedded().unwrap());
    let whole = desired.manifests().map(Manifest::object).filter(|it| desired.ownership(it) == Ownership::Whole);
    let ours: BTreeSet<String> = whole.map(ToString::to_string).collect();

    let mut faults = Vec::new();
    for object in theirs.difference(&ours) {
        if !left_out.contains_key(object) {
            faults.push(format!("{object} is missing"));
        }
    }
    for object in ours.difference(&theirs).filter(|it| !added.contains_key(*it)) {
        faults.push(format!("{object} is rendered, and the installer does not have it: list it under `added`"));
    }
    for object in left_out.keys() {
        if ours.contains(object) {
            faults.push(format!("{object} is rendered, and listed as left out: take the line out"));
        } else if !theirs.contains(object) {
            faults.push(format!("{object} is listed as left out, and the installer does not have it"));
        }
    }
    faults.extend(
        added.keys().filter(|it| !ours.contains(*it)).map(|it| format!("{it} is listed as added, and not rendered")),
    );
    assert!(faults.is_empty(), "{faults:#?}");
}
