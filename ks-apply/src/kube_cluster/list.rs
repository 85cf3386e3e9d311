//! Lists, page by page.

use http::HeaderValue;
use http::header::ACCEPT;
use kube::api::ListParams;
use serde_json::{Map, Value};

use super::address;
use super::errors::{self, Fault};
use super::wire::{Repeat, Wire};
use crate::cluster::ListQuery;
use crate::discovery::ServedKind;
use crate::error::ClusterError;

/// Objects per page, as client-go does it.
const PAGE: u32 = 500;

/// How often a list begins anew when the server has forgotten where it was.
const RESTARTS: u32 = 3;

/// Servers that cannot shorten their objects answer with whole ones.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// Lists objects, all pages of them.
pub(super) async fn list(wire: &Wire, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
    let action = describe(kind, query);
    let mut restarts = 0;
    loop {
        match pages(wire, &action, kind, query).await {
            Err(fault) if fault.code() == Some(410) && restarts < RESTARTS => restarts += 1,
            answer => return answer.map_err(|fault| fault.explain(&action, Some(kind))),
        }
    }
}

async fn pages(wire: &Wire, action: &str, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, Fault> {
    let mut items = Vec::new();
    let mut params = ListParams::default().limit(PAGE);
    params.label_selector = query.label_selector.clone();
    params.field_selector = query.field_selector.clone();
    loop {
        let mut request = address::of_collection(kind, query.namespace.as_deref())
            .list(&params)
            .map_err(|error| Fault::from(errors::unsendable(action, &error)))?;
        if query.metadata_only {
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static(METADATA_ONLY));
        }
        let mut page = wire.send(action, request, Repeat::Always).await?;
        let Some(Value::Array(found)) = page.get_mut("items").map(Value::take) else {
            // Go prints an empty list as null here and there.
            return match page.get("kind").and_then(Value::as_str) {
                Some(kind) if kind.ends_with("List") => Ok(items),
                _ => Err(errors::protocol(action, "the answer is no list").into()),
            };
        };
        items.extend(found.into_iter().map(|item| complete(item, kind, query.metadata_only)));
        match page.pointer("/metadata/continue").and_then(Value::as_str) {
            // The same place again would be the same page again, for ever.
            Some(token) if params.continue_token.as_deref() == Some(token) => {
                return Err(errors::protocol(action, "the list goes round in a circle").into());
            }
            Some(token) if !token.is_empty() => params.continue_token = Some(token.to_owned()),
            _ => return Ok(items),
        }
    }
}

/// Puts version and kind in front, which lists leave out or give as `PartialObjectMetadata`.
fn complete(item: Value, kind: &ServedKind, metadata_only: bool) -> Value {
    let Value::Object(item) = item else { return item };
    let mut whole = Map::new();
    whole.insert("apiVersion".into(), kind.api_version().into());
    whole.insert("kind".into(), kind.kind.kind.as_str().into());
    whole.extend(item.into_iter().filter(|(key, _)| match key.as_str() {
        "apiVersion" | "kind" => false,
        "metadata" => true,
        _ => !metadata_only,
    }));
    Value::Object(whole)
}

fn describe(kind: &ServedKind, query: &ListQuery) -> String {
    match &query.namespace {
        Some(namespace) => format!("list {} in {namespace}", kind.kind),
        None => format!("list {}", kind.kind),
    }
}
