//! Finding the one ClusterConfiguration among the documents of a text, and checking its frame.

use super::yaml::{Node, Yaml};
use super::{Report, fields, suggest};

/// The API version of the configuration.
pub const API_VERSION: &str = "installer.kubesphere.io/v1alpha1";
/// The kind of the configuration.
pub const KIND: &str = "ClusterConfiguration";
/// The name of the one instance.
pub const NAME: &str = "ks-installer";
/// The namespace of the one instance.
pub const NAMESPACE: &str = "kubesphere-system";

/// Picks the configuration; what else there is gets a note.
pub fn pick(documents: Vec<Node>, report: &mut Report<'_>) -> Option<Node> {
    let (mut found, others): (Vec<Node>, Vec<Node>) =
        documents.into_iter().flat_map(items).partition(|it| text(it, "kind") == Some(KIND));
    let first = if found.is_empty() { None } else { Some(found.remove(0)) };
    let Some(first) = first else {
        none_found(&others, report);
        return None;
    };
    for second in &found {
        let message = "a second ClusterConfiguration: there is only one in a cluster";
        let span = second.entry("kind").and_then(|it| it.value.span).or(second.span);
        let before = first.entry("kind").and_then(|it| it.value.span).and_then(|it| report.place(it));
        let added = report.error("two-configurations", "kind", span, message);
        if let Some(before) = before {
            added.help(format!("the first is at {}:{}", before.file, before.line));
        }
    }
    for other in &others {
        let span = other.entry("kind").and_then(|it| it.value.span).or(other.span);
        let message = format!("{} is not read: only the ClusterConfiguration is", named(other));
        report.warning("ignored-document", "kind", span, message);
    }
    Some(first)
}

/// Checks what stands around the spec.
pub fn check_frame(document: &Node, report: &mut Report<'_>) {
    expect(document, &["apiVersion"], API_VERSION, true, report);
    expect(document, &["kind"], KIND, true, report);
    expect(document, &["metadata", "name"], NAME, true, report);
    expect(document, &["metadata", "namespace"], NAMESPACE, false, report);
    for entry in document.entries().unwrap_or_default() {
        let frame = ["apiVersion", "kind", "metadata", "spec", "status"];
        let key = entry.key.as_str();
        if frame.contains(&key) {
            continue;
        }
        let message = format!("a ClusterConfiguration has no key `{key}`");
        let added = report.error("unknown-key", key, entry.key_span, message);
        if fields::schema().1.contains_key(key) {
            added.help(format!("move `{key}` below `spec`, indented by two spaces"));
        } else if let Some(near) = suggest::nearest(key, frame.into_iter()) {
            added.help(format!("did you mean `{near}`?"));
        }
    }
}

fn expect(document: &Node, keys: &[&str], wanted: &str, required: bool, report: &mut Report<'_>) {
    let path = keys.join(".");
    let mut entry = None;
    let mut nearest = None;
    let mut node = Some(document);
    for key in keys {
        entry = node.and_then(|it| it.entry(key));
        nearest = entry.or(nearest);
        node = entry.map(|it| &it.value);
    }
    match entry.map(|it| &it.value) {
        Some(value) if value.as_str() == Some(wanted) => {}
        Some(value) if !value.is_null() => {
            let message = format!("`{path}` must be {wanted}, not {}", super::check::describe(value));
            report.error("wrong-object", &path, entry.and_then(|it| it.pointer()), message);
        }
        _ if required => {
            let span = nearest.and_then(|it| it.key_span).or(document.span);
            report.error("wrong-object", &path, span, format!("`{path}` is missing")).help(format!("write {wanted}"));
        }
        _ => {}
    }
}

/// The objects of a list such as `kubectl get -o yaml` prints; every other document as it is.
fn items(mut document: Node) -> Vec<Node> {
    if !matches!(text(&document, "kind"), Some("List" | "ClusterConfigurationList")) {
        return vec![document];
    }
    let Yaml::Mapping(entries) = &mut document.value else { return vec![document] };
    match entries.iter_mut().find(|it| it.key == "items").map(|it| &mut it.value.value) {
        Some(Yaml::Sequence(items)) => std::mem::take(items),
        _ => vec![document],
    }
}

fn none_found(others: &[Node], report: &mut Report<'_>) {
    let [first, ..] = others else {
        report
            .error("no-configuration", "", Some(super::Span::default()), "there is nothing in this text")
            .help("a ClusterConfiguration is wanted");
        return;
    };
    let mut kinds: Vec<&str> = others.iter().filter_map(|it| text(it, "kind")).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let span = first.entry("kind").and_then(|it| it.value.span).or(first.span);
    if kinds.is_empty() {
        let added = report.error("no-configuration", "kind", span, "this is no ClusterConfiguration: it has no `kind`");
        added.help(format!("start with `apiVersion: {API_VERSION}` and `kind: {KIND}`"));
        return;
    }
    let group = API_VERSION.split('/').next().unwrap_or_default();
    let is_ours = others.iter().any(|it| text(it, "apiVersion").is_some_and(|version| version.starts_with(group)));
    let near = is_ours || suggest::nearest(KIND, kinds.iter().copied()).is_some();
    let message = format!("no ClusterConfiguration in this text, only {}", kinds.join(", "));
    let added = report.error("no-configuration", "kind", span, message);
    if near {
        added.help(format!("write `kind: {KIND}`"));
    }
}

fn named(document: &Node) -> String {
    let name = document.entry("metadata").and_then(|it| it.value.entry("name")).and_then(|it| it.value.as_str());
    match (text(document, "kind"), name) {
        (Some(kind), Some(name)) => format!("{kind} {name}"),
        (Some(kind), None) => kind.to_owned(),
        (None, _) => "a document without kind".to_owned(),
    }
}

fn text<'n>(document: &'n Node, key: &str) -> Option<&'n str> {
    document.entry(key)?.value.as_str()
}
