//! The plan as text for people.

use ks_model::language::Phrasebook;
use ks_model::{Language, ObjectRef, say};

use super::field;
use super::groups::{self, Group};
use super::names::ShortNames;
use super::names_of;
use super::palette::Palette;
use super::reason;
use super::sentences;
use super::value::{inline, visible};
use crate::change::{Action, Change, Risk};
use crate::chinese::phrasebook;
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
    /// In which language.
    pub language: Language,
}

/// Writes a plan for people: what was known, what is off, what changes and why, and a line that sums it up.
pub fn text(plan: &Plan, options: &TextOptions<'_>) -> String {
    let (palette, book) = (options.palette, phrasebook(options.language));
    let mut page = Page { options, palette, book, names: names_of(plan), lines: Vec::new() };
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
    book: Phrasebook,
    names: ShortNames,
    lines: Vec<String>,
}

impl Page<'_> {
    fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn facts(&mut self, plan: &Plan) {
        let facts = &plan.facts;
        let nodes = sentences::nodes(self.book, facts.nodes);
        let uid = facts.cluster_uid.as_ref().map(|it| say!(self.book, ", cluster {uid}", uid = visible(it)));
        let place = self.options.cluster.map_or_else(|| say!(self.book, "The cluster"), visible);
        let known = say!(self.book, "{version}, {nodes}", version = facts.version, nodes);
        let known = self.palette.dim(format!("{known}{}", uid.unwrap_or_default()));
        self.line(format!("{}  {known}", self.palette.bold(place)));
        for kept in &plan.kept {
            let Kept { component, setting, value, field } = kept;
            let object = self.names.show(&field.object);
            let (setting, from) = (visible(setting), self.palette.dim(say!(self.book, "as in {object}", object)));
            let keeps = self.palette.caution(say!(self.book, "keeps"));
            self.line(format!("  {component} {keeps} {setting} {} {from}", inline(value)));
        }
    }

    fn closed(&mut self, plan: &Plan) {
        for gate in &plan.closed {
            let place = gate.location.as_ref().map(|it| self.palette.dim(format!(" ({})", visible(&it.to_string()))));
            let (place, reason) = (place.unwrap_or_default(), visible(&reason::gate(self.book, &gate.reason)));
            let (component, off) = (&gate.component, self.palette.caution(say!(self.book, "off")));
            let line = say!(self.book, "{component} {off}, {reason}{place}", component, off, reason, place);
            self.line(format!("  {line}"));
        }
    }

    fn written(&mut self, group: &Group<'_>) {
        self.line("");
        let counts = self.palette.dim(groups::counts(self.book, group));
        self.line(format!("{}  {counts}", self.palette.bold(group.title(self.book))));
        group.changes.iter().for_each(|it| self.change(it));
    }

    fn deleted(&mut self, group: &Group<'_>) {
        self.line("");
        let counts = self.palette.dim(groups::counts(self.book, group));
        let why = groups::shared_reason(self.book, group).map(|it| visible(&it));
        let words = why.as_ref().map(|why| self.palette.dim(say!(self.book, ", because {why}", why)));
        let (name, words) = (group.title(self.book), words.unwrap_or_default());
        self.line(format!("{}  {counts}{words}", self.palette.bold(name)));
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
            let field = visible(field);
            let words = say!(self.book, "{field} cannot be changed in place", field);
            self.line(self.palette.caution(format!("      {words}")));
        }
        if change.action != Action::Create || self.options.full {
            let style = field::Style { full: self.options.full, palette: self.palette, book: self.book };
            self.lines.extend(change.fields.iter().flat_map(|it| field::lines(change.action, it, style)));
        }
        for conflict in &change.conflicts {
            let (owner, field) = (self.owner(&conflict.owner), visible(&conflict.field));
            let line = match conflict.resolution {
                Resolution::Taken => format!("      {}", say!(self.book, "takes {field} from {owner}", field, owner)),
                Resolution::Unresolved => {
                    let words = say!(self.book, "{field} belongs to {owner}", field, owner);
                    format!("    {} {words}", self.palette.bad("!"))
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
            risk => format!("  {}", self.palette.risk(risk, sentences::named_risk(self.book, risk))),
        };
        let doubt = match change.action {
            Action::Create if !self.options.full => None,
            _ => sentences::doubt(self.book, change),
        };
        let doubt = doubt.map(|it| self.palette.dim(format!("  {it}"))).unwrap_or_default();
        self.line(format!("  {symbol} {}{risk}{doubt}", self.names.show(&change.object)));
    }

    fn reasons(&mut self, change: &Change) {
        // The heading says of a new object that its component is on; only what the user or the cluster decided is added.
        let brief = !self.options.full && change.action == Action::Create;
        let told = change.reasons.iter().filter(|it| !brief || reason::is_telling(it));
        let words: Vec<String> = told.map(|it| visible(&reason::in_words(self.book, it))).collect();
        for why in words {
            let line = self.palette.dim(format!("      {}", say!(self.book, "because {why}", why)));
            self.line(line);
        }
    }

    fn unready(&mut self, plan: &Plan) {
        if plan.unready.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold(say!(self.book, "Not ready yet")));
        for unready in &plan.unready {
            let object = self.names.show(&unready.object);
            let why = visible(&self.book.read(&unready.readiness.to_string()));
            let words = say!(self.book, "{object}: {why}", object, why);
            self.line(format!("  {} {words}", self.palette.caution('…')));
        }
    }

    fn missing(&mut self, plan: &Plan) {
        if plan.missing.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold(say!(self.book, "Not there, so nothing is written into it")));
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
        self.line(self.palette.bold(say!(self.book, "Kept as others have it")));
        for kept in &plan.kept_fields {
            let KeptField { object, field, wanted, live, owners } = kept;
            let owners: Vec<String> = owners.iter().map(|it| self.owner(it)).collect();
            let (object, owners) = (self.names.show(object), sentences::all_of(self.book, &owners));
            let wanted = sentences::value(self.book, wanted.as_ref());
            let live = self.palette.caution(sentences::value(self.book, live.as_ref()));
            let field = visible(field);
            let line = say!(
                self.book,
                "{field} of {object}, wanted {wanted}, is {live}, belongs to {owners}",
                field,
                object,
                wanted,
                live,
                owners
            );
            self.line(format!("    {line}"));
        }
    }

    fn forgotten_keeps(&mut self, plan: &Plan) {
        if plan.forgotten_keeps.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold(say!(self.book, "No longer kept")));
        for ForgottenKeep { object, field, because } in &plan.forgotten_keeps {
            let (field, object) = (visible(field), self.names.show(object));
            let why = reason::why_forgotten(self.book, *because);
            self.line(format!("    {}", say!(self.book, "{field} of {object}: {why}", field, object, why)));
        }
    }

    fn faults(&mut self, plan: &Plan) {
        if plan.faults.is_empty() {
            return;
        }
        self.line("");
        self.line(self.palette.bold(say!(self.book, "Refused")));
        for fault in &plan.faults {
            let object: &ObjectRef = &fault.object;
            let shown = self.names.show(object);
            let why = visible(&self.book.read(&fault.refusal.message));
            let words = say!(self.book, "{object}: {why}", object = shown, why);
            self.line(format!("  {} {words}", self.palette.bad('✗')));
        }
    }

    fn unverified(&mut self, plan: &Plan) {
        if let Some(sentence) = sentences::unverified(self.book, plan) {
            self.line("");
            self.line(self.palette.dim(sentence));
        }
    }

    fn summary(&mut self, plan: &Plan) {
        self.line("");
        if plan.is_empty() {
            let unready = plan.unready.len();
            let rest =
                if unready == 0 { String::new() } else { say!(self.book, " Not ready yet: {unready}.", unready) };
            self.line(format!("{}{rest}", self.palette.good(say!(self.book, "Nothing to change."))));
            return;
        }
        let it = plan.summary();
        let count = |action: Action, count: usize| {
            let text = sentences::count(self.book, action, count);
            if count == 0 { text } else { self.palette.action(action, text) }
        };
        let counts = [
            count(Action::Create, it.create),
            count(Action::Update, it.update),
            count(Action::Replace, it.replace),
            count(Action::Delete, it.delete),
        ];
        let (plan_is, counts) = (self.palette.bold(say!(self.book, "Plan:")), sentences::listed(self.book, &counts));
        self.line(say!(self.book, "{plan_is} {counts}.", plan_is, counts));
        if !plan.faults.is_empty() {
            let refused = plan.faults.len();
            self.line(self.palette.bad(say!(self.book, "{refused} refused: this plan cannot be applied.", refused)));
        }
    }
}
