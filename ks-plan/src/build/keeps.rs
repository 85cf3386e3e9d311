//! Fields that stay as others have them: what the inventory remembers, and what the user adds and takes back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Manifest, ObjectRef};
use serde_json::Value;

use super::seen::{Seen, see};
use super::shared::Shared;
use crate::desired::Desired;
use crate::inventory::Contents;
use crate::live::LiveState;
use crate::plan::Plan;
use crate::resolutions::{
    FieldAddress, Forgotten, ForgottenKeep, KeptField, ResolutionProblem, ResolutionProblems, Resolutions,
};
use crate::sensitive::Mask;
use crate::structured::{FieldPath, FieldSet, leave_out};

/// The keeps that hold, and what is left out for them.
#[derive(Default)]
pub(super) struct Keeps {
    held: BTreeSet<FieldAddress>,
    left_out: BTreeMap<ObjectRef, FieldSet>,
    taken: BTreeSet<FieldAddress>,
    /// The takes that need no conflict: they made a keep forgotten, or are refused already.
    answered: BTreeSet<FieldAddress>,
    forgotten: Vec<ForgottenKeep>,
    problems: Vec<ResolutionProblem>,
}

impl Keeps {
    /// Settles what the inventory remembers and what the user says.
    pub(super) fn of(desired: &Desired, live: &LiveState) -> Self {
        let remembered = match see(desired.inventory().parent(), live) {
            Seen::Present(inventory) => Contents::read(inventory).kept,
            _ => BTreeSet::new(),
        };
        let Resolutions { take, keep } = desired.resolutions();
        let mut keeps = Self::default();
        if remembered.is_empty() && take.is_empty() && keep.is_empty() {
            return keeps;
        }
        let known: BTreeSet<&ObjectRef> =
            desired.graph().objects().chain(remembered.iter().map(|it| &it.object)).collect();
        keeps.taken = keeps.meant(take, &known);
        let kept = keeps.meant(keep, &known);
        for both in keeps.taken.iter().filter(|it| kept.iter().any(|kept| kept.covers(it) || it.covers(kept))) {
            keeps.answered.insert(both.clone());
            keeps.problems.push(ResolutionProblem::Both(both.clone()));
        }
        let remembered = keeps.not_taken(remembered);
        let objects: BTreeSet<&ObjectRef> = remembered.iter().chain(&kept).map(|it| &it.object).collect();
        for object in objects {
            let of_object = |all: &BTreeSet<FieldAddress>| -> Vec<FieldPath> {
                all.iter().filter(|it| it.object == *object).map(|it| it.path.clone()).collect()
            };
            keeps.settle(object, &of_object(&remembered), &of_object(&kept), desired, live);
        }
        keeps
    }

    /// The addresses with the groups that people leave out.
    fn meant(&mut self, given: &BTreeSet<FieldAddress>, known: &BTreeSet<&ObjectRef>) -> BTreeSet<FieldAddress> {
        let mut meant = BTreeSet::new();
        for address in given {
            let of_any_group = |it: &&&ObjectRef| {
                let ObjectRef { kind, namespace, name } = &address.object;
                kind.group.is_empty() && it.kind.kind == kind.kind && it.namespace == *namespace && it.name == *name
            };
            let found: Vec<&ObjectRef> = match known.get(&address.object) {
                Some(exact) => vec![*exact],
                None => known.iter().filter(of_any_group).copied().collect(),
            };
            match found.as_slice() {
                [object] => drop(meant.insert(FieldAddress { object: (*object).clone(), path: address.path.clone() })),
                [] => self.problems.push(ResolutionProblem::UnknownObject(address.clone())),
                several => self.problems.push(ResolutionProblem::Ambiguous {
                    address: address.clone(),
                    kinds: several.iter().map(|it| it.kind.to_string()).collect(),
                }),
            }
        }
        meant
    }

    /// What is left of the remembered keeps when the user takes some of them.
    fn not_taken(&mut self, remembered: BTreeSet<FieldAddress>) -> BTreeSet<FieldAddress> {
        let (released, left) = remembered
            .into_iter()
            .partition::<BTreeSet<FieldAddress>, _>(|it| self.taken.iter().any(|take| take.covers(it)));
        for address in &released {
            self.forgotten.push(ForgottenKeep::new(address, Forgotten::Taken));
            self.answered.extend(self.taken.iter().filter(|it| it.covers(address)).cloned());
        }
        let part = |take: &FieldAddress| left.iter().find(|it| it.covers(take)).cloned();
        let parts = self.taken.iter().filter_map(|it| Some((it.clone(), part(it)?)));
        let parts: Vec<(FieldAddress, FieldAddress)> = parts.collect();
        for (address, whole) in parts {
            self.answered.insert(address.clone());
            self.problems.push(ResolutionProblem::PartOf { address, whole });
        }
        left
    }

    fn settle(
        &mut self,
        object: &ObjectRef,
        remembered: &[FieldPath],
        kept: &[FieldPath],
        desired: &Desired,
        live: &LiveState,
    ) {
        let address = |path: &FieldPath| FieldAddress { object: object.clone(), path: path.clone() };
        let shared = match Shared::of(object, desired, live) {
            Ok(shared) => shared,
            Err(because) => {
                let forgotten = remembered.iter().map(|it| ForgottenKeep::new(&address(it), because));
                self.forgotten.extend(forgotten);
                let problems = kept.iter().map(|it| ResolutionProblem::NoConflict(address(it)));
                return self.problems.extend(problems);
            }
        };
        let mut held = BTreeSet::new();
        for path in remembered {
            match shared.state(path) {
                Ok(()) => drop(held.insert(path.clone())),
                Err(because) => self.forgotten.push(ForgottenKeep::new(&address(path), because)),
            }
        }
        let contested = if kept.is_empty() { Vec::new() } else { shared.contested(&shared.below(&held)) };
        for path in kept {
            match shared.keep(path, &contested, &held) {
                Ok(paths) => held.extend(paths),
                Err(problem) => self.problems.push(*problem),
            }
        }
        if !held.is_empty() {
            self.left_out.insert(object.clone(), shared.below(&held));
            self.held.extend(held.iter().map(address));
        }
    }

    /// What ks applies of an object: without what is kept.
    pub(super) fn trimmed<'m>(&self, manifest: Cow<'m, Manifest>, desired: &Desired) -> Cow<'m, Manifest> {
        let trimmed = self
            .left_out
            .get(manifest.object())
            .and_then(|fields| Manifest::parse(leave_out(manifest.value(), fields, desired.type_of(&manifest))).ok());
        trimmed.map_or(manifest, Cow::Owned)
    }

    /// What is left out of an object.
    pub(super) fn left_out(&self, object: &ObjectRef) -> Option<&FieldSet> {
        self.left_out.get(object)
    }

    /// The keeps to remember.
    pub(super) fn held(&self) -> BTreeSet<FieldAddress> {
        self.held.clone()
    }

    /// Whether the user takes a field.
    pub(super) fn takes(&self, object: &ObjectRef, field: &str) -> bool {
        let of_object = || self.taken.iter().filter(|it| it.object == *object);
        of_object().next().is_some()
            && field.parse().is_ok_and(|path: FieldPath| of_object().any(|it| path.is_within(&it.path)))
    }

    /// Forgets every keep of an object that is made again; whether there was one.
    pub(super) fn forget(&mut self, object: &ObjectRef) -> bool {
        let (gone, held) = std::mem::take(&mut self.held).into_iter().partition(|it| it.object == *object);
        self.held = held;
        let gone: BTreeSet<FieldAddress> = gone;
        self.forgotten.extend(gone.iter().map(|it| ForgottenKeep::new(it, Forgotten::Replaced)));
        self.left_out.remove(object).is_some()
    }

    /// What is kept, for readers, and what is kept no longer.
    pub(super) fn told(
        &self,
        desired: &Desired,
        live: &LiveState,
        mask: &Mask,
    ) -> (Vec<KeptField>, Vec<ForgottenKeep>) {
        let told = self.held.iter().filter_map(|it| {
            let shared = Shared::of(&it.object, desired, live).ok()?;
            let secrecy = desired.secrecy(&it.object);
            let show = |value: &Value| mask.field(&secrecy, &it.path, value);
            Some(KeptField {
                object: it.object.clone(),
                field: it.path.to_string(),
                wanted: shared.wanted(&it.path).map(show),
                live: shared.live(&it.path).map(show),
                owners: shared.owners(&it.path),
            })
        });
        (told.collect(), self.forgotten.clone())
    }

    /// What the user said in vain, now that the conflicts are known.
    pub(super) fn problems(&self, plan: &Plan, desired: &Desired) -> Option<ResolutionProblems> {
        let inventory = desired.inventory().parent();
        let conflicts = plan.changes.iter().filter(|it| it.object != *inventory).flat_map(|change| {
            let path = |field: &str| field.parse::<FieldPath>().ok();
            let paths = change.conflicts.iter().filter_map(move |it| path(&it.field));
            paths.map(|path| FieldAddress { object: change.object.clone(), path })
        });
        let conflicts: BTreeSet<FieldAddress> = conflicts.collect();
        let mut problems = self.problems.clone();
        let is_refused = |it: &FieldAddress| plan.faults.iter().any(|fault| fault.object == it.object);
        for take in self.taken.iter().filter(|it| !self.answered.contains(it) && !is_refused(it)) {
            if !conflicts.iter().any(|it| take.covers(it)) {
                problems.push(match conflicts.iter().find(|it| it.covers(take)) {
                    Some(whole) => ResolutionProblem::PartOf { address: take.clone(), whole: whole.clone() },
                    None => ResolutionProblem::NoConflict(take.clone()),
                });
            }
        }
        let possible = conflicts.union(&self.held).cloned().collect();
        (!problems.is_empty()).then_some(ResolutionProblems { problems, possible })
    }
}
