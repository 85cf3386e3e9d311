//! One live object between ks and the other managers of its fields.

use std::borrow::Cow;
use std::collections::BTreeSet;

use ks_model::{Manifest, ObjectRef, Ownership};
use serde_json::Value;

use super::FIELD_MANAGER;
use super::seen::{Seen, see};
use crate::conflict::FieldOwner;
use crate::desired::Desired;
use crate::fields;
use crate::generated::with_live_key;
use crate::inventory;
use crate::live::LiveState;
use crate::predecessors::Adoption;
use crate::resolutions::{FieldAddress, Forgotten, ResolutionProblem};
use crate::structured::{
    FieldPath, FieldSet, ManagedFields, ManagerEntry, PathElement, Type, before_first_apply, field_set, leave_out,
    lookup,
};

/// What ks wants of a live object, and what others own of it.
pub(super) struct Shared<'a> {
    manifest: Cow<'a, Manifest>,
    ownership: Ownership,
    /// The live object, with ks as the owner of what it takes over from earlier tools.
    live: Cow<'a, Value>,
    ty: Type<'a>,
    wanted: FieldSet,
    others: Vec<ManagerEntry>,
}

impl<'a> Shared<'a> {
    /// Looks at an object; says why nothing can be kept in it where that is so.
    pub(super) fn of(object: &ObjectRef, desired: &'a Desired, live: &'a LiveState) -> Result<Self, Forgotten> {
        let (_, found) = desired.find(object).ok_or(Forgotten::Unwanted)?;
        let ownership = found.ownership;
        let live = match see(object, live) {
            // What is made once is the user's: nothing is wanted in it any more.
            Seen::Present(_) if ownership == Ownership::Once => return Err(Forgotten::Unwanted),
            Seen::Present(live) => live,
            Seen::Absent { .. } | Seen::Leaving(_) => return Err(Forgotten::Absent),
            Seen::Settled => {
                debug_assert!(false, "an object with kept fields is never settled");
                return Err(Forgotten::Unowned);
            }
        };
        let manifest = with_live_key(&found.manifest, || Some(live));
        let ty = desired.type_of(&found.manifest);
        let adoption = Adoption::of(live).filter(|_| ownership != Ownership::Fields);
        let live = adoption.map_or(Cow::Borrowed(live), |it| Cow::Owned(it.of_owner(live)));
        let mut others = ManagedFields::of(&live).unwrap_or_default().entries;
        if others.is_empty() {
            others.push(before_first_apply(&live, ty));
        }
        others.retain(|it| !it.is_applier(FIELD_MANAGER));
        let wanted = field_set(manifest.value(), ty);
        Ok(Self { manifest, ownership, live, ty, wanted, others })
    }

    /// Whether a remembered keep holds.
    pub(super) fn state(&self, path: &FieldPath) -> Result<(), Forgotten> {
        let wanted = within(&self.wanted, path);
        if wanted.is_empty() {
            return Err(Forgotten::Unwanted);
        }
        let is_owned = self.others.iter().any(|it| !it.fields.intersection(&wanted).is_empty());
        if is_owned { Ok(()) } else { Err(Forgotten::Unowned) }
    }

    /// The wanted fields at and below these paths that others own.
    pub(super) fn below(&self, paths: &BTreeSet<FieldPath>) -> FieldSet {
        let wanted = paths.iter().fold(FieldSet::default(), |all, path| all.union(&within(&self.wanted, path)));
        self.of_others(&wanted)
    }

    fn of_others(&self, fields: &FieldSet) -> FieldSet {
        self.others.iter().fold(FieldSet::default(), |all, it| all.union(&it.fields.intersection(fields)))
    }

    /// The fields in conflict, when some are left out already.
    pub(super) fn contested(&self, left_out: &FieldSet) -> Vec<FieldPath> {
        let applied = leave_out(self.manifest.value(), left_out, self.ty);
        let found = fields::conflicts(&applied, &self.live, self.ty).into_iter().map(|it| it.path);
        // What is not wanted by itself cannot be left out.
        found.filter(|it| self.wanted.contains(&it.0)).collect()
    }

    /// What is to be kept where the user says `path`: the fields in conflict at and below it, or the item of a list that it
    /// names, when others own all of that.
    pub(super) fn keep(
        &self,
        path: &FieldPath,
        contested: &[FieldPath],
        held: &BTreeSet<FieldPath>,
    ) -> Result<Vec<FieldPath>, Box<ResolutionProblem>> {
        let hits: Vec<FieldPath> = contested.iter().filter(|it| it.is_within(path)).cloned().collect();
        if let Some(mark) = hits.iter().find(|it| self.is_mark(it)) {
            return Err(Box::new(ResolutionProblem::Mark(self.address(mark))));
        }
        if hits.is_empty() {
            let is_held = held.iter().any(|it| it.is_within(path) || *it == *path);
            return if is_held { Ok(Vec::new()) } else { Err(Box::new(self.needless(path, contested, held))) };
        }
        let wanted = within(&self.wanted, path);
        let is_item = matches!(path.0.last(), Some(PathElement::Key(_) | PathElement::Value(_)));
        let is_whole = is_item && self.of_others(&wanted) == wanted;
        Ok(if is_whole { vec![path.clone()] } else { hits })
    }

    fn needless(&self, path: &FieldPath, contested: &[FieldPath], held: &BTreeSet<FieldPath>) -> ResolutionProblem {
        let address = self.address(path);
        if let Some(whole) = contested.iter().chain(held).find(|it| path.is_within(it)) {
            return ResolutionProblem::PartOf { address, whole: self.address(whole) };
        }
        match path.0.as_slice() {
            [.., PathElement::Key(keys), PathElement::Field(name)] if keys.iter().any(|(key, _)| key == name) => {
                ResolutionProblem::Key(address)
            }
            _ => ResolutionProblem::NoConflict(address),
        }
    }

    fn is_mark(&self, path: &FieldPath) -> bool {
        let marks = [inventory::PART_OF, inventory::COMPONENT];
        let is_mark = |name: &str| marks.contains(&name);
        self.ownership == Ownership::Whole
            && matches!(path.0.as_slice(), [PathElement::Field(metadata), PathElement::Field(labels), PathElement::Field(name)]
                if metadata == "metadata" && labels == "labels" && is_mark(name))
    }

    fn address(&self, path: &FieldPath) -> FieldAddress {
        FieldAddress { object: self.manifest.object().clone(), path: path.clone() }
    }

    /// The value that the configuration wants.
    pub(super) fn wanted(&self, path: &FieldPath) -> Option<&Value> {
        lookup(self.manifest.value(), path)
    }

    /// The value that the live object has.
    pub(super) fn live(&self, path: &FieldPath) -> Option<&Value> {
        lookup(&self.live, path)
    }

    /// Who owns a field, or something below it that is wanted.
    pub(super) fn owners(&self, path: &FieldPath) -> Vec<FieldOwner> {
        let wanted = within(&self.wanted, path);
        let owns = |it: &&ManagerEntry| !it.fields.intersection(&wanted).is_empty();
        self.others.iter().filter(owns).map(FieldOwner::of).collect()
    }
}

/// The part of a set at and below a path.
fn within(fields: &FieldSet, path: &FieldPath) -> FieldSet {
    FieldSet::from_paths(fields.paths().filter(|it| it.is_within(path)))
}
