//! The plan as text for people.

use ks_model::ObjectRef;

use super::field;
use super::groups::{self, Group};
use super::names::ShortNames;
use super::names_of;
use super::palette::Palette;
use super::reason;
use super::sentences;
use super::value::{inline, inline_or_absent, visible};
use crate::change::{Action, Change, Risk};
use crate::conflict::{FieldOwner, Resolution};
use crate::kept::Kept;
use crate::plan::Plan;
use crate::resolutions::{ForgottenKeep, KeptField};

/// Says how a plan is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions<'a> {
    /// The cluster as people know it, such as its address.
    pub cluster: Option<&'a str>,
    /// Show every field of new objects, every reason and every doubt.
    pub full: bool,
    /// With which colours.
    pub palette: Palette,
}

/// Writes a plan for people: what was known, what is off, what changes and why, and a line that sums it up.
pub fn text(plan: &Plan, options: &TextOptions<'_>) -> String {
    let mut page = Page { options, palette: options.palette, names: names_of(plan), lines: Vec::new() };
    page.facts(plan);
    page.closed(plan);
    groups::written(plan).iter().for_each(|it| page.written(it));
    groups::deleted(plan).iter().for_each(|it| page.deleted(it));
    page.unready(plan);
    page.missing(plan);
    page.kept_fields(plan);
    page.forgotten_keeps(plan);
    page.faults(plan);
    page.unverified(plan);
    page.summary(plan);
    page.lines.join("\n") + "\n"
}

struct Page<'a> {
    options: &'a TextOptions<'a>,
    palette: Palette,
    names: ShortNames,
    lines: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn facts(&mut self, plan: &Plan) {
        let facts = &plan.facts;
        let nodes = if facts.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", facts.nodes) };
        let uid = facts.cluster_uid.as_ref().map(|it| format!(", cluster {}", visible(it))).unwrap_or_default();
        let place = self.options.cluster.unwrap_or("The cluster");
        let known = self.palette.dim(format!("{}, {nodes}{uid}", facts.version));
        self.line(format!("{}  {known}", self.palette.bold(visible(place))));
        for kept in &plan.kept {
            let Kept { component, setting, value, field } = kept;
            let object = self.names.show(&field.object);
            let (setting, from) = (visible(setting), self.palette.dim(format!("as in {object}")));
            self.line(format!("  {component} {} {setting} {} {from}", self.palette.caution("keeps"), inline(value)));
        }
    }

    fn closed(&mut self, plan: &Plan) {
        for gate in &plan.closed {
            let place = gate.location.as_ref().map(|it| self.palette.dim(format!(" ({})", visible(&it.to_string()))));
            let (place, reason) = (place.unwrap_or_default(), visible(&gate.reason));
            self.line(format!("  {} {}, {reason}{place}", gate.component, self.palette.caution("off")));
        }
    }

    fn written(&mut self, group: &Group<'_>) {
        self.line("");
        let counts = self.palette.dim(groups::counts(group));
        self.line(format!("{}  {counts}", self.palette.bold(group.name)));
        group.changes.iter().for_each(|it| self.change(it));
    }

    fn deleted(&mut self, group: &Group<'_>) {
        self.line("");
        let counts = self.palette.dim(groups::counts(group));
        let why = groups::shared_reason(group);
        let words = why.as_ref().map(|it| self.palette.dim(format!(", because {}", visible(it)))).unwrap_or_default();
        self.line(format!("{}  {counts}{words}", self.palette.bold(group.name)));
        for change in &group.changes {
            self.head(change);
            if why.is_none() {
                self.reasons(change);
            }
        }
    }

    fn change(&mut self, change: &Change) {
        self.head(change);
        for field in &change.immutable {
            self.line(self.palette.caution(format!("      {} cannot be changed in place", visible(field))));
        }
        if change.action != Action::Create || self.options.full {
            let full = self.options.full;
            self.lines.extend(change.fields.iter().flat_map(|it| field::lines(change.action, it, full, self.palette)));
        }
        for conflict in &change.conflicts {
            let (owner, field) = (self.owner(&conflict.owner), visible(&conflict.field));
            let line = match conflict.resolution {
                Resolution::Taken => format!("      takes {field} from {owner}"),
                Resolution::Unresolved => {
                    format!("    {} {field} belongs to {owner}", self.palette.bad("!"))
                }
            };
            self.line(line);
        }
        self.reasons(change);
    }

    fn owner(&self, owner: &FieldOwner) -> String {
        let how = owner.how().map(|it| format!(" ({})", visible(&it))).unwrap_or_default();
        format!("{}{how}", self.palette.bold(visible(&owner.manager)))
    }

    fn head(&mut self, change: &Change) {
        let symbol = self.palette.action(change.action, change.action.symbol());
        let risk = match change.risk {
            Risk::Safe => String::new(),
            risk => format!("  {}", self.palette.risk(risk, format!("{risk}: {}", sentences::risk(risk)))),
        };
        let doubt = match change.action {
            Action::Create if !self.options.full => None,
            _ => sentences::doubt(change),
        };
        let doubt = doubt.map(|it| self.palette.dim(format!("  {it}"))).unwrap_or_default();
        self.line(format!("  {symbol} {}{risk}{doubt}", self.names.show(&change.object)));
    }

    fn reasons(&mut self, change: &Change) {
        // The heading says of a new object that its component is on; only what the user or the cluster decided is added.
        let brief = !self.options.full && change.action == Action::Create;
        let told = change.reasons.iter().filter(|it| !brief || reason::is_telling(it));
        let words: Vec<String> = told.map(reason::in_words).collect();
        words.into_iter().for_each(|it| self.line(self.palette.dim(format!("      because {}", visible(&it)))));
    }

    fn unready(&mut self, plan: &Plan) {
        if plan.unready.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold("Not ready yet"));
        for unready in &plan.unready {
            let object = self.names.show(&unready.object);
            let readiness = visible(&unready.readiness.to_string());
            self.line(format!("  {} {object}: {readiness}", self.palette.caution('…')));
        }
    }

    fn missing(&mut self, plan: &Plan) {
        if plan.missing.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold("Not there, so nothing is written into it"));
        for missing in &plan.missing {
            let component =
                missing.component.as_ref().map(|it| self.palette.dim(format!("  {it}"))).unwrap_or_default();
            self.line(format!("    {}{component}", self.names.show(&missing.object)));
        }
    }

    fn kept_fields(&mut self, plan: &Plan) {
        if plan.kept_fields.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold("Kept as others have it"));
        for kept in &plan.kept_fields {
            let KeptField { object, field, wanted, live, owners } = kept;
            let owners: Vec<String> = owners.iter().map(|it| self.owner(it)).collect();
            let (object, owners) = (self.names.show(object), owners.join(" and "));
            let wanted = inline_or_absent(wanted.as_ref());
            let live = self.palette.caution(inline_or_absent(live.as_ref()));
            let field = visible(field);
            self.line(format!("    {field} of {object}, wanted {wanted}, is {live}, belongs to {owners}"));
        }
    }

    fn forgotten_keeps(&mut self, plan: &Plan) {
        if plan.forgotten_keeps.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold("No longer kept"));
        for ForgottenKeep { object, field, because } in &plan.forgotten_keeps {
            let (field, because) = (visible(field), reason::why_forgotten(*because));
            self.line(format!("    {field} of {}: {because}", self.names.show(object)));
        }
    }

    fn faults(&mut self, plan: &Plan) {
        if plan.faults.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold("Refused"));
        for fault in &plan.faults {
            let object: &ObjectRef = &fault.object;
            let shown = self.names.show(object);
            let message = visible(&fault.refusal.message);
            self.line(format!("  {} {shown}: {message}", self.palette.bad('✗')));
        }
    }

    fn unverified(&mut self, plan: &Plan) {
        if let Some(sentence) = sentences::unverified(plan) {
            self.line("");
            self.line(self.palette.dim(sentence));
        }
    }

    fn summary(&mut self, plan: &Plan) {
        self.line("");
        if plan.is_empty() {
            let unready = plan.unready.len();
            let rest = if unready == 0 { String::new() } else { format!(" Not ready yet: {unready}.") };
            self.line(format!("{}{rest}", self.palette.good("Nothing to change.")));
            return;
        }
        let it = plan.summary();
        let count = |action: Action, count: usize, word: &str| {
            let text = format!("{count} to {word}");
            if count == 0 { text } else { self.palette.action(action, text) }
        };
        let counts = [
            count(Action::Create, it.create, "create"),
            count(Action::Update, it.update, "change"),
            count(Action::Replace, it.replace, "replace"),
            count(Action::Delete, it.delete, "delete"),
        ];
        self.line(format!("{} {}.", self.palette.bold("Plan:"), counts.join(", ")));
        if !plan.faults.is_empty() {
            let refused = plan.faults.len();
            self.line(self.palette.bad(format!("{refused} refused: this plan cannot be applied.")));
        }
    }
}
