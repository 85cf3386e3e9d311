//! Small plans for the tests of the readers.

use ks_model::config::Location;
use ks_model::{Facts, GroupKind, ObjectRef, Origin, Ownership};
use serde_json::{Value, json};

use crate::change::{Action, Change, FieldChange, Reason, Risk, Verified};
use crate::conflict::FieldOwner;
use crate::plan::{Plan, places};
use crate::resolutions::{Forgotten, ForgottenKeep, KeptField};
use crate::sensitive::Secrecy;
use crate::steps::StepGraph;
use crate::structured::Operation;

/// An object in the namespace `mon`.
pub fn object(group: &str, kind: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced(GroupKind::new(group, kind), "mon", name)
}

/// A change of an object, wanted by a file of its component.
pub fn change(action: Action, object: ObjectRef, component: &str) -> Change {
    let body =
        |text: &str| json!({ "metadata": { "name": "x", "uid": "u", "generation": 3 }, "spec": text, "status": {} });
    let secrecy = Secrecy::of(&object.kind, []);
    Change {
        object,
        action,
        ownership: Ownership::Whole,
        component: component.parse().ok(),
        fields: Vec::new(),
        conflicts: Vec::new(),
        adopts: Vec::new(),
        immutable: Vec::new(),
        secrecy,
        reasons: vec![Reason::Wanted { file: format!("monitoring/{component}/it.yaml") }],
        risk: Risk::Safe,
        verified: Verified::Server,
        manifest: None,
        before: (action != Action::Create).then(|| body("old")),
        after: (action != Action::Delete).then(|| body("new")),
    }
}

/// Gives a plan a field that is kept, and one that is kept no longer.
pub fn with_keeps(mut plan: Plan) -> Plan {
    let owner = FieldOwner {
        manager: "hpa".into(),
        operation: Some(Operation::Update),
        time: Some("2026-11-20T09:14:05Z".into()),
        ..FieldOwner::default()
    };
    let (object, field) = (object("apps", "Deployment", "operator"), ".spec.replicas".to_owned());
    plan.kept_fields = vec![KeptField {
        object: object.clone(),
        field,
        wanted: Some(json!(2)),
        live: Some(json!(5)),
        owners: vec![owner],
    }];
    let field = r#".metadata.labels["a.b/c"]"#.to_owned();
    plan.forgotten_keeps = vec![ForgottenKeep { object, field, because: Forgotten::Unowned }];
    plan
}

/// A field, before and after.
pub fn field(path: &str, before: Option<Value>, after: Option<Value>) -> FieldChange {
    FieldChange { path: path.into(), before, after }
}

/// A setting as a reason.
pub fn setting(name: &str, value: Value, origin: Origin) -> Reason {
    Reason::Setting { name: name.into(), value, origin: Box::new(origin) }
}

/// An origin in the configuration.
pub fn configured(field: &str, line: u32) -> Origin {
    let location = Location { file: "cc.yaml".into(), line, column: 3 };
    Origin::Configured { field: field.into(), location: Some(location) }
}

/// A plan of these changes for a cluster of three nodes.
pub fn plan(changes: Vec<Change>) -> Plan {
    let mut facts = Facts::default();
    facts.cluster_uid = Some("0c5a".into());
    facts.nodes = 3;
    let places = places(&changes);
    let (closed, kept, unready, missing, faults) = Default::default();
    let steps = StepGraph::default();
    let (kept_fields, forgotten_keeps) = Default::default();
    Plan {
        facts,
        changes,
        closed,
        kept_fields,
        forgotten_keeps,
        kept,
        readiness: Default::default(),
        unready,
        missing,
        faults,
        steps,
        grown_inventory: None,
        places,
    }
}
