//! The JSON document of real plans: each patch turns the live object, as far as it is shown, into the one after.

use ks_apply::{Sandbox, SandboxOptions};
use ks_plan::display::PlanDocument;
use ks_plan::{Action, Change, Mask, Plan};
use ks_tests::configuration::everything_on;
use ks_tests::engine::{EXAMPLE, Engine, with_alerting};
use serde_json::{Value, json};

/// What the server writes by itself, so that no patch is about it.
const BOOKKEEPING: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// The object as it is shown, without what the server writes by itself.
fn shown(change: &Change, object: &Value, mask: &Mask) -> Value {
    let mut shown = mask.object(&change.secrecy, object);
    if let Some(metadata) = shown["metadata"].as_object_mut() {
        metadata.retain(|name, _| !BOOKKEEPING.contains(&name.as_str()));
    }
    let is_about_status = change.manifest.as_ref().is_some_and(|it| it.value().get("status").is_some());
    if let Some(fields) = shown.as_object_mut().filter(|_| !is_about_status) {
        fields.remove("status");
    }
    shown
}

/// Checks the patches of a plan, and answers with how many changes of each action it has.
fn checked(plan: &Plan) -> [usize; 3] {
    let document = serde_json::to_value(PlanDocument::of(plan)).expect("a document");
    let mask = Mask::keyed(plan.facts.cluster_uid.as_deref());
    let changes = plan.changes.iter().filter(|it| it.action != Action::NoOp);
    let told = document["changes"].as_array().expect("a list");
    assert_eq!(told.len(), changes.clone().count());
    for (change, told) in changes.clone().zip(told) {
        let patch: json_patch::Patch = serde_json::from_value(told["patch"].clone()).expect("a patch");
        let side = |it: &Option<Value>| it.as_ref().map_or(json!(null), |it| shown(change, it, &mask));
        let mut object = side(&change.before);
        json_patch::patch(&mut object, &patch).unwrap_or_else(|error| unreachable!("{change:?}: {error}"));
        assert_eq!(object, side(&change.after), "{change:?}");
        let is_told = told["fields"].as_array().is_some_and(|it| it.len() == change.fields.len());
        assert!(is_told && (change.fields.is_empty() || !patch.0.is_empty()), "{change:?}: {told}");
    }
    [Action::Create, Action::Update, Action::Delete]
        .map(|action| changes.clone().filter(|it| it.action == action).count())
}

#[tokio::test]
async fn patches_of_real_plans_apply() {
    let engine = Engine::on(Sandbox::in_memory(SandboxOptions::instant()));
    let [created, updated, _] = checked(&engine.plan(EXAMPLE).await.plan);
    assert!(created > 50 && updated > 0, "{created} {updated}");
    engine.converge(&with_alerting()).await;
    let [created, updated, _] = checked(&engine.plan(&everything_on()).await.plan);
    assert!(created > 20 && updated > 0, "{created} {updated}");
    let [_, updated, deleted] = checked(&engine.plan(EXAMPLE).await.plan);
    assert!(updated > 0 && deleted > 3, "{updated} {deleted}");
}
