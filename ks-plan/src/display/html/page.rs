//! The parts of the page.

use ks_model::language::Phrasebook;

use super::anchors::Anchors;
use super::graph::Graph;
use super::markup::Markup;
use super::object::{object, word};
use super::waits::Waits;
use crate::change::{Action, Risk};
use crate::display::groups::{self, Group};
use crate::display::reason::why_forgotten;
use crate::display::sentences;
use crate::display::value::{inline, inline_or_absent};
use crate::plan::Plan;

/// Holds what the page is made of.
pub struct Page<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The cluster as people know it.
    pub cluster: Option<&'a str>,
    /// Where each object stands.
    pub anchors: &'a Anchors<'a>,
    /// The picture of the order.
    pub graph: &'a Graph<'a>,
    /// What each object waits for.
    pub waits: &'a Waits<'a>,
}

impl Page<'_> {
    /// Writes everything between the ends of the body.
    pub fn write(&self, page: &mut Markup) {
        page.element("header", &[], |page| self.header(page));
        if !self.plan.is_empty() {
            self.tools(page);
        }
        page.raw("<main>\n");
        self.decisions(page);
        self.keeps(page);
        if !self.graph.is_empty() {
            page.element("details", &[("class", "panel"), ("id", "order"), ("open", "")], |page| {
                page.raw("<summary><h2>Order</h2><span class=\"hint\">Each component waits for those left of it. ");
                page.raw("Choose an object to see its fields.</span></summary>\n");
                self.graph.draw(page);
            });
            page.raw("\n");
        }
        self.changes(page);
        self.facts(page);
        page.raw("</main>\n");
    }

    fn header(&self, page: &mut Markup) {
        let (plan, facts) = (self.plan, &self.plan.facts);
        page.raw("<h1>Plan</h1>\n");
        page.element("p", &[("class", "where")], |page| {
            page.leaf("strong", &[], self.cluster.unwrap_or("The cluster"));
            let nodes = if facts.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", facts.nodes) };
            page.text(&format!(" {}, {nodes}", facts.version));
            if let Some(uid) = &facts.cluster_uid {
                page.text(&format!(", cluster {uid}"));
            }
        });
        if plan.is_empty() {
            let unready = plan.unready.len();
            let rest = if unready == 0 { String::new() } else { format!(" Not ready yet: {unready}.") };
            return page.leaf("p", &[("class", "verdict good")], &format!("Nothing to change.{rest}"));
        }
        let it = plan.summary();
        let counts = [
            (Action::Create, it.create, "to create"),
            (Action::Update, it.update, "to change"),
            (Action::Replace, it.replace, "to replace"),
            (Action::Delete, it.delete, "to delete"),
        ];
        page.element("ul", &[("class", "counts")], |page| {
            for (action, count, words) in counts {
                let class = if count == 0 { "count none".to_owned() } else { format!("count {}", word(action)) };
                page.element("li", &[("class", &class)], |page| {
                    page.leaf("span", &[("class", "sign"), ("aria-hidden", "true")], &action.symbol().to_string());
                    page.leaf("b", &[], &count.to_string());
                    page.raw(" ");
                    page.text(words);
                });
            }
        });
        self.verdict(page);
    }

    fn verdict(&self, page: &mut Markup) {
        let refused = self.plan.faults.len();
        let (class, words) = match self.plan.risk() {
            _ if refused > 0 => ("verdict bad", format!("{refused} refused: this plan cannot be applied.")),
            Risk::DataLoss => ("verdict bad", "Risk: data-loss. Data goes away.".to_owned()),
            Risk::Disruptive => ("verdict caution", "Risk: disruptive. Pods restart or go away.".to_owned()),
            Risk::Safe => ("verdict good", "Risk: safe. Nothing restarts, nothing is lost.".to_owned()),
        };
        page.leaf("p", &[("class", class)], &words);
    }

    /// What only works with the script, which shows it.
    fn tools(&self, page: &mut Markup) {
        page.raw("\n<form id=\"tools\" role=\"search\" hidden>\n");
        page.raw("<input id=\"search\" type=\"search\" placeholder=\"Search objects, fields, reasons   /\" ");
        page.raw("aria-label=\"Search objects, fields and reasons\" autocomplete=\"off\" spellcheck=\"false\">\n");
        let changed = || self.plan.changes.iter().filter(|it| it.action != Action::NoOp);
        let actions = [Action::Create, Action::Update, Action::Replace, Action::Delete];
        let actions = actions.into_iter().filter(|action| changed().any(|it| it.action == *action)).map(word);
        select("action", "every action", actions, page);
        let risks = [Risk::Safe, Risk::Disruptive, Risk::DataLoss];
        let risks: Vec<String> =
            risks.iter().filter(|risk| changed().any(|it| it.risk == **risk)).map(ToString::to_string).collect();
        select("risk", "every risk", risks.iter().map(String::as_str), page);
        let components = groups::by_component(self.plan);
        select("component", "every component", components.iter().map(|it| it.0), page);
        page.raw("<button type=\"button\" id=\"expand\">Expand all</button>\n");
        page.raw("<output id=\"found\" aria-live=\"polite\"></output>\n</form>\n");
    }

    /// What somebody has to know, or to allow, before this plan is applied.
    fn decisions(&self, page: &mut Markup) {
        let plan = self.plan;
        list("Refused", "bad", plan.faults.iter(), page, |it, page| {
            page.leaf("strong", &[], &self.anchors.name(&it.object));
            page.raw(": ");
            page.text(&it.refusal.message);
        });
        list("Data goes away", "bad", plan.data_losses(), page, |it, page| self.link(&it.object, page));
        let conflicts = plan.conflicting().flat_map(|change| change.unresolved().map(move |it| (change, it)));
        list("Fields of other managers", "caution", conflicts, page, |(change, it), page| {
            self.link(&change.object, page);
            page.raw(": ");
            page.leaf("code", &[], &it.field);
            page.raw(" belongs to ");
            page.text(&it.owner.to_string());
        });
    }

    /// Fields that stay as other managers have them, and those that no longer do.
    fn keeps(&self, page: &mut Markup) {
        list("Kept as others have it", "", self.plan.kept_fields.iter(), page, |it, page| {
            self.link(&it.object, page);
            page.raw(": ");
            page.leaf("code", &[], &it.field);
            let [wanted, live] = [&it.wanted, &it.live].map(|it| inline_or_absent(it.as_ref()));
            let owners: Vec<String> = it.owners.iter().map(ToString::to_string).collect();
            page.text(&format!(", wanted {wanted}, is {live}, belongs to {}", owners.join(" and ")));
        });
        list("No longer kept", "", self.plan.forgotten_keeps.iter(), page, |it, page| {
            self.link(&it.object, page);
            page.raw(": ");
            page.leaf("code", &[], &it.field);
            page.raw(", ");
            page.text(&why_forgotten(Phrasebook::ENGLISH, it.because));
        });
    }

    fn link(&self, object: &ks_model::ObjectRef, page: &mut Markup) {
        let name = self.anchors.name(object);
        match self.anchors.place(object) {
            Some(place) => page.leaf("a", &[("href", &format!("#{place}"))], &name),
            None => page.leaf("strong", &[], &name),
        }
    }

    fn changes(&self, page: &mut Markup) {
        groups::written(self.plan).iter().for_each(|it| self.group(it, false, page));
        groups::deleted(self.plan).iter().for_each(|it| self.group(it, true, page));
        if !self.plan.is_empty() {
            page.raw("<p id=\"nothing\" hidden>Nothing matches.</p>\n");
        }
        if let Some(sentence) = sentences::unverified(Phrasebook::ENGLISH, self.plan) {
            page.leaf("p", &[("class", "doubt")], &sentence);
        }
    }

    fn group(&self, group: &Group<'_>, deletes: bool, page: &mut Markup) {
        page.element("section", &[("class", "group")], |page| {
            page.element("h2", &[], |page| {
                page.text(group.name);
                page.raw(" ");
                page.leaf("small", &[], &groups::counts(Phrasebook::ENGLISH, group));
                if let Some(why) = groups::shared_reason(Phrasebook::ENGLISH, group).filter(|_| deletes) {
                    page.raw(" ");
                    page.leaf("small", &[], &format!("because {why}"));
                }
            });
            self.graph.draw_group(group.name, deletes, page);
            page.raw("\n");
            group.changes.iter().for_each(|it| object(it, self.anchors, self.waits, page));
        });
        page.raw("\n");
    }

    fn facts(&self, page: &mut Markup) {
        let plan = self.plan;
        list("Off", "", plan.closed.iter(), page, |it, page| {
            page.leaf("strong", &[], it.component.as_str());
            page.raw(": ");
            page.text(&it.reason);
            if let Some(place) = &it.location {
                page.raw(" ");
                page.leaf("span", &[("class", "dim")], &place.to_string());
            }
        });
        list("Kept as they are in the cluster", "", plan.kept.iter(), page, |it, page| {
            page.leaf("strong", &[], it.component.as_str());
            page.text(&format!(" keeps {} {}", it.setting, inline(&it.value)));
            page.leaf("span", &[("class", "dim")], &format!(" as in {}", self.anchors.name(&it.field.object)));
        });
        list("Not there, so nothing is written into it", "", plan.missing.iter(), page, |it, page| {
            page.leaf("strong", &[], &self.anchors.name(&it.object));
            if let Some(component) = &it.component {
                page.text(&format!(", wanted by {component}"));
            }
        });
        list("Not ready yet", "", plan.unready.iter(), page, |it, page| {
            page.leaf("strong", &[], &self.anchors.name(&it.object));
            page.text(&format!(": {}", it.readiness));
        });
    }
}

fn select<'a>(id: &'static str, all: &'static str, values: impl Iterator<Item = &'a str>, page: &mut Markup) {
    page.element("select", &[("id", id), ("aria-label", id)], |page| {
        page.leaf("option", &[("value", "")], all);
        values.for_each(|it| page.leaf("option", &[("value", it)], it));
    });
    page.raw("\n");
}

fn list<T>(
    title: &'static str,
    class: &'static str,
    items: impl Iterator<Item = T>,
    page: &mut Markup,
    write: impl Fn(T, &mut Markup),
) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    page.element("section", &[("class", &format!("panel {class}"))], |page| {
        page.leaf("h2", &[], title);
        page.element("ul", &[], |page| items.for_each(|it| page.element("li", &[], |page| write(it, page))));
    });
    page.raw("\n");
}
