//! CustomResourceDefinitions: names are accepted, then the kind is established.

use serde_json::{Value, json};

use super::World;
use super::world::with_condition;
use crate::sandbox::object;

/// Notes when definitions that are not established will be, and follows changes of names and versions.
pub(super) fn step(world: &mut World<'_>) {
    for definition in world.all("apiextensions.k8s.io", "CustomResourceDefinition") {
        let at = object::reference(&definition);
        if !object::items(&definition, "/status/conditions").is_empty() {
            establish(world, &definition);
        } else if !world.state.is_due(&at) {
            let due = world.at.plus(world.pace.shortest / 2);
            world.state.set_due(at, due);
        }
    }
}

/// Serves the kind from now on.
pub(super) fn establish(world: &mut World<'_>, definition: &Value) {
    let mut conditions = object::items(definition, "/status/conditions").to_vec();
    for condition in [
        json!({ "type": "NamesAccepted", "status": "True", "reason": "NoConflicts", "message": "no conflicts found" }),
        json!({
            "type": "Established",
            "status": "True",
            "reason": "InitialNamesAccepted",
            "message": "the initial names have been accepted",
        }),
    ] {
        conditions = with_condition(&conditions, in_order(condition), world.at);
    }
    let mut status = definition["status"].clone();
    status["acceptedNames"] = definition["spec"]["names"].clone();
    status["conditions"] = conditions.into();
    let mut stored = object::items(&status, "/storedVersions").to_vec();
    let storage = object::items(definition, "/spec/versions").iter().filter(|it| it["storage"] == Value::Bool(true));
    stored.extend(storage.map(|it| it["name"].clone()).filter(|name| !stored.contains(name)).collect::<Vec<_>>());
    status["storedVersions"] = stored.into();
    world.write_status("kube-apiserver", definition, status);
}

/// The members of a condition in the order in which the server writes them.
fn in_order(condition: Value) -> Value {
    json!({
        "lastTransitionTime": "",
        "message": condition["message"],
        "reason": condition["reason"],
        "status": condition["status"],
        "type": condition["type"],
    })
}
