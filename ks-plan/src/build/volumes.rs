//! The claims of a wanted object: which grow, which are made anew, which go.

use ks_model::{Bundle, DesiredObject, GroupKind, Manifest, ObjectRef, Origin, Ownership, Quantity};
use serde_json::Value;

use super::Builder;
use crate::change::{Action, Change, FieldChange, Reason, Risk, Verified};
use crate::fields;
use crate::live::{DryRun, Refusal};
use crate::plan::Fault;
use crate::sensitive::Secrecy;
use crate::steps::{Going, VolumeWork};
use crate::volumes::{
    ClaimOwner, ClaimTemplate, LiveClaim, Replica, STORAGE_TEMPLATE, Slot, Verdict, VolumeChange, verdict,
};

const CLASS: &str = ".spec.storageClassName";
const SIZE: &str = ".spec.resources.requests.storage";
const STORAGE: &str = ".spec.storage";

/// One live claim of a wanted object.
struct Case<'a> {
    bundle: &'a Bundle,
    owner: &'a DesiredObject,
    /// The field of the owner that holds the template.
    path: &'static str,
    slot: Slot<'a>,
    claim: LiveClaim<'a>,
}

impl Builder<'_> {
    /// Adds the changes of the claims of an object, whose own change was decided a moment ago.
    pub(super) fn claims(&mut self, manifest: &Manifest) {
        let object = manifest.object();
        if !ClaimOwner::is_one(object) || self.desired.ownership(object) != Ownership::Whole {
            return;
        }
        // What its operator will see: fields that others own, or that were kept, are not in what ks sends.
        let after = self.changes.last().filter(|it| it.object == *object).and_then(|it| it.after.as_ref());
        let value = after.unwrap_or(manifest.value());
        let Some(owner) = ClaimOwner::of(object, value, self.live.object(object)) else { return };
        let Some((bundle, wanted)) = self.desired.find(object) else { return };
        self.tell_of_storage(&owner);
        let mut grown = Vec::new();
        let mut moved = Vec::new();
        for slot in owner.slots() {
            // A claim that a component wants by itself is an object like all others.
            let live = self.live.companion_of(&slot.claim).filter(|_| self.desired.find(&slot.claim).is_none());
            let Some(claim) = live.and_then(LiveClaim::read) else { continue };
            let case = Case { bundle, owner: wanted, path: owner.path(), slot, claim };
            match self.claim(&case) {
                None => {}
                Some(Err(refusal)) => self.faults.push(Fault { object: case.slot.claim, refusal }),
                Some(Ok(change)) => {
                    match change.action {
                        Action::Update => grown.push(case.slot.claim.clone()),
                        _ => moved.push(case),
                    }
                    self.changes.push(change);
                }
            }
        }
        if !grown.is_empty() || !moved.is_empty() {
            self.volumes.insert(object.clone(), ordered(&owner, grown, moved));
        }
    }

    fn claim(&self, case: &Case<'_>) -> Option<Result<Change, Refusal>> {
        let Some(template) = case.slot.template else { return Some(Ok(self.unwanted(case))) };
        match verdict(template, &case.claim, self.facts)? {
            Verdict::Expand => self.expand(case, template),
            Verdict::Anew(because) => {
                let change = self.claim_anew(case, template, because)?;
                Some(self.lacking_class(case, template).map_or(Ok(change), Err))
            }
        }
    }

    fn expand(&self, case: &Case<'_>, template: &ClaimTemplate) -> Option<Result<Change, Refusal>> {
        let (manifest, live) = (case.claim.expanded(template)?, case.claim.value);
        let (after, conflicts, verified) = match self.live.dry_run(&case.slot.claim) {
            Some(DryRun::Anew { refusal, .. } | DryRun::Refused(refusal)) => return Some(Err(refusal.clone())),
            Some(DryRun::Merged { object, conflicts }) => (object.clone(), conflicts.clone(), Verified::Server),
            None => {
                let (after, conflicts) = fields::predicted(&manifest, live, self.desired.type_of(&manifest));
                (after, conflicts, Verified::None)
            }
        };
        // The size belongs to whoever made the claim, and is wanted for nothing else than to be taken.
        let conflicts = self.conflicts(&conflicts, &manifest, live, None);
        let mut reasons = vec![volume(case, VolumeChange::Expanded)];
        reasons.extend(told(self.shaping(case, &path(case, SIZE))));
        let fields = size(case, template).into_iter().collect();
        let change = claim_change(case, Action::Update, Risk::Safe, reasons, fields);
        Some(Ok(Change { conflicts, verified, manifest: Some(manifest), after: Some(after), ..change }))
    }

    /// A claim that is made anew. Nobody loses data because a configuration is silent: a size that was kept or is a default
    /// is no reason.
    fn claim_anew(&self, case: &Case<'_>, template: &ClaimTemplate, mut because: Vec<VolumeChange>) -> Option<Change> {
        let sizes = self.shaping(case, &path(case, SIZE));
        if !is_asked_for(&sizes, template.amount().as_ref()) {
            because.retain(|it| *it == VolumeChange::OfAnotherClass);
        }
        let is_class = because.contains(&VolumeChange::OfAnotherClass);
        let is_size = because.iter().any(|it| *it != VolumeChange::OfAnotherClass);
        let mut settings = if is_class { self.shaping(case, &path(case, CLASS)) } else { Vec::new() };
        settings.extend(sizes.into_iter().filter(|it| is_size && !settings.contains(it)).collect::<Vec<_>>());
        let mut reasons: Vec<Reason> = because.iter().map(|it| volume(case, it.clone())).collect();
        reasons.extend(told(settings));
        if case.claim.is_leaving() {
            reasons.insert(0, Reason::BeingDeleted);
        }
        let fields = class(case, template).into_iter().chain(size(case, template)).collect();
        let immutable = [(is_class, CLASS), (is_size, SIZE)].into_iter().filter(|it| it.0).map(|it| it.1.to_owned());
        let risk = if loses_data(case) { Risk::DataLoss } else { Risk::Disruptive };
        let change = claim_change(case, Action::Replace, risk, reasons, fields);
        let after = Some(case.claim.made_anew(template));
        (!because.is_empty()).then(|| Change { immutable: immutable.collect(), after, ..change })
    }

    /// Refuses to give data up for a class that is not there: no volume would ever be made for the new claim.
    fn lacking_class(&self, case: &Case<'_>, template: &ClaimTemplate) -> Option<Refusal> {
        let name = template.class.as_deref().filter(|it| !it.is_empty() && loses_data(case))?;
        let class = ObjectRef::cluster(GroupKind::new("storage.k8s.io", "StorageClass"), name);
        let is_there = self.facts.storage_classes.contains_key(name) || self.desired.find(&class).is_some();
        let message = format!("storage class {name} does not exist: its data would go, and nothing would come back");
        (!is_there).then_some(Refusal { message, immutable: Vec::new() })
    }

    fn unwanted(&self, case: &Case<'_>) -> Change {
        let mut reasons = vec![volume(case, VolumeChange::Unwanted)];
        reasons.extend(told(self.shaping(case, STORAGE)));
        let risk = if loses_data(case) { Risk::DataLoss } else { Risk::Safe };
        claim_change(case, Action::Delete, risk, reasons, Vec::new())
    }

    /// The settings that shape a field of the owner.
    fn shaping(&self, case: &Case<'_>, path: &str) -> Vec<Reason> {
        let field = FieldChange { path: path.to_owned(), before: None, after: None };
        let mut reasons = self.reasons.of(case.bundle, case.owner, Action::Update, &[field]);
        reasons.retain(|it| matches!(it, Reason::Setting { .. }));
        reasons
    }

    /// Says at the change of the owner what it does to pods and claims beyond the fields that it changes.
    fn tell_of_storage(&mut self, owner: &ClaimOwner) {
        let templates = &owner.templates;
        let live = self.live.companion_of(&templates.set);
        let Some(change) = self.changes.last_mut().filter(|it| it.action == Action::Update) else { return };
        let changes = |path: &str| change.fields.iter().any(|it| it.path.starts_with(path));
        let is_made_anew = change.object != templates.set && live.is_some() && !templates.readiness(live).is_ready();
        let has_fewer = changes(".spec.replicas");
        if is_made_anew && changes(STORAGE) {
            change.reasons.push(Reason::PodsMadeAnew { by: templates.set.clone() });
        }
        let left: Vec<ObjectRef> = self
            .live
            .companions()
            .map(|(it, _)| it)
            .filter(|it| has_fewer && owner.is_left_over(it))
            .cloned()
            .collect();
        if !left.is_empty() {
            change.reasons.push(Reason::ClaimsStay { claims: left });
        }
    }
}

/// Puts claims that are made anew, or go, one behind the other: first those without data, so that a mistake shows before
/// data goes. Before the first of them, everything else that the owner runs has to run.
fn ordered(owner: &ClaimOwner, grown: Vec<ObjectRef>, mut moved: Vec<Case<'_>>) -> VolumeWork {
    moved.sort_by_key(|it| (loses_data(it), it.slot.ordinal));
    let object = owner.templates.owner.clone();
    let replica = |pod: &ObjectRef, claim| Replica { owner: object.clone(), pod: pod.clone(), claim };
    let lowest = moved.iter().map(|it| it.slot.ordinal).min();
    let others = owner.pods().filter(|(ordinal, pod)| {
        let is_made = lowest.is_some_and(|it| owner.is_parallel || *ordinal < it);
        is_made && moved.iter().all(|it| it.slot.pod != *pod)
    });
    let others = others.map(|(_, pod)| replica(&pod, owner.claim_of(&pod))).collect();
    let going = |it: &Case<'_>| Going {
        runs: replica(&it.slot.pod, it.slot.template.map(|_| it.slot.claim.clone())),
        is_leaving: it.claim.is_leaving(),
        claim: it.slot.claim.clone(),
    };
    let going = moved.iter().map(going).collect();
    VolumeWork { grown, others, going, templates: owner.templates.clone() }
}

fn loses_data(case: &Case<'_>) -> bool {
    case.claim.has_volume() && !case.claim.is_leaving()
}

fn claim_change(case: &Case<'_>, action: Action, risk: Risk, reasons: Vec<Reason>, fields: Vec<FieldChange>) -> Change {
    Change {
        object: case.slot.claim.clone(),
        action,
        ownership: Ownership::Fields,
        component: Some(case.bundle.component.clone()),
        fields,
        conflicts: Vec::new(),
        adopts: Vec::new(),
        immutable: Vec::new(),
        secrecy: Secrecy::default(),
        reasons,
        risk,
        // Where nothing else is said, the server only has to delete; what comes after is made by a controller.
        verified: Verified::Server,
        manifest: None,
        before: Some(case.claim.value.clone()),
        after: None,
    }
}

fn volume(case: &Case<'_>, change: VolumeChange) -> Reason {
    Reason::Volume { of: case.owner.manifest.object().clone(), change }
}

/// The settings that the user or the cluster has a hand in.
fn told(settings: Vec<Reason>) -> impl Iterator<Item = Reason> {
    settings
        .into_iter()
        .filter(|it| !matches!(it, Reason::Setting { origin, .. } if matches!(**origin, Origin::Default { .. })))
}

/// Whether somebody has written this size down. Where no setting has it, the object itself says so.
fn is_asked_for(settings: &[Reason], size: Option<&Quantity>) -> bool {
    let is_wanted = |it: &Value| Quantity::try_from(it).ok().as_ref() == size;
    let origins = settings.iter().filter_map(|it| match it {
        Reason::Setting { value, origin, .. } if is_wanted(value) => Some(&**origin),
        _ => None,
    });
    let origins: Vec<&Origin> = origins.collect();
    origins.is_empty() || origins.iter().any(|it| matches!(it, Origin::Configured { .. }))
}

/// A field of a template as a field of its owner; a StatefulSet has its templates in one list, which changes as a whole.
fn path(case: &Case<'_>, field: &str) -> String {
    if case.path == STORAGE_TEMPLATE { format!("{STORAGE_TEMPLATE}{field}") } else { case.path.to_owned() }
}

fn class(case: &Case<'_>, template: &ClaimTemplate) -> Option<FieldChange> {
    let wanted = template.class.as_deref().filter(|it| *it != case.claim.class)?;
    let (before, after) = (Some(case.claim.class.into()), Some(wanted.into()));
    Some(FieldChange { path: CLASS.to_owned(), before, after })
}

fn size(case: &Case<'_>, template: &ClaimTemplate) -> Option<FieldChange> {
    let wanted = template.amount().filter(|it| Some(it) != case.claim.amount().as_ref())?;
    let after = Some(Value::from(wanted.to_string()));
    Some(FieldChange { path: SIZE.to_owned(), before: case.claim.size.cloned(), after })
}
