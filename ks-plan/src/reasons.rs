//! Why an object is in the plan: the file that wants it, and the settings that shape the fields that change.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ks_model::{Bundle, DesiredObject};

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
    traces: RefCell<BTreeMap<String, Option<Rc<Trace>>>>,
}

impl<'a> Reasons<'a> {
    /// Starts with nothing traced: only files with objects that change are.
    pub(crate) fn new(desired: &'a Desired, mask: &'a Mask) -> Self {
        Self { desired, mask, traces: RefCell::default() }
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

    fn trace(&self, wanted: &DesiredObject) -> Option<Rc<Trace>> {
        if wanted.settings.is_empty() {
            return None;
        }
        let mut traces = self.traces.borrow_mut();
        let traced = || self.desired.trace(&wanted.file).map(Rc::new);
        traces.entry(wanted.file.clone()).or_insert_with(traced).clone()
    }
}

#[cfg(test)]
mod tests;
