//! Follows one object, or all that a query picks.

use std::collections::BTreeMap;
use std::time::Duration;

use backon::ExponentialBuilder;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use ks_model::ObjectRef;
use kube::Api;
use kube::api::{ApiResource, DynamicObject};
use kube::runtime::utils::ResetTimerBackoff;
use kube::runtime::watcher::{self, Event, ExponentialBackoff};
use kube::runtime::{WatchStreamExt, watcher as watch_kind};
use serde_json::Value;

use super::address;
use super::errors::{self, Fault, Refusal};
use super::wire::Wire;
use crate::cluster::ListQuery;
use crate::discovery::ServedKind;
use crate::error::ClusterError;

/// After how many seconds the server ends a watch; it is begun anew then.
const WATCH_SECONDS: u32 = 60;

type Item = Result<Option<Value>, ClusterError>;

/// Follows one object: its state now, then each change, `None` while it is absent.
pub(super) fn watch(wire: &Wire, kind: &ServedKind, object: &ObjectRef) -> BoxStream<'static, Item> {
    let action = format!("watch {object}");
    if let Err(error) = address::of_object(&action, kind, object) {
        return futures::stream::iter([Err(error)]).chain(futures::stream::pending()).boxed();
    }
    let (api, resource) = api(wire, kind, object.namespace.as_deref());
    let config = watcher::Config::default().fields(&format!("metadata.name={}", object.name)).timeout(WATCH_SECONDS);
    let (wire, kind) = (wire.clone(), kind.clone());
    events(api, config, wire.silence)
        .scan(State::default(), move |state, event| {
            let item = match event {
                Ok(event) => state.next(event, &resource).map(Ok),
                Err(error) => {
                    // Who heard of a fault hears also that it has passed.
                    state.told = None;
                    Some(Err(explain(&action, error, &kind, &wire)))
                }
            };
            futures::future::ready(Some(item))
        })
        .filter_map(futures::future::ready)
        .boxed()
}

/// Follows all objects that a query picks: all of them now, and again at each change.
pub(super) fn watch_all(
    wire: &Wire,
    kind: &ServedKind,
    query: &ListQuery,
) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
    let action = format!("watch {}", kind.kind);
    let (api, resource) = api(wire, kind, query.namespace.as_deref());
    let mut config = watcher::Config::default().timeout(WATCH_SECONDS);
    (config.label_selector, config.field_selector) = (query.label_selector.clone(), query.field_selector.clone());
    let (wire, kind) = (wire.clone(), kind.clone());
    events(api, config, wire.silence)
        .scan(All::default(), move |all, event| {
            let item = match event {
                Ok(event) => all.next(event, &resource).map(Ok),
                Err(error) => lasting(explain(&action, error, &kind, &wire)).map(Err),
            };
            futures::future::ready(Some(item))
        })
        .filter_map(futures::future::ready)
        .boxed()
}

fn api(wire: &Wire, kind: &ServedKind, namespace: Option<&str>) -> (Api<DynamicObject>, ApiResource) {
    let resource = address::resource(kind);
    let api = match namespace.filter(|_| kind.namespaced) {
        Some(namespace) => Api::namespaced_with(wire.client.clone(), namespace, &resource),
        None => Api::all_with(wire.client.clone(), &resource),
    };
    (api, resource)
}

/// The objects that a query picks, by namespace and name.
#[derive(Default)]
struct All {
    now: BTreeMap<(Option<String>, Option<String>), Value>,
    /// Those that a list has brought so far, while a watch begins anew.
    listed: BTreeMap<(Option<String>, Option<String>), Value>,
    is_told: bool,
}

impl All {
    /// All objects after an event, if that changed any.
    fn next(&mut self, event: Event<DynamicObject>, resource: &ApiResource) -> Option<Vec<Value>> {
        let key = |it: &DynamicObject| (it.metadata.namespace.clone(), it.metadata.name.clone());
        match event {
            Event::Init => {
                self.listed.clear();
                return None;
            }
            Event::InitApply(object) => {
                self.listed.insert(key(&object), whole(object, resource));
                return None;
            }
            Event::InitDone => {
                let listed = std::mem::take(&mut self.listed);
                if self.is_told && listed == self.now {
                    return None;
                }
                self.now = listed;
            }
            Event::Apply(object) => drop(self.now.insert(key(&object), whole(object, resource))),
            Event::Delete(object) => drop(self.now.remove(&key(&object))),
        }
        self.is_told = true;
        Some(self.now.values().cloned().collect())
    }
}

type Events = BoxStream<'static, watcher::Result<Event<DynamicObject>>>;

/// What a watch says. One that says nothing for longer than the server lets any watch last is begun anew: its connection is
/// dead, or somebody on the way feeds it with crumbs. Readers tell only what is news.
fn events(api: Api<DynamicObject>, config: watcher::Config, silence: Duration) -> Events {
    let begin = move || watch_kind(api.clone(), config.clone()).backoff(backoff()).boxed();
    let first: Events = begin();
    let next = move |mut events: Events| {
        let begin = begin.clone();
        async move {
            loop {
                match tokio::time::timeout(silence, events.next()).await {
                    Ok(Some(event)) => return Some((event, events)),
                    Ok(None) | Err(_) => events = begin(),
                }
            }
        }
    };
    stream::unfold(first, next).boxed()
}

/// What has been told of the object so far.
#[derive(Default)]
struct State {
    seen: bool,
    told: Option<Option<Value>>,
}

impl State {
    /// The item to tell after an event, if it is news: a watch that begins anew lists the object again.
    fn next(&mut self, event: Event<DynamicObject>, resource: &ApiResource) -> Option<Option<Value>> {
        let item = match event {
            Event::Init => {
                self.seen = false;
                return None;
            }
            Event::InitApply(object) => {
                self.seen = true;
                Some(whole(object, resource))
            }
            Event::InitDone if self.seen => return None,
            Event::InitDone | Event::Delete(_) => None,
            Event::Apply(object) => Some(whole(object, resource)),
        };
        if self.told.as_ref() == Some(&item) {
            return None;
        }
        self.told = Some(item.clone());
        Some(item)
    }
}

/// The object as JSON, with the version and kind that lists leave out.
fn whole(mut object: DynamicObject, resource: &ApiResource) -> Value {
    object.types = Some(kube::api::TypeMeta { api_version: resource.api_version.clone(), kind: resource.kind.clone() });
    serde_json::to_value(object).unwrap_or_default()
}

/// Retrying goes on in any case; what it may mend is not worth telling to whoever only looks around.
fn lasting(error: ClusterError) -> Option<ClusterError> {
    (!error.is_transient()).then_some(error)
}

fn explain(action: &str, error: watcher::Error, kind: &ServedKind, wire: &Wire) -> ClusterError {
    let fault = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => {
            Fault::Refused(Box::new(Refusal::from_status(*status, &wire.credential)))
        }
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => errors::lost(action, &error, wire),
        watcher::Error::NoResourceVersion => errors::protocol(action, "the answer has no resourceVersion").into(),
    };
    fault.explain(action, Some(kind))
}

/// A watch that fails at once again and again waits longer each time; half a minute of peace forgets that.
fn backoff() -> ResetTimerBackoff<ExponentialBackoff> {
    let growing = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(15))
        .without_max_times()
        .with_jitter();
    ResetTimerBackoff::new(growing.into(), Duration::from_secs(30))
}
