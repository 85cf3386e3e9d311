//! Explanations as text.

use ks_model::{ObjectRef, Origin};
use ks_plan::display::{Palette, ShortNames, inline, setting_in_words};
use ks_plan::explain::{
    ComponentStory, Condition, FieldStory, LeafStory, Need, ObjectStory, Remedy, SettingSource, SettingStory, Wait,
    Written,
};
use ks_plan::{Node, Until};

/// From this many characters on, a default is not written out.
const LONG: usize = 60;

/// A component: why it is on or off, what it needs, its settings, its objects.
pub fn component(story: &ComponentStory, names: &ShortNames) -> String {
    let mut page = Page::new();
    page.line(0, format!("{}  {}", page.palette.bold(&story.component), page.palette.dim(&story.description)));
    page.line(1, format!("file      {}", story.file));
    match &story.closed {
        None => page.line(1, format!("state     {}", page.palette.good("on"))),
        Some(gate) => {
            let place = gate.location.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
            page.line(1, format!("state     {}, {}{place}", page.palette.caution("off"), gate.reason));
            page.remedies(story);
        }
    }
    for fault in &story.faults {
        page.line(1, format!("as the other fields are, it would then fail: {fault}"));
    }
    page.list("requires", &story.requires);
    page.list("after", &story.after);
    page.conditions(&story.component.to_string(), &story.conditions);
    page.heading("Settings", story.settings.is_empty());
    for setting in &story.settings {
        page.line(1, words(setting));
        page.sources(setting);
        if story.closed.is_none() {
            for shaped in &setting.shapes {
                page.fields(&format!("{}: ", names.show(&shaped.object)), &shaped.fields);
            }
            page.idle(setting);
        }
    }
    page.heading(if story.closed.is_none() { "Objects" } else { "Objects, once it is on" }, story.objects.is_empty());
    for member in &story.objects {
        page.line(1, format!("{}  {}", names.show(&member.object), page.palette.dim(&member.file)));
    }
    page.text
}

/// An object: where it comes from, what it waits for, what shapes it.
pub fn object(story: &ObjectStory, names: &ShortNames) -> String {
    let mut page = Page::new();
    page.head(&story.object, story.component.as_str(), &story.file, names);
    page.conditions(story.component.as_str(), &story.conditions);
    page.waits("Waits for", &story.waits_for, names);
    page.waits("Waited for by", &story.awaited_by, names);
    page.heading("Settings", false);
    for setting in &story.settings {
        page.line(1, words(setting));
        setting.shapes.iter().for_each(|it| page.fields("", &it.fields));
        page.idle(setting);
    }
    if story.settings.is_empty() {
        page.line(1, "none: the file is the same for everyone");
    }
    page.text
}

/// A field and all below it: each value, and what gave it.
pub fn field(story: &FieldStory, names: &ShortNames) -> String {
    let mut page = Page::new();
    page.head(&story.object, story.component.as_str(), &story.file, names);
    for leaf in &story.leaves {
        page.leaf(leaf, story);
    }
    page.heading("Settings", story.settings.is_empty());
    for setting in &story.settings {
        page.line(1, words(setting));
        page.sources(setting);
    }
    page.text
}

/// Lines, one below the other.
struct Page {
    text: String,
    palette: Palette,
}

impl Page {
    fn new() -> Self {
        Self { text: String::new(), palette: Palette::coloured() }
    }

    fn line(&mut self, depth: usize, line: impl AsRef<str>) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn heading(&mut self, heading: &str, is_empty: bool) {
        if !is_empty {
            self.text.push('\n');
            self.line(0, self.palette.bold(heading));
        }
    }

    fn head(&mut self, object: &ObjectRef, component: &str, file: &str, names: &ShortNames) {
        self.line(0, self.palette.bold(names.show(object)));
        self.line(1, format!("component {component}"));
        self.line(1, format!("file      {file}"));
    }

    fn list(&mut self, word: &str, needs: &[Need]) {
        if !needs.is_empty() {
            let name = |it: &Need| if it.is_on { it.component.to_string() } else { format!("{} (off)", it.component) };
            let all: Vec<String> = needs.iter().map(name).collect();
            self.line(1, format!("{word:<9} {}", all.join(", ")));
        }
    }

    fn remedies(&mut self, story: &ComponentStory) {
        if story.remedies.is_empty() {
            self.line(1, "no single field of the configuration switches it on, see its conditions");
        }
        for remedy in &story.remedies {
            self.line(1, format!("to switch it on, {}", remedy_in_words(remedy)));
        }
    }

    fn conditions(&mut self, own: &str, conditions: &[Condition]) {
        self.heading("Conditions", false);
        if conditions.is_empty() {
            self.line(1, "none: it is always on");
        }
        for condition in conditions {
            let sign = if condition.holds { self.palette.good("holds") } else { self.palette.bad("fails") };
            let of = condition.component.as_str();
            let of = if of == own { String::new() } else { format!("{of}: ") };
            self.line(1, format!("{sign}  {of}{}", condition.expression));
            for clue in &condition.because {
                let place = clue.location.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
                self.line(4, self.palette.dim(format!("{clue}{place}")));
            }
        }
    }

    fn waits(&mut self, heading: &str, waits: &[Wait], names: &ShortNames) {
        self.heading(heading, waits.is_empty());
        for wait in waits {
            let who = match &wait.node {
                Node::Object(object) => names.show(object),
                Node::Component(component) => format!("component {component}"),
            };
            let ready = if wait.until == Until::Ready { " to be ready" } else { "" };
            self.line(1, format!("{who}{ready}  {}", self.palette.dim(&wait.because)));
        }
    }

    fn sources(&mut self, setting: &SettingStory) {
        if let Some(description) = &setting.description {
            self.line(2, description);
        }
        let all: Vec<String> = setting.sources.iter().map(source).collect();
        self.line(2, self.palette.dim(format!("taken from {}", all.join(", else "))));
    }

    fn fields(&mut self, whose: &str, fields: &[String]) {
        for field in fields {
            let field = if field.is_empty() { "whether it is there at all" } else { field };
            self.line(2, format!("{whose}{field}"));
        }
    }

    fn idle(&mut self, setting: &SettingStory) {
        if setting.shapes.is_empty() {
            self.line(2, self.palette.dim("changes nothing, as the other settings are"));
        }
    }

    fn leaf(&mut self, leaf: &LeafStory, story: &FieldStory) {
        let value = leaf.value.as_ref().map_or_else(|| "not set".to_owned(), inline);
        self.text.push('\n');
        self.line(0, format!("{}: {value}", self.palette.bold(&leaf.field)));
        let place = |line: u32| format!("{}:{line}", story.file);
        match &leaf.written {
            Written::Settings { readers } => {
                for reader in readers {
                    let places: Vec<String> = reader.lines.iter().map(|it| place(*it)).collect();
                    let places = if places.is_empty() { story.file.clone() } else { places.join(", ") };
                    self.line(1, format!("shaped by {}, read in {places}", reader.setting));
                }
            }
            Written::Catalogue { line } => {
                let place = line.map_or_else(|| story.file.clone(), place);
                self.line(1, format!("written in {place} by the catalogue, no setting"));
            }
            Written::Mark => self.line(1, "written by ks: it marks the objects that it owns"),
            _ => {}
        }
    }
}

fn words(setting: &SettingStory) -> String {
    let words = setting_in_words(&setting.name, &inline(&setting.value), &setting.origin);
    let facts: Vec<String> = setting.computed_from.iter().map(ToString::to_string).collect();
    match &setting.origin {
        Origin::Default { expression: Some(_) } if !facts.is_empty() => format!("{words} ({})", facts.join(", ")),
        _ => words,
    }
}

fn source(source: &SettingSource) -> String {
    match source {
        SettingSource::Configuration { field } => field.clone(),
        SettingSource::Live { field } => format!("live {field}"),
        SettingSource::Search { search } => format!("what {search} finds"),
        SettingSource::Expression { expression } => expression.clone(),
        SettingSource::Default { value } => {
            let text = inline(value);
            if text.chars().count() > LONG { "the default of the component".to_owned() } else { text }
        }
        SettingSource::Certificate { secret } => format!("a certificate in Secret {secret}, made by apply"),
        SettingSource::Published { repository, moved_by } => format!("{repository}, moved by {}", moved_by.join(", ")),
        _ => String::new(),
    }
}

fn remedy_in_words(remedy: &Remedy) -> String {
    let place = remedy.location.as_ref().map(|it| format!(" (it stands at {it})")).unwrap_or_default();
    match &remedy.value {
        Some(value) => format!("write {}: {}{place}", remedy.field, inline(value)),
        None => format!("leave out {}{place}", remedy.field),
    }
}
