//! Clusters that are as wanted, or nearly so, as the API server would hand them out.

use std::sync::Arc;

use ks_model::{Facts, Manifest, ObjectRef};
use ks_plan::structured::{ApplyRequest, apply, update_status};
use ks_plan::{Desired, FIELD_MANAGER, LiveState, Observation, Sieve};
use serde_json::{Value, json};

use crate::status;

const TIME: &str = "2026-11-20T09:14:05Z";

/// The annotation of which a cluster with changes holds another value than is wanted: none.
const FORMER: &str = "scale.example.org/former";

/// A cluster in which everything stands as `ks` has applied it, and is ready.
///
/// # Panics
/// When an object cannot be applied.
pub fn settled(desired: &Desired) -> LiveState {
    changed(desired, usize::MAX)
}

/// The same, but every `nth` object has an annotation that an earlier version of it had, and that goes.
///
/// # Panics
/// When an object cannot be applied.
pub fn changed(desired: &Desired, nth: usize) -> LiveState {
    let mut live = LiveState::default();
    let inventory = desired.inventory_manifest(&desired.contents()).expect("an inventory is an object");
    for (place, manifest) in desired.manifests().enumerate() {
        let is_former = (place + 1) % nth == 0;
        live.observe(manifest.object().clone(), Observation::Present(stored(manifest, desired, place, is_former)));
    }
    let stored = stored(&inventory, desired, 0, false);
    live.observe(inventory.object().clone(), Observation::Present(stored));
    live
}

/// The object as it is stored: with what it is known by, with its managers, and with the status that controllers wrote.
fn stored(manifest: &Manifest, desired: &Desired, number: usize, is_former: bool) -> Value {
    let ty = desired.type_of(manifest);
    let mut applied = manifest.value().clone();
    if is_former {
        annotate(&mut applied);
    }
    let request =
        ApplyRequest { live: None, applied: &applied, manager: FIELD_MANAGER, force: false, time: Some(TIME) };
    let mut object = apply(request, ty).expect("nobody else owns anything");
    if let Some(metadata) = object.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        metadata.insert("uid".to_owned(), json!(format!("5c0c7d1a-0000-4000-8000-{number:012x}")));
        metadata.insert("resourceVersion".to_owned(), json!((100_000 + number).to_string()));
        metadata.insert("creationTimestamp".to_owned(), json!(TIME));
        metadata.insert("generation".to_owned(), json!(1));
    }
    let Some((manager, status)) = status::of(&manifest.object().kind, &object) else { return object };
    update_status(&object, &json!({ "status": status }), manager, ty, Some(TIME))
}

fn annotate(object: &mut Value) {
    let metadata = object.pointer_mut("/metadata").and_then(Value::as_object_mut).expect("an object has metadata");
    metadata.entry("annotations").or_insert_with(|| json!({}))[FORMER] = json!("yes");
}

/// The cluster as a plan sees it that compares each object as it comes.
pub fn sieved(desired: &Arc<Desired>, objects: impl IntoIterator<Item = (ObjectRef, Value)>) -> LiveState {
    let (mut live, parent) = (LiveState::default(), desired.inventory().parent());
    let (mut inventory, others): (Vec<_>, Vec<_>) = objects.into_iter().partition(|(object, _)| object == parent);
    let inventory = inventory.pop().map(|(_, value)| value);
    let sieve = Sieve::new(Arc::clone(desired), &Facts::default(), inventory.as_ref());
    for (object, value) in others {
        let sifted = sieve.sift(&object, value);
        live.put(object, sifted);
    }
    if let Some(value) = inventory {
        live.observe(parent.clone(), Observation::Present(value));
    }
    live
}

/// Every object of a cluster as the text that its server sends.
pub fn texts(live: &LiveState) -> Vec<(ObjectRef, Vec<u8>)> {
    live.present().map(|(object, value)| (object.clone(), value.to_string().into_bytes())).collect()
}
