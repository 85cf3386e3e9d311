//! How each component is, worked out of what is wanted and what is there.

use ks_model::language::Phrasebook;
use ks_model::{ClosedGate, ComponentName, DesiredObject, Facts, Language, ObjectRef, Ownership, say};
use ks_plan::display::{Palette, ShortNames, gate_in_words};
use ks_plan::readiness::waits_for_first_use;
use ks_plan::{Action, Desired, LiveState, Plan, Readiness, Unready};
use serde::Serialize;

use crate::chinese::phrasebook;

/// How the components of a cluster are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Whether all components that are on are ready.
    pub ready: bool,
    /// What was known of the cluster.
    pub version: ks_model::ServerVersion,
    /// How many nodes it has.
    pub nodes: u32,
    /// The components that are on, in the order of apply.
    pub components: Vec<ComponentStatus>,
    /// The components that are off.
    pub off: Vec<Off>,
}

/// How one component is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComponentStatus {
    /// The component.
    pub component: ComponentName,
    /// In one word.
    pub state: State,
    /// How many objects it wants.
    pub wanted: usize,
    /// How many of them exist.
    pub present: usize,
    /// How many of them differ from the configuration: a plan changes or replaces them.
    pub pending: usize,
    /// The objects that exist and are not ready.
    pub unready: Vec<Unready>,
}

/// How a component is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// Everything that it wants exists and is ready.
    Ready,
    /// Something is missing or not ready yet.
    Progressing,
    /// Something says that it will not become ready.
    Failed,
    /// Nothing of it exists.
    NotInstalled,
}

/// A component that is off.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Off {
    /// Why.
    #[serde(flatten)]
    pub gate: ClosedGate,
    /// How many objects of it still exist.
    pub leftover: usize,
}

/// An object of others is nobody's lack while it is not there.
fn is_expected(object: &DesiredObject, live: &LiveState) -> bool {
    object.ownership != Ownership::Fields || live.exists(object.manifest.object())
}

impl Status {
    /// Looks at each component.
    pub fn of(desired: &Desired, live: &LiveState, plan: &Plan) -> Self {
        let components: Vec<ComponentStatus> = desired
            .bundles()
            .iter()
            .map(|bundle| {
                let objects = bundle.objects.iter().filter(|it| is_expected(it, live)).map(|it| it.manifest.object());
                component(&bundle.component, objects.collect(), live, plan)
            })
            .collect();
        let leftover = |component: &ComponentName| {
            plan.changes
                .iter()
                .filter(|it| it.action == Action::Delete && it.component.as_ref() == Some(component))
                .count()
        };
        let off = desired.closed().iter();
        let Facts { version, nodes, .. } = plan.facts;
        Self {
            ready: components.iter().all(|it| it.state == State::Ready),
            version,
            nodes,
            off: off.map(|gate| Off { gate: gate.clone(), leftover: leftover(&gate.component) }).collect(),
            components,
        }
    }

    /// Writes it for people.
    pub fn text(&self, cluster: &str, language: Language) -> String {
        let (palette, book) = (Palette::coloured(), phrasebook(language));
        let nodes =
            if self.nodes == 1 { say!(book, "1 node") } else { say!(book, "{count} nodes", count = self.nodes) };
        let known = palette.dim(say!(book, "{version}, {nodes}", version = self.version, nodes));
        let mut lines = vec![format!("{}  {known}", palette.bold(cluster)), String::new()];
        let unready = self.components.iter().flat_map(|it| it.unready.iter().map(|it| &it.object));
        let names = ShortNames::of(unready);
        let names_of =
            self.components.iter().map(|it| &it.component).chain(self.off.iter().map(|it| &it.gate.component));
        let width = names_of.map(|it| it.as_str().len()).max().unwrap_or_default();
        for component in &self.components {
            lines.extend(component.lines(width, &names, palette, book));
        }
        for Off { gate, leftover } in &self.off {
            let name = &gate.component;
            let place = gate.location.as_ref().map(|it| palette.dim(format!(" ({it})"))).unwrap_or_default();
            let rest = if *leftover == 0 {
                String::new()
            } else {
                palette.caution(say!(book, "; {leftover} objects are still there", leftover))
            };
            let reason = gate_in_words(&gate.reason, language);
            let words = say!(book, "off, {reason}{place}{rest}", reason, place, rest);
            lines.push(format!("  {} {name:width$}  {words}", palette.dim('○')));
        }
        lines.join("\n") + "\n"
    }
}

impl ComponentStatus {
    fn lines(&self, width: usize, names: &ShortNames, palette: Palette, book: Phrasebook) -> Vec<String> {
        let Self { component, state, wanted, present, pending, unready } = self;
        let there = say!(book, "{present} of {wanted} objects are there", present, wanted);
        let (sign, word) = match state {
            State::Ready => {
                let objects = say!(book, "{wanted} objects", wanted);
                (palette.good('✓'), format!("{}  {objects}", palette.good(say!(book, "ready"))))
            }
            State::Progressing => {
                (palette.caution('…'), format!("{}  {there}", palette.caution(say!(book, "progressing"))))
            }
            State::Failed => (palette.bad('✗'), format!("{}  {there}", palette.bad(say!(book, "failed")))),
            State::NotInstalled => (palette.dim('·'), say!(book, "not installed  {wanted} objects to make", wanted)),
        };
        let differ = match pending {
            0 => String::new(),
            _ if *state == State::NotInstalled => String::new(),
            1 => palette.caution(say!(book, ", 1 differs from the configuration")),
            pending => palette.caution(say!(book, ", {pending} differ from the configuration", pending)),
        };
        let mut lines = vec![format!("  {sign} {component:width$}  {word}{differ}", component = component.as_str())];
        lines.extend(unready.iter().map(|it| {
            let readiness = it.readiness.to_string();
            let (object, why) = (names.show(&it.object), book.read(&readiness));
            format!("    {:width$}  {}", "", say!(book, "{object}: {why}", object, why))
        }));
        lines
    }
}

fn component(name: &ComponentName, objects: Vec<&ObjectRef>, live: &LiveState, plan: &Plan) -> ComponentStatus {
    let present: Vec<&ObjectRef> = objects.iter().copied().filter(|it| live.exists(it)).collect();
    let judge =
        |object: &&ObjectRef| Unready { object: (*object).clone(), readiness: live.readiness(object, &plan.readiness) };
    // A claim that waits for its first pod is as far as it gets by itself.
    let waits_for_others = |object: &ObjectRef| {
        object.kind.is("", "PersistentVolumeClaim")
            && live.object(object).is_some_and(|it| waits_for_first_use(it, &plan.facts.storage_classes))
    };
    let awaited = present.iter().filter(|it| !waits_for_others(it));
    let unready: Vec<Unready> = awaited.map(judge).filter(|it| !it.readiness.is_ready()).collect();
    let is_pending = |it: &&ks_plan::Change| {
        it.component.as_ref() == Some(name) && matches!(it.action, Action::Update | Action::Replace)
    };
    let state = if present.is_empty() && !objects.is_empty() {
        State::NotInstalled
    } else if unready.iter().any(|it| matches!(it.readiness, Readiness::Failed { .. })) {
        State::Failed
    } else if present.len() < objects.len() || !unready.is_empty() {
        State::Progressing
    } else {
        State::Ready
    };
    ComponentStatus {
        component: name.clone(),
        state,
        wanted: objects.len(),
        present: present.len(),
        pending: plan.changes.iter().filter(is_pending).count(),
        unready,
    }
}
