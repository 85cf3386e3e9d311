//! What the main configurations render, as files to read: one folder for a configuration, one file for a component.
//!
//! Everything on, on three nodes, is told in full; the others say only what differs from it. Of a static file the
//! catalogue itself is the text, so its name is given, and so it is of alerts, whose data files say all. Long texts, such as
//! dashboards, and schemas are told by length and hash.

use ks_model::DesiredObject;
use ks_plan::generated::shown;
use ks_plan::{Catalogue, Desired};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::row::Row;

/// The configuration that is told in full.
const WHOLE: &str = "everything on, on three nodes";

/// Texts that are longer are not shown.
const LONGEST: usize = 2000;

#[test]
fn everything_on_three_nodes() {
    let catalogue = Catalogue::embedded().unwrap();
    let desired = Row::named(WHOLE).desired(&catalogue);
    golden(WHOLE, &desired, in_full);
}

#[test]
fn everything_on_one_node() {
    is_told_by_differences("everything on");
}

#[test]
fn everything_off() {
    is_told_by_differences("everything off");
}

#[test]
fn nothing_but_monitoring_elsewhere() {
    is_told_by_differences("nothing but monitoring elsewhere");
}

#[test]
fn version_1_24() {
    is_told_by_differences("version 1.24");
}

fn is_told_by_differences(name: &str) {
    let catalogue = Catalogue::embedded().unwrap();
    let whole = Row::named(WHOLE).desired(&catalogue);
    golden(name, &Row::named(name).desired(&catalogue), |object| {
        let same =
            whole.find(object.manifest.object()).filter(|(_, it)| it.manifest.value() == object.manifest.value());
        match same {
            Some(_) => format!("# {} as in `{WHOLE}`\n", object.manifest.object()),
            None => in_full(object),
        }
    });
}

fn golden(name: &str, desired: &Desired, told: impl Fn(&DesiredObject) -> String) {
    let folder = format!("golden/{}", name.replace(", ", "-").replace(' ', "-"));
    insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        let off: Vec<String> = desired.closed().iter().map(|it| format!("{}: {}", it.component, it.reason)).collect();
        insta::assert_snapshot!("components-off", off.join("\n"));
        for bundle in desired.bundles() {
            let told: Vec<String> = bundle.objects.iter().map(&told).collect();
            insta::assert_snapshot!(bundle.component.as_str(), told.join("---\n"));
        }
    });
}

fn in_full(object: &DesiredObject) -> String {
    if !object.file.ends_with(".j2") || object.manifest.object().kind.kind == "GlobalRuleGroup" {
        return format!("# {} as in {}\n", object.manifest.object(), object.file);
    }
    let mut value = shown(object.manifest.value()).into_owned();
    if let Some(labels) = value.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        // The marks of membership are the same on every object.
        labels.retain(|key, _| !key.starts_with("applyset.") && !key.starts_with("ks."));
        let is_empty = labels.is_empty();
        if let Some(metadata) = value["metadata"].as_object_mut().filter(|_| is_empty) {
            metadata.shift_remove("labels");
        }
    }
    shorten(&mut value);
    serde_saphyr::to_string(&value).unwrap()
}

fn shorten(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(schema) = map.get_mut("openAPIV3Schema") {
                *schema = json!(schema.to_string());
            }
            map.values_mut().for_each(shorten);
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::String(text) if text.len() > LONGEST => {
            let hash: String = Sha256::digest(text.as_bytes()).iter().take(8).map(|it| format!("{it:02x}")).collect();
            *value = json!(format!("{} bytes, SHA-256 {hash}…", text.len()));
        }
        _ => {}
    }
}
