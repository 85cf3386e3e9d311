//! The plan as Markdown, for the comments of a pull request: everything folded, within the size that forges take.

mod escape;
mod limit;
mod object;
mod page;

use ks_model::language::Phrasebook;
use ks_model::{Language, say};

use self::escape::code;
use self::object::Object;
use self::page::{Group, Page, Section};
use super::groups;
use super::names::ShortNames;
use super::reason::{gate, why_forgotten};
use super::sentences;
use super::value::inline;
use crate::change::{Change, Risk};
use crate::chinese::phrasebook;
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
    /// In which language.
    pub language: Language,
}

impl Default for MarkdownOptions<'_> {
    fn default() -> Self {
        Self { cluster: None, max_size: MAX_SIZE, language: Language::English }
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
    let (names, book) = (super::names_of(plan), phrasebook(options.language));
    Page {
        heading: heading(book, plan),
        risk: risk(book, plan),
        facts: facts(book, plan, options),
        table: table(book, plan),
        sections: sections(book, plan, &names),
        groups: grouped(book, plan, &names),
        doubt: sentences::unverified(book, plan),
        book,
    }
}

fn heading(book: Phrasebook, plan: &Plan) -> String {
    if plan.is_empty() {
        say!(book, "Plan: nothing to change")
    } else {
        say!(book, "Plan: {counts}", counts = sentences::counts(book, plan.summary()))
    }
}

fn risk(book: Phrasebook, plan: &Plan) -> String {
    if !plan.faults.is_empty() {
        let refused = plan.faults.len();
        return format!("**{}**", say!(book, "{refused} refused: this plan cannot be applied.", refused));
    }
    match plan.risk() {
        it @ Risk::Safe => say!(book, "Risk: safe, {meaning}.", meaning = sentences::risk(book, it)),
        it @ Risk::Disruptive => say!(book, "**Risk: disruptive**, {meaning}.", meaning = sentences::risk(book, it)),
        Risk::DataLoss => say!(book, "**Risk: data-loss**, data goes away."),
    }
}

fn facts(book: Phrasebook, plan: &Plan, options: &MarkdownOptions<'_>) -> String {
    let facts = &plan.facts;
    let nodes = sentences::nodes(book, facts.nodes);
    let uid = facts.cluster_uid.as_ref().map(|it| say!(book, ", cluster {uid}", uid = code(it))).unwrap_or_default();
    let place = options.cluster.map_or_else(|| say!(book, "The cluster"), code);
    let version = code(&facts.version.to_string());
    say!(book, "{place}: {version}, {nodes}{uid}.", place, version, nodes, uid)
}

fn table(book: Phrasebook, plan: &Plan) -> String {
    let rows = groups::by_component(plan);
    let shown = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let row = |(name, summary, risk): (&str, Summary, Risk)| {
        let Summary { create, update, replace, delete, .. } = summary;
        let [create, update, replace, delete] = [create, update, replace, delete].map(shown);
        let (name, risk) = (groups::title(book, name), risk.to_string());
        format!("| {name} | {create} | {update} | {replace} | {delete} | {} |\n", book.read(&risk))
    };
    let rows: String = rows.into_iter().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    let head = say!(book, "| component | create | change | replace | delete | risk |");
    format!("{head}\n|---|--:|--:|--:|--:|---|\n{rows}")
}

/// The lists, what refuses the plan first.
fn sections(book: Phrasebook, plan: &Plan, names: &ShortNames) -> Vec<Section> {
    let lost = |it: &Change| code(&names.show(&it.object));
    let conflicts = |change: &Change| {
        let name = code(&names.show(&change.object));
        let line = |it: &Conflict| {
            let (field, owner) = (code(&it.field), code(&it.owner.to_string()));
            format!("{name}: {}", say!(book, "{field} belongs to {owner}", field, owner))
        };
        change.unresolved().map(line).collect::<Vec<_>>()
    };
    let kept = |it: &Kept| {
        let (component, object) = (code(it.component.as_str()), code(&names.show(&it.field.object)));
        let (setting, value) = (code(&it.setting), code(&inline(&it.value)));
        say!(book, "{component} keeps {setting} {value} as in {object}", component, setting, value, object)
    };
    let closed = plan.closed.iter().map(|it| {
        let place = it.location.as_ref().map(|it| format!(" ({})", code(&it.to_string()))).unwrap_or_default();
        format!("{}: {}{place}", code(it.component.as_str()), code(&gate(book, &it.reason)))
    });
    let missing = plan.missing.iter().map(|it| {
        let component =
            it.component.as_ref().map(|it| say!(book, ", wanted by {component}", component = code(it.as_str())));
        format!("{}{}", code(&names.show(&it.object)), component.unwrap_or_default())
    });
    let faults = plan
        .faults
        .iter()
        .map(|it| format!("{}: {}", code(&names.show(&it.object)), code(&book.read(&it.refusal.message))));
    let unready = plan.unready.iter().map(|it| {
        let readiness = it.readiness.to_string();
        format!("{}: {}", code(&names.show(&it.object)), code(&book.read(&readiness)))
    });
    let others = plan.conflicting().flat_map(conflicts);
    let left = plan.kept_fields.iter().map(|it| {
        let owners: Vec<String> = it.owners.iter().map(|it| code(&it.to_string())).collect();
        let values = [&it.wanted, &it.live].map(|it| code(&sentences::value(book, it.as_ref())));
        let (object, field, [wanted, live]) = (code(&names.show(&it.object)), code(&it.field), values);
        let owners = sentences::all_of(book, &owners);
        say!(
            book,
            "{object}: {field}, wanted {wanted}, is {live}, belongs to {owners}",
            object,
            field,
            wanted,
            live,
            owners
        )
    });
    let forgotten = plan.forgotten_keeps.iter().map(|it| {
        format!("{}: {}, {}", code(&names.show(&it.object)), code(&it.field), why_forgotten(book, it.because))
    });
    vec![
        Section { title: say!(book, "Refused"), lines: faults.collect() },
        Section { title: say!(book, "Data goes away"), lines: plan.data_losses().map(lost).collect() },
        Section { title: say!(book, "Fields of other managers"), lines: others.collect() },
        Section { title: say!(book, "Kept as others have it"), lines: left.collect() },
        Section { title: say!(book, "No longer kept"), lines: forgotten.collect() },
        Section { title: say!(book, "Not there, so nothing is written into it"), lines: missing.collect() },
        Section { title: say!(book, "Off"), lines: closed.collect() },
        Section { title: say!(book, "Kept as they are in the cluster"), lines: plan.kept.iter().map(kept).collect() },
        Section { title: say!(book, "Not ready yet"), lines: unready.collect() },
    ]
}

fn grouped(book: Phrasebook, plan: &Plan, names: &ShortNames) -> Vec<Group> {
    let written = groups::written(plan).into_iter().map(|it| Group {
        title: format!("{}: {}", it.title(book), groups::counts(book, &it)),
        objects: it.changes.iter().map(|change| Object::of(change, names, book)).collect(),
    });
    let deleted = groups::deleted(plan).into_iter().map(|it| {
        let why = groups::shared_reason(book, &it);
        let object = if why.is_some() { Object::named } else { Object::of };
        let why = why.map(|it| say!(book, ", because {why}", why = code(&it))).unwrap_or_default();
        Group {
            title: format!("{}: {}{why}", it.title(book), groups::counts(book, &it)),
            objects: it.changes.iter().map(|change| object(change, names, book)).collect(),
        }
    });
    written.chain(deleted).collect()
}

#[cfg(test)]
mod tests;
