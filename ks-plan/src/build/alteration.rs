//! What happens to a wanted object that exists and is not as it should be.

use ks_model::Manifest;
use serde_json::Value;

use super::{Builder, FIELD_MANAGER};
use crate::change::{Action, Change, Reason, Risk, Verified};
use crate::conflict::{self, Conflict, Resolution};
use crate::fields;
use crate::immutable;
use crate::live::{DryRun, Refusal};
use crate::predecessors::Adoption;
use crate::structured::field_set;
use crate::structured::managed_fields::applier_entry;

impl Builder<'_> {
    /// Takes the answer of the server where there is one, else predicts it.
    pub(super) fn alter(&self, manifest: &Manifest, live: &Value) -> Result<Change, Vec<Refusal>> {
        // What earlier tools own in an object of others stays theirs.
        let adoption = Adoption::of(live).filter(|_| !manifest.is_pinned());
        let adoption = adoption.as_ref();
        match self.live.dry_run(manifest.object()) {
            Some(DryRun::Merged { object, conflicts }) => {
                Ok(self.update(manifest, live, adoption, object.clone(), conflicts.clone(), Verified::Server))
            }
            // An object of others is never deleted to be made again.
            Some(DryRun::Anew { refusal, .. } | DryRun::Refused(refusal)) if manifest.is_pinned() => {
                Err(vec![refusal.clone()])
            }
            Some(DryRun::Anew { refusal, object }) => {
                let change = self.replace(manifest, live, adoption, refusal.immutable.clone());
                let is_known = !self.is_redefined(&manifest.object().kind);
                Ok(if is_known {
                    Change { after: Some(object.clone()), verified: Verified::Server, ..change }
                } else {
                    change
                })
            }
            Some(DryRun::Refused(refusal)) if !refusal.immutable.is_empty() => {
                Ok(self.replace(manifest, live, adoption, refusal.immutable.clone()))
            }
            Some(DryRun::Refused(refusal)) if !self.is_redefined(&manifest.object().kind) => Err(vec![refusal.clone()]),
            _ => self.predict(manifest, live, adoption),
        }
    }

    fn predict(&self, manifest: &Manifest, live: &Value, adoption: Option<&Adoption>) -> Result<Change, Vec<Refusal>> {
        let (merged, conflicts) = self.merged(manifest, live, adoption);
        let (after, verified) = self.by_schema(manifest, merged)?;
        let update = self.update(manifest, live, adoption, after, conflicts, verified);
        let immutable = immutable::among(&manifest.object().kind, live, &update.fields);
        Ok(if immutable.is_empty() || manifest.is_pinned() {
            update
        } else {
            self.replace(manifest, live, adoption, immutable)
        })
    }

    /// The merge as computed here, with what ks takes over as its own.
    fn merged(&self, manifest: &Manifest, live: &Value, adoption: Option<&Adoption>) -> (Value, Vec<Conflict>) {
        let owned = adoption.map(|it| it.of_owner(live));
        fields::predicted(manifest, owned.as_ref().unwrap_or(live), self.desired.type_of(manifest))
    }

    fn update(
        &self,
        manifest: &Manifest,
        live: &Value,
        adoption: Option<&Adoption>,
        after: Value,
        conflicts: Vec<Conflict>,
        verified: Verified,
    ) -> Change {
        let owned = |object: &Value| applier_entry(object, FIELD_MANAGER).map(|it| (it.api_version, it.fields));
        let is_same_owner = owned(live) == owned(&after);
        let mut change = self.change(manifest, Action::Update, Some(live), after);
        if change.fields.is_empty() {
            if is_same_owner {
                return self.unchanged(manifest, live);
            }
            change.reasons = if adoption.is_some() { Vec::new() } else { vec![Reason::Ownership] };
            change.risk = Risk::Safe;
        }
        let adopts = adoption.map(|it| it.managers.clone()).unwrap_or_default();
        if !adopts.is_empty() {
            change.reasons.insert(0, Reason::Adoption { managers: adopts.clone() });
        }
        let conflicts = self.conflicts(&conflicts, manifest, live, adoption);
        Change { adopts, conflicts, verified, ..change }
    }

    /// What others own of what would change, with what the live object tells about them.
    ///
    /// Fields in objects of others are wanted for nothing else than to be taken.
    pub(super) fn conflicts(
        &self,
        named: &[Conflict],
        manifest: &Manifest,
        live: &Value,
        adoption: Option<&Adoption>,
    ) -> Vec<Conflict> {
        let wanted = field_set(manifest.value(), self.desired.type_of(manifest));
        let told = conflict::told(named, live, &wanted);
        let mut left = adoption.map_or_else(|| told.clone(), |it| it.left(told.clone()));
        for conflict in &mut left {
            if manifest.is_pinned() || self.keeps.takes(manifest.object(), &conflict.field) {
                conflict.resolution = Resolution::Taken;
            }
        }
        left
    }

    /// Deletes the object and makes it anew. The fields shown are those that ask for it; what else the live object has
    /// goes with it. What others own in it is a conflict as in an update.
    fn replace(
        &self,
        manifest: &Manifest,
        live: &Value,
        adoption: Option<&Adoption>,
        immutable: Vec<String>,
    ) -> Change {
        let (merged, conflicts) = self.merged(manifest, live, adoption);
        let change = self.change(manifest, Action::Replace, Some(live), merged);
        let conflicts = self.conflicts(&conflicts, manifest, live, adoption);
        Change { conflicts, immutable, after: Some(manifest.value().clone()), ..change }
    }

    /// The replace of an object of which fields were kept: it is made anew with all that is wanted.
    pub(super) fn anew(&self, manifest: &Manifest, immutable: Vec<String>) -> Change {
        let live = self.live.object(manifest.object()).unwrap_or(&Value::Null);
        self.replace(manifest, live, Adoption::of(live).as_ref(), immutable)
    }

    /// Makes an object anew once the one that is being deleted is gone. Nothing more is lost by that.
    pub(super) fn again(&self, manifest: &Manifest, live: &Value) -> Change {
        let mut change = self.replace(manifest, live, Adoption::of(live).as_ref(), Vec::new());
        change.reasons.insert(0, Reason::BeingDeleted);
        change.risk = Risk::Safe;
        change.conflicts.clear();
        change
    }
}
