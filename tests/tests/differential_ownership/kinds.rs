//! The kinds that objects are drawn of, from `kinds.yaml`, and the definitions of the custom ones among them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ks_model::Manifest;
use serde::Deserialize;
use serde_json::{Value, json};

/// The namespace of the objects.
pub const NAMESPACE: &str = "ownership";
/// The namespace of those that would get in the way of others.
pub const APART: &str = "ownership-apart";

/// A field, as a JSON pointer, with the values that it may take, in groups that mean the same.
pub type Part = (String, Vec<Vec<Value>>);

type Parts = serde_json::Map<String, Value>;

/// A kind.
pub struct Kind {
    /// Its name.
    pub name: String,
    /// The `apiVersion` of its objects.
    pub api_version: String,
    /// Its name in addresses.
    pub plural: String,
    /// The namespace of its objects; absent when they have none.
    pub namespace: Option<&'static str>,
    /// What every object has.
    pub base: Value,
    /// What an object may have.
    pub parts: Vec<Part>,
    /// What its status may have.
    pub status: Vec<Part>,
    /// The definition of a custom kind.
    pub definition: Option<Manifest>,
    /// Whether each object defines names of its own.
    pub is_named: bool,
    /// How often it is drawn.
    pub weight: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    any: Parts,
    pods: Parts,
    claims: Parts,
    kinds: Vec<Row>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: String,
    at: String,
    #[serde(default)]
    base: Value,
    #[serde(default)]
    like: Option<String>,
    #[serde(default)]
    parts: Parts,
    #[serde(default)]
    status: Parts,
    #[serde(default)]
    pods: Option<String>,
    #[serde(default)]
    claims: Option<String>,
    #[serde(default)]
    cluster: bool,
    #[serde(default)]
    apart: bool,
    #[serde(default)]
    rare: bool,
    #[serde(default)]
    often: bool,
    #[serde(default)]
    named: bool,
    #[serde(default)]
    definition: Option<String>,
}

/// Reads the kinds.
pub fn kinds() -> Vec<Kind> {
    let file: File = serde_saphyr::from_str(include_str!("kinds.yaml")).unwrap();
    let rows: BTreeMap<String, Row> = file.kinds.iter().map(|row| (row.kind.clone(), row.clone())).collect();
    let definitions: BTreeMap<String, Manifest> =
        definitions().into_iter().map(|it| (it.object().name.clone(), it)).collect();
    file.kinds.iter().map(|row| kind(row, &rows, &file, &definitions)).collect()
}

fn kind(row: &Row, rows: &BTreeMap<String, Row>, file: &File, definitions: &BTreeMap<String, Manifest>) -> Kind {
    let model = row.like.as_ref().map_or(row, |name| &rows[name]);
    let mut parts = read("", &file.any);
    parts.extend(row.pods.iter().flat_map(|below| read(below, &file.pods)));
    parts.extend(row.claims.iter().flat_map(|below| read(below, &file.claims)));
    parts.extend(row.like.iter().flat_map(|_| read("", &model.parts)));
    parts.extend(read("", &row.parts));
    let (prefix, plural) = row.at.rsplit_once('/').unwrap();
    let namespace = if row.apart { APART } else { NAMESPACE };
    Kind {
        name: row.kind.clone(),
        api_version: prefix.trim_start_matches("apis/").trim_start_matches("api/").to_owned(),
        plural: plural.to_owned(),
        namespace: (!row.cluster).then_some(namespace),
        base: model.base.clone(),
        parts,
        status: read("", &row.status),
        definition: row.definition.as_ref().map(|name| definitions[name].clone()),
        is_named: row.named,
        weight: if row.rare {
            1
        } else if row.often {
            12
        } else {
            4
        },
    }
}

fn read(below: &str, parts: &Parts) -> Vec<Part> {
    let groups = |value: &Value| serde_json::from_value(value.clone()).unwrap();
    parts.iter().map(|(pointer, value)| (format!("{below}{pointer}"), groups(value))).collect()
}

/// The definitions of the custom kinds: two of our own, and those of the prometheus-operator.
pub fn definitions() -> Vec<Manifest> {
    let widget: Value = serde_saphyr::from_str(include_str!("widget.yaml")).unwrap();
    let mut gadget = widget.clone();
    gadget["metadata"]["name"] = json!("gadgets.example.org");
    gadget["spec"]["names"] = json!({ "kind": "Gadget", "plural": "gadgets" });
    gadget["spec"]["scope"] = json!("Cluster");
    gadget["spec"]["versions"][0].as_object_mut().unwrap().remove("subresources");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests/monitoring/prometheus-operator/crds");
    let mut operated: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    operated.sort();
    let operated = operated.iter().map(|file| serde_saphyr::from_str(&fs::read_to_string(file).unwrap()).unwrap());
    [widget, gadget].into_iter().chain(operated).map(|it| Manifest::parse(it).unwrap()).collect()
}

impl Kind {
    /// The path of a collection.
    pub fn collection(&self) -> String {
        let root = if self.api_version.contains('/') { "/apis" } else { "/api" };
        let inside = self.namespace.map(|it| format!("/namespaces/{it}")).unwrap_or_default();
        format!("{root}/{}{inside}/{}", self.api_version, self.plural)
    }

    /// An object of this name with what every object has.
    pub fn object(&self, name: &str) -> Value {
        let mut object = json!({ "apiVersion": self.api_version, "kind": self.name, "metadata": { "name": name } });
        if let Some(namespace) = self.namespace {
            object["metadata"]["namespace"] = namespace.into();
        }
        for (field, value) in self.base.as_object().into_iter().flatten() {
            object[field] = value.clone();
        }
        if self.is_named {
            let plural = name.split('.').next().unwrap_or_default();
            object["spec"]["names"] = json!({ "kind": format!("K{plural}"), "plural": plural });
        }
        object
    }
}
