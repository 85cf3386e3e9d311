//! Checks that look at more than one field.

use std::net::IpAddr;

use serde_json::Value;

use super::fields::sized;
use super::normalize::{Normal, Setting};
use super::yaml::Yaml;
use super::{Report, Severity, Span};
use crate::Quantity;

/// What the shipped configuration says where no address is known.
const PLACEHOLDER: &str = "localhost";

/// Checks fields against each other.
pub fn validate(normal: &Normal, report: &mut Report<'_>) {
    for path in sized() {
        for resource in ["cpu", "memory"] {
            limit_covers_request(normal, path, resource, report);
        }
    }
    etcd_members(normal, report);
    kind_of_monitoring(normal, report);
}

fn limit_covers_request(normal: &Normal, path: &str, resource: &str, report: &mut Report<'_>) {
    let of = |part: &str| {
        let setting = normal.settings.get(&format!("{path}.resources.{part}.{resource}"))?;
        Some((setting, Quantity::try_from(&setting.node.to_json()).ok()?))
    };
    let (Some((_, limit)), Some((request, asked))) = (of("limits"), of("requests")) else { return };
    if asked > limit {
        let field = &request.spelling;
        let message = format!("`{field}` must be less than or equal to the {resource} limit of {limit}, not {asked}");
        report.error("limit-below-request", field, request.pointer, message);
    }
}

fn etcd_members(normal: &Normal, report: &mut Report<'_>) {
    let is_on = scalar(normal, "etcd.monitoring") == Some(&Value::Bool(true));
    let Some(setting) = normal.settings.get("etcd.endpointIps") else {
        if is_on {
            let switch = normal.settings.get("etcd.monitoring");
            let message = "`etcd.monitoring` is on, and `etcd.endpointIps` is not set";
            report
                .error("missing-field", "etcd.endpointIps", switch.and_then(|it| it.key_span), message)
                .help("write the addresses of the etcd members: 192.168.0.2,192.168.0.3");
        }
        return;
    };
    let Some(Value::String(text)) = value(setting) else { return };
    // The shipped configuration holds the placeholder, with etcd monitoring off: nothing to say.
    if !is_on && text == PLACEHOLDER {
        return;
    }
    let severity = if is_on { Severity::Error } else { Severity::Warning };
    for entry in text.split(',') {
        if let Some((what, help)) = fault_of_address(entry) {
            let message = format!("`{}`: {entry:?} {what}", setting.spelling);
            let span = setting.pointer.map(|whole| part(whole, text, entry));
            report.add(severity, "bad-address", &setting.spelling, span, message).help(help);
        }
    }
}

/// Where a part of a text stands, when the text stands in the source as it is, plain or in quotes.
fn part(whole: Span, text: &str, part: &str) -> Span {
    let offset = part.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    match (whole.end - whole.start).checked_sub(text.len()) {
        Some(quotes @ (0 | 2)) if !part.is_empty() => {
            let start = whole.start + quotes / 2 + offset;
            Span { start, end: start + part.len() }
        }
        _ => whole,
    }
}

/// Says why an Endpoints object would not take an address.
fn fault_of_address(entry: &str) -> Option<(&'static str, &'static str)> {
    const EXAMPLE: &str = "write the addresses of the etcd members: 192.168.0.2,192.168.0.3";
    if entry.trim() != entry && entry.trim().parse::<IpAddr>().is_ok() {
        return Some(("has a space", "separate the addresses by commas only"));
    }
    let Ok(address) = entry.parse::<IpAddr>() else {
        return Some(("is no IP address", EXAMPLE));
    };
    let is_local = match address {
        IpAddr::V4(it) => it.is_link_local() || it.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(it) => it.is_unicast_link_local() || it.segments().first() == Some(&0xff02),
    };
    match (address.is_loopback(), address.is_unspecified(), is_local) {
        (true, ..) => Some(("is a loopback address, which an Endpoints object must not hold", EXAMPLE)),
        (_, true, _) => Some(("is the unspecified address, which an Endpoints object must not hold", EXAMPLE)),
        (.., true) => Some(("is a link-local address, which an Endpoints object must not hold", EXAMPLE)),
        _ => None,
    }
}

fn kind_of_monitoring(normal: &Normal, report: &mut Report<'_>) {
    let Some(setting) = normal.settings.get("common.monitoring.type") else { return };
    match value(setting) {
        Some(Value::String(kind)) if kind == "external" => external_endpoint(normal, setting, report),
        Some(Value::String(kind)) if !kind.is_empty() => {
            let message = format!("`common.monitoring.type`: {kind:?} has no effect; only `external` has");
            report
                .warning("no-effect", &setting.spelling, setting.pointer, message)
                .help("leave it out for the bundled Prometheus");
        }
        _ => {}
    }
}

fn external_endpoint(normal: &Normal, kind: &Setting, report: &mut Report<'_>) {
    let endpoint = scalar(normal, "common.monitoring.endpoint").and_then(Value::as_str).unwrap_or_default();
    if endpoint.is_empty() {
        let message = "`common.monitoring.type` is external, and `common.monitoring.endpoint` is not set";
        report
            .warning("missing-field", "common.monitoring.endpoint", kind.pointer, message)
            .help("write the address of your Prometheus, such as http://prometheus.example:9090");
    }
}

fn scalar<'n>(normal: &'n Normal, path: &str) -> Option<&'n Value> {
    value(normal.settings.get(path)?)
}

fn value(setting: &Setting) -> Option<&Value> {
    match &setting.node.value {
        Yaml::Scalar(value) => Some(value),
        _ => None,
    }
}
