//! Lists, page by page.

use futures::{Stream, TryStreamExt, stream};
use http::HeaderValue;
use http::header::ACCEPT;
use kube::api::ListParams;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::address;
use super::errors::{self, Fault};
use super::wire::{Repeat, Wire};
use crate::cluster::{ListQuery, Page};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::listed::complete;

/// Objects per page, as client-go does it.
const PAGE: u32 = 500;

/// How often a list begins anew when the server has forgotten where it was.
const RESTARTS: u32 = 3;

/// Servers that cannot shorten their objects answer with whole ones.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// The answer to a list.
#[derive(Deserialize)]
struct Answer<T> {
    kind: Option<String>,
    metadata: Option<Metadata>,
    items: Option<Vec<T>>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "continue")]
    token: Option<String>,
}

/// Lists objects, all pages of them.
pub(super) async fn list(wire: &Wire, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
    let gather = |mut all: Vec<Value>, page: Option<Vec<Value>>| async move {
        match page {
            Some(objects) => all.extend(objects.into_iter().map(|it| complete(it, kind, query.metadata_only))),
            None => all.clear(),
        }
        Ok(all)
    };
    steps(wire, kind, query).try_fold(Vec::new(), gather).await
}

/// Lists objects, page by page.
pub(super) fn pages<'a>(
    wire: &'a Wire,
    kind: &'a ServedKind,
    query: &'a ListQuery,
) -> impl Stream<Item = Result<Page, ClusterError>> + Send + 'a {
    steps(wire, kind, query).map_ok(|page: Option<Vec<Box<RawValue>>>| match page {
        Some(objects) => Page::Texts(objects.into_iter().map(Into::into).collect()),
        None => Page::Anew,
    })
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

/// The objects of each page, or none where the list begins anew.
fn steps<'a, T: DeserializeOwned + Send + 'a>(
    wire: &'a Wire,
    kind: &'a ServedKind,
    query: &'a ListQuery,
) -> impl Stream<Item = Result<Option<Vec<T>>, ClusterError>> + Send + 'a {
    stream::try_unfold(Some(Place::start(query, 0)), move |place| async move {
        let Some(Place { params, restarts }) = place else { return Ok(None) };
        let action = describe(kind, query);
        match page(wire, &action, (kind, query), &params).await {
            Ok((objects, token)) => {
                let next =
                    token.map(|it| Place { params: ListParams { continue_token: Some(it), ..params }, restarts });
                Ok(Some((Some(objects), next)))
            }
            Err(fault) if fault.code() == Some(410) && restarts < RESTARTS => {
                Ok(Some((None, Some(Place::start(query, restarts + 1)))))
            }
            Err(fault) => Err(fault.explain(&action, Some(kind))),
        }
    })
}

/// Asks for one page; with it, where the next one begins.
async fn page<T: DeserializeOwned>(
    wire: &Wire,
    action: &str,
    (kind, query): (&ServedKind, &ListQuery),
    params: &ListParams,
) -> Result<(Vec<T>, Option<String>), Fault> {
    let mut request = address::of_collection(kind, query.namespace.as_deref())
        .list(params)
        .map_err(|error| Fault::from(errors::unsendable(action, &error)))?;
    if query.metadata_only {
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(METADATA_ONLY));
    }
    let page: Answer<T> = wire.send(action, request, Repeat::Always).await?;
    let Some(objects) = page.items else {
        // Go prints an empty list as null here and there.
        return match page.kind {
            Some(kind) if kind.ends_with("List") => Ok((Vec::new(), None)),
            _ => Err(errors::protocol(action, "the answer is no list").into()),
        };
    };
    match page.metadata.and_then(|it| it.token).filter(|it| !it.is_empty()) {
        // The same place again would be the same page again, for ever.
        Some(token) if params.continue_token.as_ref() == Some(&token) => {
            Err(errors::protocol(action, "the list goes round in a circle").into())
        }
        token => Ok((objects, token)),
    }
}

fn describe(kind: &ServedKind, query: &ListQuery) -> String {
    match &query.namespace {
        Some(namespace) => format!("list {} in {namespace}", kind.kind),
        None => format!("list {}", kind.kind),
    }
}
