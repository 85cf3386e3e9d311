//! Lists, page by page.

use futures::{Stream, TryStreamExt, stream};
use http::HeaderValue;
use http::header::ACCEPT;
use kube::api::ListParams;
use serde_json::{Map, Value};

use super::address;
use super::errors::{self, Fault};
use super::wire::{Repeat, Wire};
use crate::cluster::{ListQuery, Page};
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
    let gather = |mut all: Vec<Value>, page| async move {
        match page {
            Page::Objects(objects) => all.extend(objects),
            Page::Anew => all.clear(),
        }
        Ok(all)
    };
    pages(wire, kind, query).try_fold(Vec::new(), gather).await
}

/// Where a list is.
struct Place {
    params: ListParams,
    restarts: u32,
}

impl Place {
    fn start(query: &ListQuery, restarts: u32) -> Self {
        let mut params = ListParams::default().limit(PAGE);
        params.label_selector.clone_from(&query.label_selector);
        params.field_selector.clone_from(&query.field_selector);
        Self { params, restarts }
    }
}

/// Lists objects, page by page.
pub(super) fn pages<'a>(
    wire: &'a Wire,
    kind: &'a ServedKind,
    query: &'a ListQuery,
) -> impl Stream<Item = Result<Page, ClusterError>> + Send + 'a {
    stream::try_unfold(Some(Place::start(query, 0)), move |place| async move {
        let Some(Place { params, restarts }) = place else { return Ok(None) };
        let action = describe(kind, query);
        match page(wire, &action, (kind, query), &params).await {
            Ok((objects, token)) => {
                let next =
                    token.map(|it| Place { params: ListParams { continue_token: Some(it), ..params }, restarts });
                Ok(Some((Page::Objects(objects), next)))
            }
            Err(fault) if fault.code() == Some(410) && restarts < RESTARTS => {
                Ok(Some((Page::Anew, Some(Place::start(query, restarts + 1)))))
            }
            Err(fault) => Err(fault.explain(&action, Some(kind))),
        }
    })
}

/// Asks for one page; with it, where the next one begins.
async fn page(
    wire: &Wire,
    action: &str,
    (kind, query): (&ServedKind, &ListQuery),
    params: &ListParams,
) -> Result<(Vec<Value>, Option<String>), Fault> {
    let mut request = address::of_collection(kind, query.namespace.as_deref())
        .list(params)
        .map_err(|error| Fault::from(errors::unsendable(action, &error)))?;
    if query.metadata_only {
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(METADATA_ONLY));
    }
    let mut page = wire.send(action, request, Repeat::Always).await?;
    let Some(Value::Array(found)) = page.get_mut("items").map(Value::take) else {
        // Go prints an empty list as null here and there.
        return match page.get("kind").and_then(Value::as_str) {
            Some(kind) if kind.ends_with("List") => Ok((Vec::new(), None)),
            _ => Err(errors::protocol(action, "the answer is no list").into()),
        };
    };
    let objects = found.into_iter().map(|item| complete(item, kind, query.metadata_only)).collect();
    match page.pointer("/metadata/continue").and_then(Value::as_str) {
        // The same place again would be the same page again, for ever.
        Some(token) if params.continue_token.as_deref() == Some(token) => {
            Err(errors::protocol(action, "the list goes round in a circle").into())
        }
        Some(token) if !token.is_empty() => Ok((objects, Some(token.to_owned()))),
        _ => Ok((objects, None)),
    }
}

/// Puts version and kind in front, which lists leave out or give as `PartialObjectMetadata`.
fn complete(item: Value, kind: &ServedKind, metadata_only: bool) -> Value {
    let Value::Object(item) = item else { return item };
    let mut whole = Map::with_capacity(item.len() + 2);
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
