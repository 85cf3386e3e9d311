//! One check for each kind of field.

use serde_json::Value;

use super::super::fields::Kind;
use super::super::normalize::Setting;
use super::super::yaml::{Entry, Node, Yaml};
use super::{Finding, names, numbers, prometheus};
use crate::config::Span;

/// What is wrong with the value of a field.
pub fn findings(setting: &Setting) -> Vec<Finding> {
    let value = At { field: setting.spelling.clone(), span: setting.pointer, node: &setting.node };
    match setting.kind {
        Kind::Bool => value.bool().err().into_iter().collect(),
        Kind::Replicas => numbers::replicas(&value).into_iter().collect(),
        Kind::Port => numbers::port(&value).into_iter().collect(),
        Kind::Volume => numbers::volume(&value).into_iter().collect(),
        Kind::Cpu => numbers::cpu(&value).into_iter().collect(),
        Kind::Memory => numbers::memory(&value).into_iter().collect(),
        Kind::Duration => numbers::duration(&value).into_iter().collect(),
        Kind::StorageClass => names::storage_class(&value).into_iter().collect(),
        Kind::Text => value.text().err().into_iter().collect(),
        Kind::Labels => names::labels(&value),
        Kind::Mappings => mappings(&value).0,
        Kind::Mapping => value.mapping().err().into_iter().collect(),
        Kind::MetricLabels => names::metric_labels(&value),
        Kind::RemoteWrites => prometheus::remote_writes(&value),
        Kind::GpuKinds => gpu_kinds(&value),
    }
}

/// A value, and how to speak of it.
pub struct At<'n> {
    pub field: String,
    pub span: Option<Span>,
    pub node: &'n Node,
}

impl<'n> At<'n> {
    pub fn member(&self, entry: &'n Entry) -> Self {
        Self { field: format!("{}.{}", self.field, entry.key), span: entry.pointer(), node: &entry.value }
    }

    pub fn scalar(&self) -> Option<&'n Value> {
        match &self.node.value {
            Yaml::Scalar(value) => Some(value),
            _ => None,
        }
    }

    pub fn error(&self, code: &'static str, message: impl Into<String>) -> Finding {
        Finding::error(code, &self.field, self.span, message)
    }

    pub fn warning(&self, code: &'static str, message: impl Into<String>) -> Finding {
        Finding::warning(code, &self.field, self.span, message)
    }

    /// Says that the value should be `wanted`.
    pub fn wrong_type(&self, wanted: &str) -> Finding {
        self.error("wrong-type", format!("`{}` must be {wanted}, not {}", self.field, describe(self.node)))
    }

    pub fn bool(&self) -> Result<bool, Finding> {
        match self.scalar() {
            Some(Value::Bool(value)) => Ok(*value),
            Some(Value::String(text)) if is_boolean_word(text) => {
                Err(self.wrong_type("true or false").help(format!("remove the quotes: {}", plain_boolean(text))))
            }
            Some(Value::Number(number)) if number.as_i64() == Some(0) => {
                Err(self.wrong_type("true or false").help("write false"))
            }
            Some(Value::Number(number)) if number.as_i64() == Some(1) => {
                Err(self.wrong_type("true or false").help("write true"))
            }
            _ => Err(self.wrong_type("true or false")),
        }
    }

    pub fn text(&self) -> Result<&'n str, Finding> {
        match self.scalar() {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Bool(_) | Value::Number(_)) => {
                Err(self.wrong_type("text").help("put the value in quotes if it is meant as text"))
            }
            _ if self.field == "etcd.endpointIps" && matches!(self.node.value, Yaml::Sequence(_)) => {
                Err(self.wrong_type("text").help("write the addresses as one text: 192.168.0.2,192.168.0.3"))
            }
            _ => Err(self.wrong_type("text")),
        }
    }

    pub fn mapping(&self) -> Result<&'n [Entry], Finding> {
        self.node.entries().ok_or_else(|| self.wrong_type("a mapping"))
    }
}

/// The items of a list of mappings, and what is wrong with the list.
pub fn mappings<'n>(value: &At<'n>) -> (Vec<Finding>, Vec<At<'n>>) {
    let Yaml::Sequence(items) = &value.node.value else {
        return (vec![value.wrong_type("a list")], Vec::new());
    };
    let items = items.iter().enumerate().map(|(at, item)| At {
        field: format!("{}[{at}]", value.field),
        span: item.span.or(value.span),
        node: item,
    });
    let (good, bad): (Vec<At<'n>>, Vec<At<'n>>) = items.partition(|item| item.node.entries().is_some());
    (bad.iter().map(|item| item.wrong_type("a mapping")).collect(), good)
}

fn gpu_kinds(value: &At<'_>) -> Vec<Finding> {
    let (mut findings, items) = mappings(value);
    for item in items {
        for entry in item.node.entries().unwrap_or_default().iter().filter(|it| !it.value.is_null()) {
            let member = item.member(entry);
            match entry.key.as_str() {
                "resourceName" | "resourceType" => findings.extend(member.text().err()),
                "default" => findings.extend(member.bool().err()),
                _ => findings.push(
                    Finding::warning("unknown-key", &member.field, entry.key_span, {
                        format!("`{}` has no key `{}`; it has no effect", item.field, entry.key)
                    })
                    .help("the keys are resourceName, resourceType and default"),
                ),
            }
        }
    }
    findings
}

/// Names a value for a message: `the text "2"`, `the number 2`, `a list`.
pub fn describe(node: &Node) -> String {
    match &node.value {
        Yaml::Scalar(Value::Null) => "nothing".to_owned(),
        // An address may have a password in it.
        Yaml::Scalar(Value::String(text)) if text.chars().count() > 40 || text.contains('@') => "a text".to_owned(),
        Yaml::Scalar(Value::String(text)) => format!("the text {text:?}"),
        Yaml::Scalar(Value::Number(number)) => format!("the number {number}"),
        Yaml::Scalar(value) => format!("{value}"),
        Yaml::Sequence(_) => "a list".to_owned(),
        Yaml::Mapping(_) => "a mapping".to_owned(),
    }
}

fn is_boolean_word(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off")
}

fn plain_boolean(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "true" | "yes" | "on")
}
