//! Desired and live → plan, step by step. No client, no clock: the answers of the cluster are data.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, Facts, GroupKind, Manifest, ObjectRef};
use serde_json::Value;

use crate::change::{Action, Change, Reason, Risk, Verified};
use crate::desired::Desired;
use crate::fields;
use crate::graph::{DependencyGraph, GraphError};
use crate::inventory::{COMPONENT, Contents};
use crate::layout::lay_out;
use crate::live::{DryRun, LiveState, Observation};
use crate::plan::{Fault, Plan, Unready};
use crate::readiness::{companion, is_awaited, readiness};
use crate::risk;
use crate::sensitive::Mask;
use crate::steps::Work;
use crate::structured::{Verdict, compare_defaulted, owned_by};

/// The field manager under which ks applies.
pub const FIELD_MANAGER: &str = "ks";

/// The wanted objects that only the server can judge: those it does not have, and those whose leaves or owners differ.
///
/// What is not here is unchanged for certain, and costs no request of its own.
pub fn doubts<'a>(desired: &'a Desired, live: &LiveState) -> Vec<&'a Manifest> {
    let doubtful = |manifest: &&Manifest| match live.get(manifest.object()) {
        Observation::Absent { askable } => *askable,
        Observation::Present(object) => differs(desired, manifest, object),
    };
    desired.manifests().filter(doubtful).collect()
}

fn differs(desired: &Desired, manifest: &Manifest, live: &Value) -> bool {
    let value = manifest.value();
    let defaulted = desired.defaulted(manifest);
    let defaulted = defaulted.as_ref().unwrap_or(value);
    compare_defaulted(value, defaulted, live, FIELD_MANAGER, desired.type_of(manifest)) != Verdict::Unchanged
}

/// Makes the plan.
///
/// # Errors
/// When the objects to delete wait for each other in a circle.
pub fn plan(desired: &Desired, live: &LiveState, facts: &Facts) -> Result<Plan, GraphError> {
    let mask = Mask::keyed(facts.cluster_uid.as_deref());
    let mut builder = Builder { desired, live, mask: &mask, changes: Vec::new(), faults: Vec::new() };
    desired.manifests().for_each(|manifest| builder.wanted(manifest));
    let deleted = builder.deletes()?;
    let (grown, inventory) = builder.inventory(&deleted);
    let Builder { mut changes, faults, .. } = builder;
    let unready = unready(&changes, live);
    let work = work(&changes, &unready, desired, inventory);
    let steps = lay_out(desired.graph(), &deleted, &work);
    changes.sort_by_key(|change| change.action == Action::Delete);
    Ok(Plan {
        facts: facts.clone(),
        changes,
        closed: desired.closed().to_vec(),
        unready,
        faults,
        steps,
        grown_inventory: grown,
    })
}

struct Builder<'a> {
    desired: &'a Desired,
    live: &'a LiveState,
    mask: &'a Mask,
    changes: Vec<Change>,
    faults: Vec<Fault>,
}

/// Which writes of the inventory a plan needs.
#[derive(Clone, Copy, Default)]
struct InventoryWork {
    grows: bool,
    shrinks: bool,
}

impl Builder<'_> {
    fn wanted(&mut self, manifest: &Manifest) {
        let change = match self.live.get(manifest.object()) {
            Observation::Absent { .. } => self.create(manifest),
            Observation::Present(live) if differs(self.desired, manifest, live) => self.alter(manifest, live),
            Observation::Present(live) => self.unchanged(manifest, live),
        };
        self.changes.extend(change);
    }

    fn create(&mut self, manifest: &Manifest) -> Option<Change> {
        let (after, verified) = match self.live.dry_run(manifest.object()) {
            Some(DryRun::Merged { object, .. }) => (object.clone(), Verified::Server),
            Some(DryRun::Refused(refusal)) => {
                self.faults.push(Fault { object: manifest.object().clone(), refusal: refusal.clone() });
                return None;
            }
            None => (manifest.value().clone(), Verified::None),
        };
        let mut change = self.change(manifest, Action::Create, None, Some(after));
        change.verified = verified;
        Some(change)
    }

    fn alter(&mut self, manifest: &Manifest, live: &Value) -> Option<Change> {
        match self.live.dry_run(manifest.object()) {
            Some(DryRun::Merged { object, conflicts }) => {
                let mut change = self.change(manifest, Action::Update, Some(live), Some(object.clone()));
                change.verified = Verified::Server;
                change.conflicts.clone_from(conflicts);
                if change.fields.is_empty() {
                    if owned_by(live, FIELD_MANAGER) == owned_by(object, FIELD_MANAGER) {
                        return self.unchanged(manifest, live);
                    }
                    change.reasons = vec![Reason::Ownership];
                    change.risk = Risk::Safe;
                }
                Some(change)
            }
            Some(DryRun::Refused(refusal)) if !refusal.immutable.is_empty() => {
                let mut change = self.change(manifest, Action::Replace, Some(live), Some(manifest.value().clone()));
                change.immutable.clone_from(&refusal.immutable);
                Some(change)
            }
            Some(DryRun::Refused(refusal)) => {
                self.faults.push(Fault { object: manifest.object().clone(), refusal: refusal.clone() });
                None
            }
            None => {
                let merged = fields::predicted(manifest, live, self.desired.type_of(manifest));
                Some(self.change(manifest, Action::Update, Some(live), Some(merged)))
            }
        }
    }

    fn unchanged(&self, manifest: &Manifest, live: &Value) -> Option<Change> {
        let mut change = self.change(manifest, Action::NoOp, Some(live), Some(live.clone()));
        change.verified = Verified::Server;
        Some(change)
    }

    fn change(&self, manifest: &Manifest, action: Action, before: Option<&Value>, after: Option<Value>) -> Change {
        let object = manifest.object();
        let ty = self.desired.type_of(manifest);
        let fields = match (action, &after) {
            (Action::NoOp, _) | (_, None) => Vec::new(),
            (_, Some(after)) => fields::changes(object, before, after, ty, self.mask),
        };
        let found = self.desired.find(object);
        Change {
            object: object.clone(),
            action,
            component: found.map(|(bundle, _)| bundle.component.clone()),
            conflicts: Vec::new(),
            immutable: Vec::new(),
            reasons: found.map(|(bundle, wanted)| fields::reasons(bundle, wanted, action, &fields)).unwrap_or_default(),
            risk: risk::of(object, action, &fields),
            verified: Verified::None,
            manifest: Some(manifest.clone()),
            before: before.cloned(),
            after,
            fields,
        }
    }

    /// Members that nothing wants any more, in the order in which they may be deleted.
    fn deletes(&mut self) -> Result<DependencyGraph, GraphError> {
        let inventory = self.desired.inventory();
        let doomed: Vec<(Manifest, Option<ComponentName>)> = self
            .live
            .present()
            .filter(|(object, live)| {
                self.desired.find(object).is_none() && *object != inventory.parent() && inventory.owns(live)
            })
            .filter(|(_, live)| owned_by(live, FIELD_MANAGER).is_some())
            .filter_map(|(_, live)| Some((Manifest::parse(live.clone()).ok()?, component_of(live))))
            .collect();
        let graph = DependencyGraph::of_live(
            doomed.iter().map(|(manifest, component)| (manifest, component.as_ref())),
            self.desired.orders().iter().map(|(name, order)| (name, order.view())),
        )?;
        let mut by_object: BTreeMap<&ObjectRef, &(Manifest, Option<ComponentName>)> =
            doomed.iter().map(|it| (it.0.object(), it)).collect();
        for object in graph.objects().rev() {
            if let Some((manifest, component)) = by_object.remove(object) {
                self.changes.push(self.delete(manifest, component.as_ref()));
            }
        }
        Ok(graph)
    }

    fn delete(&self, live: &Manifest, component: Option<&ComponentName>) -> Change {
        let gate = self.desired.closed().iter().find(|gate| Some(&gate.component) == component);
        let reason = gate.map_or(Reason::NoLongerWanted, |gate| Reason::GateClosed { reason: gate.reason.clone() });
        Change {
            object: live.object().clone(),
            action: Action::Delete,
            component: component.cloned(),
            fields: Vec::new(),
            conflicts: Vec::new(),
            immutable: Vec::new(),
            reasons: vec![reason],
            risk: risk::of(live.object(), Action::Delete, &[]),
            verified: Verified::Server,
            manifest: None,
            before: Some(live.value().clone()),
            after: None,
        }
    }

    /// Adds the change of the inventory itself, and says how it is written along the way.
    fn inventory(&mut self, deleted: &DependencyGraph) -> (Option<Manifest>, InventoryWork) {
        let contents = self.desired.contents();
        let Some(manifest) = self.desired.inventory_manifest(&contents) else { return Default::default() };
        self.wanted(&manifest);
        let Some(change) = self.changes.iter_mut().find(|it| it.object == *manifest.object()) else {
            return Default::default();
        };
        if change.action == Action::NoOp {
            return Default::default();
        }
        change.reasons = vec![Reason::Inventory];
        let recorded = self.live.object(manifest.object()).map(Contents::read).unwrap_or_default();
        let doomed = Contents::of(deleted.objects());
        let grown = self.desired.inventory_manifest(&recorded.union(&doomed).union(&contents));
        let shrinks = !contents.covers(&recorded.union(&doomed));
        let grows = !recorded.covers(&contents) || !shrinks;
        (grown, InventoryWork { grows, shrinks })
    }
}

fn component_of(live: &Value) -> Option<ComponentName> {
    live.pointer("/metadata/labels")?.get(COMPONENT)?.as_str()?.parse().ok()
}

/// Unchanged objects that are not ready: apply waits for them too.
fn unready(changes: &[Change], live: &LiveState) -> Vec<Unready> {
    let unchanged = changes.iter().filter(|it| it.action == Action::NoOp && is_awaited(&it.object.kind));
    unchanged
        .map(|change| {
            let companion = companion(&change.object).and_then(|it| live.companion_of(&it));
            Unready { object: change.object.clone(), readiness: readiness(change.before.as_ref(), companion) }
        })
        .filter(|it| !it.readiness.is_ready())
        .collect()
}

fn work(changes: &[Change], unready: &[Unready], desired: &Desired, inventory: InventoryWork) -> Work {
    let of = |wanted: &[Action]| -> BTreeSet<ObjectRef> {
        changes.iter().filter(|it| wanted.contains(&it.action)).map(|it| it.object.clone()).collect()
    };
    let written = of(&[Action::Create, Action::Update, Action::Replace]);
    let awaited = written.iter().filter(|it| is_awaited(&it.kind)).chain(unready.iter().map(|it| &it.object));
    let home = desired.inventory().parent().namespace.clone().unwrap_or_default();
    Work {
        awaited: awaited.cloned().collect(),
        replaced: of(&[Action::Replace]),
        leaving: BTreeSet::new(),
        grows: inventory.grows.then(|| ObjectRef::cluster(GroupKind::new("", "Namespace"), home)),
        shrinks: inventory.shrinks,
        written,
    }
}
