//! The configuration itself.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::document::{self, NAME, NAMESPACE};
use super::normalize::{Normal, normalize};
use super::yaml::{self, Node};
use super::{Location, Problem, Problems, Report, Source, Span, Spec, check, fields, validate};

/// Holds a checked ClusterConfiguration (`installer.kubesphere.io/v1alpha1`), in its normal form.
///
/// Parsing is the only way in, so a configuration is always sound: types fit, quantities read, limits cover requests.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterConfiguration {
    spec: Value,
    typed: Spec,
    origins: BTreeMap<String, FieldOrigin>,
}

/// A configuration that was taken, and what the user should look at all the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The configuration.
    pub config: ClusterConfiguration,
    /// Warnings, in the order of the text; no errors among them.
    pub warnings: Vec<Problem>,
}

/// Tells where the user set a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOrigin {
    /// The spelling that the user wrote, such as `monitoring.prometheusReplicas`.
    pub field: String,
    /// Where it stands; absent for a configuration that was read from a cluster.
    pub location: Option<Location>,
}

impl ClusterConfiguration {
    /// Reads the configuration in a text: YAML or JSON, alone or among other documents.
    ///
    /// # Errors
    /// When the text is broken, holds no ClusterConfiguration or two, or when a value cannot be: all of it at once.
    ///
    /// # Example
    /// ```
    /// use ks_model::config::{ClusterConfiguration, Source};
    ///
    /// let source = Source::new("cc.yaml", "\
    /// apiVersion: installer.kubesphere.io/v1alpha1
    /// kind: ClusterConfiguration
    /// metadata: { name: ks-installer, namespace: kubesphere-system }
    /// spec:
    ///   monitoring:
    ///     prometheusReplicas: 2
    /// ");
    /// let config = ClusterConfiguration::parse(&source)?.config;
    /// assert_eq!(config.spec()["monitoring"]["prometheus"]["replicas"], 2);
    /// let origin = config.origin("monitoring.prometheus.replicas").unwrap();
    /// assert_eq!(origin.field, "monitoring.prometheusReplicas");
    /// assert_eq!(origin.location.unwrap().to_string(), "cc.yaml:6");
    /// # Ok::<(), ks_model::config::Problems>(())
    /// ```
    pub fn parse(source: &Source) -> Result<Parsed, Problems> {
        let mut report = Report::new(Some(source));
        let picked = match yaml::documents(&source.text) {
            Ok(documents) => document::pick(documents, &mut report),
            Err(fault) => {
                report.fault(fault);
                None
            }
        };
        read(picked, report)
    }

    /// Takes the live object; its fields have no locations.
    ///
    /// # Errors
    /// When the object is no ClusterConfiguration, or when a value cannot be.
    ///
    /// # Example
    /// ```
    /// use ks_model::config::ClusterConfiguration;
    ///
    /// let problems = ClusterConfiguration::from_object(serde_json::json!({
    ///     "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
    ///     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
    ///     "spec": { "alerting": { "enabled": "true" } },
    /// })).unwrap_err();
    /// assert_eq!(
    ///     problems.to_string(),
    ///     "error: `alerting.enabled` must be true or false, not the text \"true\" (remove the quotes: true)",
    /// );
    /// ```
    pub fn from_object(object: Value) -> Result<Parsed, Problems> {
        let mut report = Report::new(None);
        let picked = document::pick(vec![Node::from(object)], &mut report);
        read(picked, report)
    }

    /// The spec in its normal form: each field at its path whatever its spelling, the values as the user gave them; only
    /// quantities are always text.
    ///
    /// What monitoring does not read is carried through untouched; fields that are null are left out.
    pub fn spec(&self) -> &Value {
        &self.spec
    }

    /// The spec, typed.
    pub fn typed(&self) -> &Spec {
        &self.typed
    }

    /// Tells where the user set the field at `path`, or the first field below it; `None` when the user did not.
    ///
    /// Paths are those of the normal form, such as `monitoring.prometheus.resources.limits.cpu`; items of lists are
    /// `tolerations[0].key`.
    pub fn origin(&self, path: &str) -> Option<FieldOrigin> {
        let below = |key: &str| key.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']));
        let nearest = || self.origins.range(path.to_owned()..).find(|(key, _)| below(key)).map(|(_, origin)| origin);
        self.origins.get(path).or_else(nearest).cloned()
    }

    /// The name of the object: there is one in a cluster.
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// The namespace of the object.
    pub fn namespace(&self) -> &'static str {
        NAMESPACE
    }
}

fn read(picked: Option<Node>, mut report: Report<'_>) -> Result<Parsed, Problems> {
    let normal = picked.map(|document| fold(&document, &mut report)).unwrap_or_default();
    let places = |span: Span| report.place(span);
    let origins = normal.written.iter().map(|(path, (field, span))| {
        (path.clone(), FieldOrigin { field: field.clone(), location: span.and_then(places) })
    });
    let origins = origins.collect();
    let spec = Value::Object(normal.spec);
    if report.has_errors() {
        return Err(report.finish());
    }
    match typed(&spec) {
        Ok(typed) => {
            let config = ClusterConfiguration { spec, typed, origins };
            Ok(Parsed { config, warnings: report.finish().into_vec() })
        }
        // The checks let through nothing that the types refuse; a test holds them to it.
        Err(error) => {
            report.error("wrong-type", "", None, format!("the configuration does not fit its types: {error}"));
            Err(report.finish())
        }
    }
}

fn fold(document: &Node, report: &mut Report<'_>) -> Normal {
    document::check_frame(document, report);
    let entry = document.entry("spec");
    match entry.map(|it| &it.value) {
        Some(spec) if spec.entries().is_some() => {
            let normal = normalize(spec, report);
            check::check(&normal, report);
            validate::validate(&normal, report);
            normal
        }
        Some(spec) if !spec.is_null() => {
            let message = format!("`spec` must be a mapping, not {}", check::describe(spec));
            report.error("wrong-type", "spec", entry.and_then(yaml::Entry::pointer), message);
            Normal::default()
        }
        // The key `spec` may be there under another name, which is an error of its own.
        _ if report.has_errors() => Normal::default(),
        _ => {
            let span = entry.and_then(|it| it.key_span).or(document.span);
            report.warning("missing-field", "spec", span, "there is no `spec`: every field takes its default");
            Normal::default()
        }
    }
}

fn typed(spec: &Value) -> Result<Spec, serde_json::Error> {
    let mut typed = Spec::deserialize(spec)?;
    let images = fields::IMAGES.iter().flat_map(|image| ["repo", "tag"].map(|part| format!("{image}_{part}")));
    typed.images.overrides =
        images.filter_map(|key| Some((key.clone(), spec.get(&key)?.as_str()?.to_owned()))).collect();
    Ok(typed)
}
