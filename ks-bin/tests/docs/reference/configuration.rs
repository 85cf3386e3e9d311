//! The fields of a ClusterConfiguration that are read.

use std::collections::BTreeMap;

use ks_model::config::{paths, spellings};
use ks_plan::explain::{SettingSource, SettingStory};

use super::known::{Known, source};
use super::{MADE, code, head, row};

/// What reads a field: the component, and what gives the value where the configuration is silent.
type Readers = Vec<(String, String)>;

/// The page.
pub fn page(all: &[Known<'_>]) -> String {
    let mut page = format!(
        "{MADE}\n\n# The ClusterConfiguration\n\nEvery field that `ks` knows, below `spec`. After this page you can write a configuration; \
         `ks validate` points at what is wrong in it. The fields of other modules of KubeSphere are carried through unread. An older spelling \
         means the same as the field, and is weaker where both are there. Null counts as not set. A field that no component reads is \
         only checked.\n",
    );
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths() {
        let section = path.split_once('.').map_or("", |(section, _)| section);
        sections.entry(section).or_default().push(path);
    }
    for (section, paths) in sections {
        let title = if section.is_empty() { "The top of the spec" } else { section };
        let fields = head(&["field", "older spellings", "when it is not set", "read by"]);
        page.push_str(&format!("\n## {title}\n\n{fields}"));
        for path in paths {
            let older: Vec<String> = spellings(path).iter().skip(1).map(code).collect();
            let readers = readers(path, all);
            page.push_str(&row(&[code(path), older.join(", "), silence(&readers), names(&readers)]));
        }
    }
    page
}

fn readers(path: &str, all: &[Known<'_>]) -> Readers {
    let mut found = Vec::new();
    for Known { component, story, .. } in all {
        let link = format!("[{0}](components.md#{0})", component.name);
        if component.when.iter().any(|it| mentions(it, path)) {
            found.push((format!("{link} (gate)"), String::new()));
        }
        let reading = story.settings.iter().filter(|setting| reads(setting, path));
        found.extend(reading.map(|setting| (link.clone(), otherwise(setting, path))));
    }
    found.dedup();
    found
}

fn reads(setting: &SettingStory, path: &str) -> bool {
    setting.sources.iter().any(|it| match it {
        SettingSource::Configuration { field } => field == path,
        SettingSource::Expression { expression } => mentions(expression, path),
        SettingSource::Published { moved_by, .. } => moved_by.iter().any(|it| it == path),
        _ => false,
    })
}

/// Whether an expression names a field, and not one that begins with its name.
fn mentions(expression: &str, path: &str) -> bool {
    let name = format!("spec.{path}");
    expression.match_indices(&name).any(|(at, _)| {
        !expression[at + name.len()..].starts_with(|it: char| it.is_alphanumeric() || matches!(it, '.' | '_'))
    })
}

/// What gives a setting where no field of the configuration does. An expression of the field itself tells nothing of that.
fn otherwise(setting: &SettingStory, path: &str) -> String {
    let others = setting.sources.iter().filter(|it| match it {
        SettingSource::Configuration { .. } => false,
        SettingSource::Expression { expression } => !mentions(expression, path),
        _ => true,
    });
    others.map(source).collect::<Vec<_>>().join(", else ")
}

/// What holds where the field is not set, when it is the same for all that read it.
fn silence(readers: &Readers) -> String {
    let mut all: Vec<&String> = readers.iter().map(|(_, otherwise)| otherwise).filter(|it| !it.is_empty()).collect();
    all.sort();
    all.dedup();
    match all.as_slice() {
        [] => String::new(),
        [one] => (*one).clone(),
        _ => "by component".to_owned(),
    }
}

fn names(readers: &Readers) -> String {
    let mut all: Vec<&str> = readers.iter().map(|(name, _)| name.as_str()).collect();
    all.dedup();
    all.join(", ")
}
