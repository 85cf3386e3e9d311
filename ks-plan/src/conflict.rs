//! Fields that other managers own and that a plan would change.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::structured::{FieldPath, FieldSet, ManagedFields, ManagerEntry, Operation};

/// One field that another manager owns and that the plan would change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Conflict {
    /// The field, list items by key: `.spec.replicas`.
    pub field: String,
    /// Who owns it.
    #[serde(flatten)]
    pub owner: FieldOwner,
    /// Whether the plan may change it.
    pub resolution: Resolution,
}

/// Says who owns a field, and since when.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FieldOwner {
    /// The field manager, such as `kubectl-scale`.
    pub manager: String,
    /// How it wrote; absent when the object does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The subresource that it wrote through, such as `scale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// When it last wrote, as RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// Says what becomes of a conflict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Resolution {
    /// Nobody has said: the plan is refused.
    #[default]
    Unresolved,
    /// The wanted value is written, and ks owns the field.
    Taken,
}

impl Conflict {
    /// Makes an unresolved conflict of what a server names.
    pub fn new(field: impl Into<String>, manager: impl Into<String>) -> Self {
        let owner = FieldOwner { manager: manager.into(), ..FieldOwner::default() };
        Self { field: field.into(), owner, resolution: Resolution::default() }
    }

    /// Whether a server that names this field and this manager means this conflict.
    pub fn is_about(&self, field: &str, manager: &str) -> bool {
        let is_field = || self.field.parse::<FieldPath>().is_ok_and(|it| it.as_server_prints() == field);
        self.owner.manager == manager && (self.field == field || is_field())
    }
}

/// Prints `kubectl-scale (Update of scale, 2026-11-20 09:14 UTC)`.
impl fmt::Display for FieldOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.how() {
            Some(how) => write!(f, "{} ({how})", self.manager),
            None => f.write_str(&self.manager),
        }
    }
}

/// `2026-11-20T09:14:05Z` as `2026-11-20 09:14 UTC`; anything else as it is.
fn minute(time: &str) -> String {
    let is_date = |it: &str| it.len() == 10 && it.chars().all(|c| c.is_ascii_digit() || c == '-');
    let is_utc = |it: &str| it.ends_with('Z') && it.get(..5).is_some_and(|it| it.as_bytes().get(2) == Some(&b':'));
    match time.split_once('T') {
        Some((date, clock)) if is_date(date) && is_utc(clock) => format!("{date} {} UTC", &clock[..5]),
        _ => time.to_owned(),
    }
}

/// The conflicts with what the live object tells about the owners, each field spelled as plans spell it.
///
/// A server names no more than field and manager; a manager that owns the field in several ways makes a conflict each.
/// `wanted` is what the apply mentions, so that every field in conflict is in it.
pub(crate) fn told(conflicts: &[Conflict], live: &Value, wanted: &FieldSet) -> Vec<Conflict> {
    if conflicts.is_empty() {
        return Vec::new();
    }
    let entries = ManagedFields::of(live).unwrap_or_default().entries;
    let known: Vec<FieldPath> = wanted.paths().collect();
    let mut told = BTreeSet::new();
    for conflict in conflicts {
        let is_meant = |it: &&FieldPath| it.to_string() == conflict.field || it.as_server_prints() == conflict.field;
        let path = known.iter().find(is_meant);
        let field = path.map_or_else(|| conflict.field.clone(), ToString::to_string);
        let named = Conflict { field, ..conflict.clone() };
        let manager = |it: &&ManagerEntry| it.manager == conflict.owner.manager;
        let owners = entries.iter().filter(manager).filter(|it| path.is_some_and(|path| it.fields.contains(&path.0)));
        let owners: Vec<FieldOwner> = owners.map(FieldOwner::of).collect();
        match owners.is_empty() {
            true => drop(told.insert(named)),
            false => told.extend(owners.into_iter().map(|owner| Conflict { owner, ..named.clone() })),
        }
    }
    told.into_iter().collect()
}

impl FieldOwner {
    /// How and when it wrote: `Update of scale, 2026-11-20 09:14 UTC`; nothing when the object does not tell.
    pub fn how(&self) -> Option<String> {
        let subresource = self.subresource.as_ref().map(|it| format!(" of {it}")).unwrap_or_default();
        let time = self.time.as_ref().map(|it| format!(", {}", minute(it))).unwrap_or_default();
        self.operation.map(|it| format!("{}{subresource}{time}", it.as_str()))
    }

    /// Who wrote an entry of `metadata.managedFields`.
    pub(crate) fn of(entry: &ManagerEntry) -> Self {
        Self {
            manager: entry.manager.clone(),
            operation: Some(entry.operation),
            subresource: Some(entry.subresource.clone()).filter(|it| !it.is_empty()),
            time: entry.time.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(operation: &str, subresource: &str, time: &str, fields: Value) -> Value {
        json!({ "manager": "scaler", "operation": operation, "apiVersion": "apps/v1", "subresource": subresource,
            "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields })
    }

    fn wanted(paths: &[&str]) -> FieldSet {
        FieldSet::from_paths(paths.iter().map(|it| it.parse().unwrap()))
    }

    #[test]
    fn the_live_object_tells_how_and_when() {
        let live = json!({ "metadata": { "managedFields": [
            entry("Update", "scale", "2026-11-20T09:14:05Z", json!({ "f:spec": { "f:replicas": {} } })),
            entry("Apply", "", "2026-11-19T00:00:00Z", json!({ "f:metadata": { "f:labels": { "f:a.b/c": {} } } })),
        ] } });
        // As a server spells them.
        let named = [Conflict::new(".spec.replicas", "scaler"), Conflict::new(".metadata.labels.a.b/c", "scaler")];
        let fields = wanted(&[".spec.replicas", r#".metadata.labels["a.b/c"]"#]);
        let told: Vec<String> =
            told(&named, &live, &fields).iter().map(|it| format!("{} {}", it.field, it.owner)).collect();
        assert_eq!(
            told,
            [
                r#".metadata.labels["a.b/c"] scaler (Apply, 2026-11-19 00:00 UTC)"#,
                ".spec.replicas scaler (Update of scale, 2026-11-20 09:14 UTC)",
            ]
        );
    }

    #[test]
    fn a_manager_that_owns_a_field_in_two_ways_is_told_twice() {
        let replicas = || json!({ "f:spec": { "f:replicas": {} } });
        let live = json!({ "metadata": { "managedFields": [
            entry("Update", "scale", "2026-11-20T09:14:05Z", replicas()), entry("Update", "", "odd", replicas()),
        ] } });
        // The server names it once for each.
        let named = [Conflict::new(".spec.replicas", "scaler"), Conflict::new(".spec.replicas", "scaler")];
        let told = told(&named, &live, &wanted(&[".spec.replicas"]));
        let owners: Vec<String> = told.iter().map(|it| it.owner.to_string()).collect();
        assert_eq!(owners, ["scaler (Update, odd)", "scaler (Update of scale, 2026-11-20 09:14 UTC)"]);
    }

    #[test]
    fn an_owner_that_is_in_no_book_is_told_by_name() {
        let named = [Conflict::new(".spec.x", "before-first-apply")];
        let told = told(&named, &json!({}), &FieldSet::default());
        assert_eq!((told[0].field.as_str(), told[0].owner.to_string().as_str()), (".spec.x", "before-first-apply"));
    }

    #[test]
    fn the_spelling_of_the_server_is_understood() {
        let conflict = Conflict::new(r#".metadata.labels["a.b/c"]"#, "m");
        assert!(conflict.is_about(".metadata.labels.a.b/c", "m") && !conflict.is_about(".metadata.labels.a", "m"));
        assert!(!conflict.is_about(&conflict.field, "n"));
    }

    #[test]
    fn owners_survive_as_data() {
        let owner = FieldOwner {
            manager: "m".into(),
            operation: Some(Operation::Apply),
            subresource: None,
            time: Some("2026-11-20T09:14:05Z".into()),
        };
        let conflict = Conflict { owner, ..Conflict::new(".a", "") };
        let data = json!(conflict);
        assert_eq!(
            data,
            json!({ "field": ".a", "manager": "m", "operation": "Apply", "time": "2026-11-20T09:14:05Z",
                "resolution": "unresolved" })
        );
        assert_eq!(serde_json::from_value::<Conflict>(data).unwrap(), conflict);
    }
}
