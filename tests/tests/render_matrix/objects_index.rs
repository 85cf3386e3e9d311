//! Everything on renders what the installer's files hold, but for what `objects_index/` lists with a reason.

use std::collections::{BTreeMap, BTreeSet};

use ks_plan::Catalogue;
use serde::Deserialize;

use crate::row::Row;

/// `objects_index/differences.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Differences {
    left_out: BTreeMap<String, String>,
    added: BTreeMap<String, String>,
    not_yet: BTreeSet<String>,
}

#[test]
fn everything_on_renders_the_objects_of_the_installer() {
    let installer: BTreeMap<String, Vec<String>> =
        serde_saphyr::from_str(include_str!("objects_index/installer.yaml")).unwrap();
    let differences: Differences = serde_saphyr::from_str(include_str!("objects_index/differences.yaml")).unwrap();
    let Differences { left_out, added, not_yet } = differences;
    let theirs: BTreeSet<String> = installer.into_values().flatten().collect();
    assert_eq!(theirs.len(), 155);

    let desired = Row::named("everything on, on three nodes").desired(&Catalogue::embedded().unwrap());
    let ours: BTreeSet<String> = desired.manifests().map(|it| it.object().to_string()).collect();

    let mut faults = Vec::new();
    for object in theirs.difference(&ours) {
        match (left_out.contains_key(object), not_yet.contains(object)) {
            (false, false) => faults.push(format!("{object} is missing")),
            (true, true) => faults.push(format!("{object} is both left out and not yet there")),
            _ => {}
        }
    }
    for object in ours.difference(&theirs).filter(|it| !added.contains_key(*it)) {
        faults.push(format!("{object} is rendered, and the installer does not have it: list it under `added`"));
    }
    let listed = [("left out", left_out.keys().collect::<Vec<_>>()), ("not yet there", not_yet.iter().collect())];
    for (word, objects) in listed {
        for object in objects {
            if ours.contains(object) {
                faults.push(format!("{object} is rendered, and listed as {word}: take the line out"));
            } else if !theirs.contains(object) {
                faults.push(format!("{object} is listed as {word}, and the installer does not have it"));
            }
        }
    }
    faults.extend(
        added.keys().filter(|it| !ours.contains(*it)).map(|it| format!("{it} is listed as added, and not rendered")),
    );
    assert!(faults.is_empty(), "{faults:#?}");
}
