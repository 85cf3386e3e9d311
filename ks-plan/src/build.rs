//! Desired and live → plan, step by step. No client, no clock: the answers of the cluster are data.

mod alteration;
mod given_back;
mod inventory;
mod keeps;
mod removal;
mod seen;
mod shared;
mod sieve;
mod tenants;
mod volumes;
mod work;

use std::borrow::Cow;
use std::collections::BTreeMap;

use ks_model::{DesiredObject, Facts, GroupKind, Manifest, ObjectRef, Ownership};
use rayon::prelude::*;
use serde_json::Value;

use crate::change::{Action, Change, Risk, Verified};
use crate::desired::Desired;
use crate::fields;
use crate::generated::{lacks_live_key, with_live_key};
use crate::graph::GraphError;
use crate::kept::kept;
use crate::layout::lay_out;
use crate::live::{DryRun, LiveState, Refusal};
use crate::plan::{Fault, Missing, Plan, places};
use crate::reasons::Reasons;
use crate::resolutions::ResolutionProblems;
use crate::risk;
use crate::schema_check;
use crate::sensitive::Mask;
use crate::steps::VolumeWork;
use crate::structured::{Verdict, compare_defaulted, leave_out};
use keeps::Keeps;
pub(crate) use removal::is_member;
use seen::{Seen, lacking_namespace, see};
pub use sieve::{Sieve, Sifted};
pub(crate) use work::is_waited_for;

/// The field manager under which ks applies.
pub const FIELD_MANAGER: &str = "ks";

/// The wanted objects that only the server can judge: those it does not have, and those whose leaves or owners differ.
///
/// What is not here is unchanged for certain, and costs no request of its own.
pub fn doubts<'a>(desired: &'a Desired, live: &LiveState) -> Vec<Cow<'a, Manifest>> {
    let keeps = Keeps::of(desired, live);
    let doubtful = |manifest: &'a Manifest| {
        let object = manifest.object();
        let manifest = keeps.trimmed(with_live_key(manifest, || live.object(object)), desired);
        let differs = |live: &Value| differs(desired, &keeps, &manifest, live);
        let is_doubtful = match (see(object, live), desired.ownership(object)) {
            (Seen::Leaving(_) | Seen::Settled, _)
            | (Seen::Absent { .. }, Ownership::Fields)
            | (Seen::Present(_), Ownership::Once) => false,
            (Seen::Absent { askable }, _) => askable,
            (Seen::Present(live), Ownership::Fields) if differs(live) => {
                return given_back::pinned(&manifest, live).map(Cow::Owned);
            }
            (Seen::Present(live), _) => differs(live),
        };
        (is_doubtful && !lacks_live_key(&manifest)).then_some(manifest)
    };
    let manifests: Vec<&Manifest> = desired.manifests().collect();
    let mut doubts: Vec<Cow<'a, Manifest>> = manifests.into_par_iter().filter_map(doubtful).collect();
    doubts.extend(given_back::given_back(desired, live).into_iter().map(Cow::Owned));
    doubts
}

fn differs(desired: &Desired, keeps: &Keeps, manifest: &Manifest, live: &Value) -> bool {
    let (value, ty) = (manifest.value(), desired.type_of(manifest));
    let defaulted = desired.defaulted(manifest).map(|it| match keeps.left_out(manifest.object()) {
        Some(fields) => leave_out(&it, fields, ty),
        None => it,
    });
    let defaulted = defaulted.as_ref().unwrap_or(value);
    compare_defaulted(value, defaulted, live, FIELD_MANAGER, ty) != Verdict::Unchanged
}

/// Says why there is no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanningError {
    /// The objects to delete cannot be ordered.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// What the user says of conflicts makes no sense.
    #[error(transparent)]
    Resolutions(#[from] ResolutionProblems),
    /// What is to be left alone is no member.
    #[error("leave {0} there: it does not exist, or is none of those that would go")]
    NotOurs(ObjectRef),
}

/// Makes the plan.
///
/// # Errors
/// When the objects to delete wait for each other in a circle, or a resolution resolves nothing.
pub fn plan(desired: &Desired, live: &LiveState, facts: &Facts) -> Result<Plan, PlanningError> {
    let mask = Mask::keyed(facts.cluster_uid.as_deref());
    let reasons = Reasons::new(desired, &mask);
    let (missing, faults, volumes) = Default::default();
    let (changes, keeps) = (Vec::with_capacity(desired.manifests().count()), Keeps::of(desired, live));
    let mut builder = Builder { desired, live, facts, mask: &mask, reasons, keeps, changes, missing, faults, volumes };
    let wanted: Vec<&DesiredObject> = desired.objects().map(|(_, it)| it).collect();
    let settled: Vec<Option<Change>> = wanted.par_iter().map(|it| builder.settled(&it.manifest)).collect();
    let open = wanted.iter().zip(&settled).filter(|(_, settled)| settled.is_none()).map(|(it, _)| *it);
    builder.reasons.expect(open.filter(|it| is_in_doubt(it, live)));
    for (DesiredObject { manifest, .. }, settled) in wanted.into_iter().zip(settled) {
        match settled {
            Some(change) => builder.changes.push(change),
            None => builder.wanted(manifest),
        }
        builder.claims(manifest);
    }
    builder.tell_of_created(0);
    builder.give_back();
    removal::check(desired, live)?;
    let doomed = removal::doomed(desired, live);
    let deleted = removal::graph(&doomed, desired)?;
    let inventory = builder.inventory(&deleted);
    let Builder { mut changes, missing, faults, keeps, volumes, .. } = builder;
    let end = removal::of_inventory(desired, live);
    changes.extend(removal::changes(&doomed, &deleted, desired, end));
    let unready = work::unready(&changes, live, (desired, facts));
    let steps = lay_out(
        desired.graph(),
        &deleted,
        &work::work(&changes, &unready, live, (desired, facts), &inventory, volumes),
    );
    let (closed, kept) = (desired.closed().to_vec(), kept(desired, &mask));
    let (facts, grown_inventory, places) = (facts.clone(), inventory.grown, places(&changes));
    let (kept_fields, forgotten_keeps) = keeps.told(desired, live, &mask);
    let plan = Plan {
        facts,
        changes,
        closed,
        kept_fields,
        forgotten_keeps,
        kept,
        unready,
        readiness: desired.readiness().clone(),
        missing,
        faults,
        steps,
        grown_inventory,
        places,
    };
    match keeps.problems(&plan, desired) {
        Some(problems) => Err(problems.into()),
        None => Ok(plan),
    }
}

/// Whether an object is likely to change: it is not there, or the server was asked what would become of it.
fn is_in_doubt(wanted: &DesiredObject, live: &LiveState) -> bool {
    let object = wanted.manifest.object();
    live.dry_run(object).is_some() || matches!(see(object, live), Seen::Absent { .. })
}

struct Builder<'a> {
    desired: &'a Desired,
    live: &'a LiveState,
    facts: &'a Facts,
    mask: &'a Mask,
    reasons: Reasons<'a>,
    keeps: Keeps,
    changes: Vec<Change>,
    missing: Vec<Missing>,
    faults: Vec<Fault>,
    /// What has to be done to claims, by the objects that they belong to.
    volumes: BTreeMap<ObjectRef, VolumeWork>,
}

impl Builder<'_> {
    /// The change of an object that is as it is wanted for certain. A Secret may still wait for its key.
    fn settled(&self, manifest: &Manifest) -> Option<Change> {
        let object = manifest.object();
        let is_settled = !object.kind.is("", "Secret") && matches!(see(object, self.live), Seen::Settled);
        is_settled.then(|| unchanged(self.desired, manifest, None))
    }

    /// Decides what happens to a wanted object.
    fn wanted(&mut self, manifest: &Manifest) {
        let whole = with_live_key(manifest, || self.live.object(manifest.object()));
        let manifest = &*self.keeps.trimmed(Cow::Borrowed(&*whole), self.desired);
        let mut decided = match (see(manifest.object(), self.live), self.desired.ownership(manifest.object())) {
            _ if lacks_live_key(manifest) => Err(vec![Refusal {
                message: "its certificate or key was there at first and is another one now; plan again".to_owned(),
                immutable: Vec::new(),
            }]),
            (Seen::Absent { .. } | Seen::Leaving(_), Ownership::Fields) => return self.missing(manifest),
            (Seen::Absent { .. }, _) => self.create(manifest),
            (Seen::Leaving(live), _) => Ok(self.again(manifest, live)),
            (Seen::Settled, _) => Ok(unchanged(self.desired, manifest, None)),
            (Seen::Present(live), Ownership::Once) => Ok(self.unchanged(manifest, live)),
            (Seen::Present(live), ownership) if differs(self.desired, &self.keeps, manifest, live) => {
                let pinned = given_back::pinned(manifest, live).filter(|_| ownership == Ownership::Fields);
                self.alter(pinned.as_ref().unwrap_or(manifest), live)
            }
            (Seen::Present(live), _) => Ok(self.unchanged(manifest, live)),
        };
        if let Ok(change) = &decided
            && change.action == Action::Replace
            && self.keeps.forget(manifest.object())
        {
            decided = Ok(self.anew(&whole, change.immutable.clone()));
        }
        self.note(manifest, decided);
    }

    fn missing(&mut self, manifest: &Manifest) {
        let component = self.desired.find(manifest.object()).map(|(bundle, _)| bundle.component.clone());
        self.missing.push(Missing { object: manifest.object().clone(), component });
    }

    fn note(&mut self, manifest: &Manifest, decided: Result<Change, Vec<Refusal>>) {
        match decided {
            Ok(change) => self.changes.push(change),
            Err(refusals) => {
                let fault = |refusal| Fault { object: manifest.object().clone(), refusal };
                self.faults.extend(refusals.into_iter().map(fault));
            }
        }
    }

    fn create(&self, manifest: &Manifest) -> Result<Change, Vec<Refusal>> {
        if let Some(name) = lacking_namespace(manifest.object(), self.desired, self.live) {
            let message =
                format!("namespace {name} does not exist and is not made by this configuration: make it first");
            return Err(vec![Refusal { message, immutable: Vec::new() }]);
        }
        let (after, verified) = match self.live.dry_run(manifest.object()) {
            Some(DryRun::Merged { object, .. }) => (object.clone(), Verified::Server),
            Some(DryRun::Refused(refusal)) if !self.is_redefined(&manifest.object().kind) => {
                return Err(vec![refusal.clone()]);
            }
            _ => self.by_schema(manifest, manifest.value().clone())?,
        };
        Ok(Change { verified, ..self.silent(manifest, Action::Create, None, after) })
    }

    /// Tells of the objects that are made, from that change on, what is in them and why: beside each other, since a first install
    /// makes everything.
    fn tell_of_created(&mut self, since: usize) {
        let mut changes = std::mem::take(&mut self.changes);
        let created = changes.par_iter_mut().skip(since).filter(|it| it.action == Action::Create);
        created.for_each(|change| self.tell(change));
        self.changes = changes;
    }

    fn unchanged(&self, manifest: &Manifest, live: &Value) -> Change {
        unchanged(self.desired, manifest, Some(live))
    }

    /// The object after, as the definition of its kind in this plan makes it; as it is, when there is none.
    fn by_schema(&self, manifest: &Manifest, object: Value) -> Result<(Value, Verified), Vec<Refusal>> {
        match self.desired.definition_of(&manifest.object().kind) {
            Some(definition) => {
                schema_check::complete(definition, manifest.version(), object).map(|it| (it, Verified::Schema))
            }
            None => Ok((object, Verified::None)),
        }
    }

    /// Whether this plan changes the definition of a kind, so that the server does not know yet what it will accept.
    ///
    /// The graph puts the definition before its objects, so its change is decided already.
    fn is_redefined(&self, kind: &GroupKind) -> bool {
        let definition = self.desired.definition_of(kind).map(Manifest::object);
        let change = definition.and_then(|it| self.changes.iter().find(|change| change.object == *it));
        change.is_some_and(|it| it.action != Action::NoOp)
    }

    fn change(&self, manifest: &Manifest, action: Action, before: Option<&Value>, after: Value) -> Change {
        let mut change = self.silent(manifest, action, before, after);
        self.tell(&mut change);
        change
    }

    /// A change of which nothing is told yet.
    fn silent(&self, manifest: &Manifest, action: Action, before: Option<&Value>, after: Value) -> Change {
        let change = unchanged(self.desired, manifest, None);
        Change { action, verified: Verified::None, before: before.cloned(), after: Some(after), ..change }
    }

    /// Says which fields change, why, and what may be lost.
    fn tell(&self, change: &mut Change) {
        let (Some(manifest), Some(after)) = (&change.manifest, &change.after) else { return };
        let (before, ty) = (change.before.as_ref(), self.desired.type_of(manifest));
        change.fields = fields::changes(manifest, before, after, ty, (self.mask, &change.secrecy));
        change.risk = risk::of(&change.object, change.action, before, &change.fields);
        let found = self.desired.find(&change.object);
        let reasons = found.map(|(bundle, wanted)| self.reasons.of(bundle, wanted, change.action, &change.fields));
        change.reasons = reasons.unwrap_or_default();
    }
}

/// The change of an object that stays as it is. A plan holds none of its contents, but for secrets, which have to be known wherever
/// somebody else may tell them.
fn unchanged(desired: &Desired, manifest: &Manifest, live: Option<&Value>) -> Change {
    let object = manifest.object();
    let found = desired.find(object);
    let secrecy = desired.secrecy(object);
    let secret = live.filter(|_| !secrecy.is_empty()).cloned();
    Change {
        object: object.clone(),
        action: Action::NoOp,
        ownership: found.map(|(_, wanted)| wanted.ownership).unwrap_or_default(),
        component: found.map(|(bundle, _)| bundle.component.clone()),
        fields: Vec::new(),
        conflicts: Vec::new(),
        adopts: Vec::new(),
        immutable: Vec::new(),
        before: secret.clone(),
        after: secret,
        secrecy,
        reasons: Vec::new(),
        risk: Risk::Safe,
        verified: Verified::Server,
        manifest: Some(manifest.clone()),
    }
}

#[cfg(test)]
mod tests;
