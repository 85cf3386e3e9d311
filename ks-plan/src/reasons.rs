//! Why an object is in the plan: the file that wants it, and the settings that shape the fields that change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ks_model::{Bundle, DesiredObject};
use rayon::prelude::*;

use crate::change::{Action, FieldChange, Reason};
use crate::desired::Desired;
use crate::generated::shown;
use crate::sensitive::Mask;
use crate::structured::FieldPath;
use crate::trace::Trace;

/// Finds reasons, and traces each file at most once.
pub(crate) struct Reasons<'a> {
    desired: &'a Desired,
    mask: &'a Mask,
    traces: Mutex<BTreeMap<String, Option<Arc<Trace>>>>,
}

impl<'a> Reasons<'a> {
    /// Starts with nothing traced: only files with objects that change are.
    pub(crate) fn new(desired: &'a Desired, mask: &'a Mask) -> Self {
        Self { desired, mask, traces: Mutex::default() }
    }

    /// Traces the files of objects that are likely to change, beside each other.
    pub(crate) fn expect<'o>(&self, wanted: impl Iterator<Item = &'o DesiredObject>) {
        let files: BTreeSet<&str> = wanted.filter(|it| !it.settings.is_empty()).map(|it| it.file.as_str()).collect();
        let files: Vec<&str> = files.into_iter().collect();
        let desired = self.desired;
        let traced: Vec<_> = files.into_par_iter().map(|it| (it.to_owned(), desired.trace(it).map(Arc::new))).collect();
        self.known().extend(traced);
    }

    /// The file that wants the object, then the settings that shape a field that changes. Of an object that comes from no
    /// template of a catalogue, all its settings count.
    pub(crate) fn of(
        &self,
        bundle: &Bundle,
        wanted: &DesiredObject,
        action: Action,
        fields: &[FieldChange],
    ) -> Vec<Reason> {
        if action == Action::NoOp {
            return Vec::new();
        }
        let object = wanted.manifest.object();
        let trace = self.trace(wanted);
        let secrecy = self.desired.secrecy(object);
        // What stands in a secret field is not told by way of the setting that it comes from.
        let hides = |path: &FieldPath| path.0.is_empty() || secrecy.hides(path);
        let is_hidden = |name: &str| match &trace {
            _ if secrecy.is_empty() => false,
            Some(trace) => trace.is_untried(name) || trace.fields(object, name).any(hides),
            None => true,
        };
        let shaping: BTreeSet<String> = match &trace {
            Some(trace) => {
                let shaping = fields.iter().flat_map(|field| trace.shaping(object, &field.path));
                shaping.map(str::to_owned).collect()
            }
            None => wanted.settings.clone(),
        };
        let named = shaping.into_iter().filter_map(|name| {
            let setting = bundle.settings.get(&name)?;
            let is_secret = bundle.sensitive.contains(&name) || is_hidden(&name);
            let value = if is_secret { self.mask.mask(&setting.value) } else { shown(&setting.value).into_owned() };
            let origin = Box::new(setting.origin.clone());
            Some(Reason::Setting { name, value, origin })
        });
        [Reason::Wanted { file: wanted.file.clone() }].into_iter().chain(named).collect()
    }

    fn trace(&self, wanted: &DesiredObject) -> Option<Arc<Trace>> {
        if wanted.settings.is_empty() {
            return None;
        }
        if let Some(known) = self.known().get(&wanted.file) {
            return known.clone();
        }
        // Nobody waits meanwhile: a thread that traces may take up another object of the same file.
        let traced = self.desired.trace(&wanted.file).map(Arc::new);
        self.known().entry(wanted.file.clone()).or_insert(traced).clone()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Option<Arc<Trace>>>> {
        self.traces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
