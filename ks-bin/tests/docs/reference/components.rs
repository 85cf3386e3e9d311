//! The components: when they are on, what they need, what they make, and their settings.

use ks_plan::explain::{SettingStory, Shaped};

use super::known::{Known, source};
use super::{MADE, code, head, row};

/// How many fields of one object are named.
const FIELDS: usize = 3;

/// The page.
pub fn page(all: &[Known<'_>]) -> String {
    let mut page = format!(
        "{MADE}\n\n# Components\n\nEvery component of the catalogue: when it is on, what it waits for, which objects it makes, and which \
         settings shape them. After this page you know which field to set, and what it will change; `ks explain --component NAME` tells the \
         same of your configuration.\n\n{}",
        head(&["component", "on when", "objects", "for"])
    );
    for Known { component, story, .. } in all {
        let link = format!("[{0}](#{0})", component.name);
        page.push_str(&row(&[link, gates(story), story.objects.len().to_string(), component.description.clone()]));
    }
    page.push_str("\nA component is off, too, when one that it requires is off.\n");
    all.iter().for_each(|it| page.push_str(&section(it)));
    page
}

fn gates(story: &ks_plan::explain::ComponentStory) -> String {
    let mut own: Vec<String> = Vec::new();
    for gate in story.conditions.iter().map(|it| code(&it.expression)) {
        if !own.contains(&gate) {
            own.push(gate);
        }
    }
    if own.is_empty() { "always".to_owned() } else { own.join(" and ") }
}

fn section(known: &Known<'_>) -> String {
    let Known { component, story, names } = known;
    let mut text = format!("\n## {}\n\n{}\n\n", component.name, component.description);
    let list = |names: &std::collections::BTreeSet<ks_model::ComponentName>| {
        names.iter().map(|it| format!("[{it}](#{it})")).collect::<Vec<_>>().join(", ")
    };
    text.push_str(&format!("- On when: {}\n", gates(story)));
    if !component.requires.is_empty() {
        text.push_str(&format!("- Requires, ready: {}\n", list(&component.requires)));
    }
    if !component.after.is_empty() {
        text.push_str(&format!("- After, where they are on: {}\n", list(&component.after)));
    }
    let mut kinds: Vec<(&str, Vec<String>)> = Vec::new();
    for member in &story.objects {
        let kind = member.object.kind.kind.as_str();
        let place = match &member.object.namespace {
            Some(namespace) => format!("{namespace}/{}", member.object.name),
            None => member.object.name.clone(),
        };
        match kinds.iter_mut().find(|(it, _)| *it == kind) {
            Some((_, places)) => places.push(place),
            None => kinds.push((kind, vec![place])),
        }
    }
    if !kinds.is_empty() {
        text.push_str("- Objects:\n");
    }
    for (kind, places) in kinds {
        text.push_str(&format!("  - {kind}: {}\n", places.join(", ")));
    }
    if !story.settings.is_empty() {
        text.push_str(&format!("\n{}", head(&["setting", "from, the first that is there", "shapes"])));
    }
    for setting in &story.settings {
        let shapes: Vec<String> = setting.shapes.iter().map(|it| shaped(&names.show(&it.object), it)).collect();
        text.push_str(&row(&[code(&setting.name), sources(setting), shapes.join("; ")]));
    }
    text
}

fn sources(setting: &SettingStory) -> String {
    setting.sources.iter().map(source).collect::<Vec<_>>().join(", ")
}

fn shaped(name: &str, shaped: &Shaped) -> String {
    let word = |field: &String| if field.is_empty() { "whether it is there".to_owned() } else { code(field) };
    let mut fields: Vec<String> = shaped.fields.iter().take(FIELDS).map(word).collect();
    if shaped.fields.len() > FIELDS {
        fields.push(format!("{} more", shaped.fields.len() - FIELDS));
    }
    format!("{name} {}", fields.join(", "))
}
