//! The plan as Markdown, for the comments of a pull request: everything folded, within the size that forges take.

mod escape;
mod limit;
mod object;
mod page;

use self::escape::code;
use self::object::Object;
use self::page::{Group, Page, Section};
use super::groups;
use super::names::ShortNames;
use super::reason::why_forgotten;
use super::sentences;
use super::value::{inline, inline_or_absent};
use crate::change::{Change, Risk};
use crate::conflict::Conflict;
use crate::kept::Kept;
use crate::plan::{Plan, Summary};

/// The size that a page has at most unless another one is asked for: forges take comments of up to 65,536 bytes.
pub const MAX_SIZE: usize = 60_000;

/// Says how a plan is written as Markdown.
#[derive(Clone, Copy, Debug)]
pub struct MarkdownOptions<'a> {
    /// The cluster as people know it, such as its address.
    pub cluster: Option<&'a str>,
    /// How many bytes the page has at most.
    pub max_size: usize,
}

impl Default for MarkdownOptions<'_> {
    fn default() -> Self {
        Self { cluster: None, max_size: MAX_SIZE }
    }
}

/// Writes a plan as Markdown: the counts and the risk, a table of the components, what needs a decision, and each object folded
/// with its fields and reasons.
///
/// The page is never longer than `max_size` bytes. What does not fit goes in a fixed order, and the page says what: first the
/// fields of new objects, then those of changed ones, then the objects themselves.
pub fn markdown(plan: &Plan, options: &MarkdownOptions<'_>) -> String {
    limit::fit(&page(plan, options), options.max_size)
}

fn page(plan: &Plan, options: &MarkdownOptions<'_>) -> Page {
    let names = super::names_of(plan);
    Page {
        heading: heading(plan),
        risk: risk(plan),
        facts: facts(plan, options),
        table: table(plan),
        sections: sections(plan, &names),
        groups: grouped(plan, &names),
        doubt: sentences::unverified(plan),
    }
}

fn heading(plan: &Plan) -> String {
    if plan.is_empty() {
        "Plan: nothing to change".to_owned()
    } else {
        format!("Plan: {}", sentences::counts(plan.summary()))
    }
}

fn risk(plan: &Plan) -> String {
    if !plan.faults.is_empty() {
        return format!("**{} refused: this plan cannot be applied.**", plan.faults.len());
    }
    match plan.risk() {
        Risk::Safe => format!("Risk: safe, {}.", sentences::risk(Risk::Safe)),
        Risk::Disruptive => format!("**Risk: disruptive**, {}.", sentences::risk(Risk::Disruptive)),
        Risk::DataLoss => "**Risk: data-loss**, data goes away.".to_owned(),
    }
}

fn facts(plan: &Plan, options: &MarkdownOptions<'_>) -> String {
    let facts = &plan.facts;
    let nodes = if facts.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", facts.nodes) };
    let uid = facts.cluster_uid.as_ref().map(|it| format!(", cluster {}", code(it))).unwrap_or_default();
    let place = options.cluster.map_or_else(|| "The cluster".to_owned(), code);
    format!("{place}: {}, {nodes}{uid}.", code(&facts.version.to_string()))
}

fn table(plan: &Plan) -> String {
    let rows = groups::by_component(plan);
    let shown = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let row = |(name, summary, risk): (&str, Summary, Risk)| {
        let Summary { create, update, replace, delete, .. } = summary;
        let [create, update, replace, delete] = [create, update, replace, delete].map(shown);
        format!("| {name} | {create} | {update} | {replace} | {delete} | {risk} |\n")
    };
    let rows: String = rows.into_iter().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("| component | create | change | replace | delete | risk |\n|---|--:|--:|--:|--:|---|\n{rows}")
}

/// The lists, what refuses the plan first.
fn sections(plan: &Plan, names: &ShortNames) -> Vec<Section> {
    let lost = |it: &Change| code(&names.show(&it.object));
    let conflicts = |change: &Change| {
        let name = code(&names.show(&change.object));
        let line = |it: &Conflict| format!("{name}: {} belongs to {}", code(&it.field), code(&it.owner.to_string()));
        change.unresolved().map(line).collect::<Vec<_>>()
    };
    let kept = |it: &Kept| {
        let object = code(&names.show(&it.field.object));
        format!(
            "{} keeps {} {} as in {object}",
            code(it.component.as_str()),
            code(&it.setting),
            code(&inline(&it.value))
        )
    };
    let closed = plan.closed.iter().map(|it| {
        let place = it.location.as_ref().map(|it| format!(" ({})", code(&it.to_string()))).unwrap_or_default();
        format!("{}: {}{place}", code(it.component.as_str()), code(&it.reason))
    });
    let missing = plan.missing.iter().map(|it| {
        let component =
            it.component.as_ref().map(|it| format!(", wanted by {}", code(it.as_str()))).unwrap_or_default();
        format!("{}{component}", code(&names.show(&it.object)))
    });
    let faults =
        plan.faults.iter().map(|it| format!("{}: {}", code(&names.show(&it.object)), code(&it.refusal.message)));
    let unready =
        plan.unready.iter().map(|it| format!("{}: {}", code(&names.show(&it.object)), code(&it.readiness.to_string())));
    let others = plan.conflicting().flat_map(conflicts);
    let left = plan.kept_fields.iter().map(|it| {
        let owners: Vec<String> = it.owners.iter().map(|it| code(&it.to_string())).collect();
        let values = [&it.wanted, &it.live].map(|it| code(&inline_or_absent(it.as_ref())));
        let (name, [wanted, live]) = (code(&names.show(&it.object)), values);
        format!("{name}: {}, wanted {wanted}, is {live}, belongs to {}", code(&it.field), owners.join(" and "))
    });
    let forgotten = plan
        .forgotten_keeps
        .iter()
        .map(|it| format!("{}: {}, {}", code(&names.show(&it.object)), code(&it.field), why_forgotten(it.because)));
    vec![
        Section { title: "Refused", lines: faults.collect() },
        Section { title: "Data goes away", lines: plan.data_losses().map(lost).collect() },
        Section { title: "Fields of other managers", lines: others.collect() },
        Section { title: "Kept as others have it", lines: left.collect() },
        Section { title: "No longer kept", lines: forgotten.collect() },
        Section { title: "Not there, so nothing is written into it", lines: missing.collect() },
        Section { title: "Off", lines: closed.collect() },
        Section { title: "Kept as they are in the cluster", lines: plan.kept.iter().map(kept).collect() },
        Section { title: "Not ready yet", lines: unready.collect() },
    ]
}

fn grouped(plan: &Plan, names: &ShortNames) -> Vec<Group> {
    let written = groups::written(plan).into_iter().map(|it| Group {
        title: format!("{}: {}", it.name, groups::counts(&it)),
        objects: it.changes.iter().map(|change| Object::of(change, names)).collect(),
    });
    let deleted = groups::deleted(plan).into_iter().map(|it| {
        let why = groups::shared_reason(&it);
        let object = if why.is_some() { Object::named } else { Object::of };
        let why = why.map(|it| format!(", because {}", code(&it))).unwrap_or_default();
        Group {
            title: format!("{}: {}{why}", it.name, groups::counts(&it)),
            objects: it.changes.iter().map(|change| object(change, names)).collect(),
        }
    });
    written.chain(deleted).collect()
}

#[cfg(test)]
mod tests;
