//! What components say of the readiness of custom kinds.

use std::collections::BTreeMap;

use ks_model::GroupKind;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{Catalogue, CatalogueError, Component};
use crate::readiness::{KindRule, expression_fault, is_awaited};
use crate::yaml::SourceError;

/// The expressions for one kind, with where they stand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declared {
    ready: Spanned<String>,
    #[serde(default)]
    failed: Option<Spanned<String>>,
    #[serde(default)]
    message: Option<Spanned<String>>,
}

impl Component {
    /// Its rules for custom kinds.
    pub(crate) fn readiness_rules(&self) -> impl Iterator<Item = KindRule> {
        self.readiness.iter().filter_map(|(name, declared)| {
            let text = |it: &Spanned<String>| it.value.clone();
            Some(KindRule {
                kind: kind(name)?,
                ready: text(&declared.ready),
                failed: declared.failed.as_ref().map(text),
                message: declared.message.as_ref().map(text),
            })
        })
    }
}

/// Finds names that are no custom kinds, kinds with two rules, and expressions that are not sound.
pub(super) fn faults(catalogue: &Catalogue) -> Vec<CatalogueError> {
    let mut faults = Vec::new();
    let mut owners = BTreeMap::new();
    for component in catalogue.components() {
        for (name, declared) in &component.readiness {
            let file = component.file();
            let mut fault = |at: &Spanned<String>, message: String| {
                let line = Some(at.referenced.line()).filter(|it| *it > 0);
                faults.push(CatalogueError::Source(SourceError { file: file.clone(), line, message }));
            };
            match kind(name) {
                None => fault(&declared.ready, format!("readiness of `{name}`: write a custom kind as KIND.GROUP")),
                Some(it) if is_awaited(&it) || is_built_in(&it) => {
                    fault(&declared.ready, format!("readiness of `{name}`: the kind has a rule of its own"));
                }
                Some(_) => {
                    let owner = owners.entry(name).or_insert(&component.name);
                    if *owner != &component.name {
                        fault(&declared.ready, format!("readiness of `{name}`: component {owner} says it already"));
                    }
                }
            }
            let all = [("ready", Some(&declared.ready)), ("failed", declared.failed.as_ref())];
            for (key, text) in all.into_iter().chain([("message", declared.message.as_ref())]) {
                if let Some((text, found)) = text.and_then(|it| Some((it, expression_fault(&it.value)?))) {
                    fault(text, format!("readiness of `{name}`: {key}: {found}"));
                }
            }
        }
    }
    faults
}

/// Reads `Thing.example.org`.
fn kind(name: &str) -> Option<GroupKind> {
    let (kind, group) = name.split_once('.')?;
    let is_kind =
        kind.starts_with(|it: char| it.is_ascii_uppercase()) && kind.chars().all(|it| it.is_ascii_alphanumeric());
    (is_kind && !group.is_empty()).then(|| GroupKind::new(group, kind))
}

/// The groups of Kubernetes itself have no dot, or end in `.k8s.io`.
fn is_built_in(kind: &GroupKind) -> bool {
    !kind.group.contains('.') || kind.group.ends_with(".k8s.io")
}
