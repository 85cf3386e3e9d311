//! Looks at the pods of a workload that takes long, and finds out what is wrong.
//!
//! A workload that is ready within the first seconds costs no request more. What a cluster does not let ks see (pods, logs,
//! events) fails nothing; what is told names it.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::Readiness;
use ks_plan::diagnosis::{
    Cause, Class, LogOf, Patience, Trouble, Verdict, claims_of, has_pods, late, of_pod, of_workload,
    of_workload_itself, selector, slow, warnings,
};
use ks_plan::rbac::MissingRule;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::cluster::{Cluster, ListQuery, LogQuery};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

/// How long a workload is left alone before its pods are looked at.
const QUIET: Duration = Duration::from_secs(3);
/// How long each request may take that only makes a failure clearer.
const REQUEST: Duration = Duration::from_secs(5);
/// How many of the last lines of a log are told.
const LINES: u32 = 10;

/// What was seen last of what is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// What makes the pods: the object itself, or what its operator makes of it.
    pub workload: Option<Value>,
    /// How far the object is.
    pub state: Readiness,
}

/// A fault that ends a wait.
pub(crate) struct Stuck {
    trouble: Trouble,
    lasted: Duration,
    claims: Vec<String>,
}

/// Looks at pods, logs and events.
pub(crate) struct Examiner<'a> {
    pub cluster: &'a dyn Cluster,
    pub discovery: &'a Discovery,
    /// How long faults are put up with.
    pub patience: Patience,
}

impl Examiner<'_> {
    /// Watches the pods of a workload; ends when one has a fault for too long, and never without one.
    pub(crate) async fn until_stuck(&self, mut seen: watch::Receiver<Seen>, progress: impl Fn(Readiness)) -> Stuck {
        tokio::time::sleep(QUIET).await;
        let started = Instant::now();
        let (mut pods, mut told) = (Vec::new(), None);
        let mut patience = self.patience.clone();
        let mut watched: Option<BoxStream<'static, Result<Vec<Value>, ClusterError>>> = None;
        loop {
            let workload = seen.borrow_and_update().workload.clone();
            let mut until = None;
            if let Some(workload) = &workload {
                watched.get_or_insert_with(|| self.watch(workload));
                let now = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                match patience.judge(workload, &pods, now) {
                    Verdict::Stuck { trouble, lasted } => {
                        let claims = claims(&trouble, &pods);
                        return Stuck { trouble, lasted: Duration::from_millis(lasted), claims };
                    }
                    Verdict::Troubled { trouble, until: end } => {
                        until = end.and_then(|it| started.checked_add(Duration::from_millis(it)));
                        let named = Some((trouble.pod.clone(), trouble.reason.clone()));
                        if told != named {
                            progress(Readiness::Waiting { on: brief(&trouble) });
                            told = named;
                        }
                    }
                    _ => told = None,
                }
            }
            tokio::select! {
                changed = seen.changed() => if changed.is_err() { std::future::pending::<()>().await },
                found = next(&mut watched) => match found {
                    Some(Ok(found)) => pods = found,
                    // Then what the workload itself says is all there is.
                    Some(Err(ClusterError::Forbidden { message, .. })) => {
                        if let Some(rule) = MissingRule::read(&message) {
                            progress(Readiness::Waiting { on: format!("its pods cannot be watched, missing rule: {rule}") });
                        }
                        watched = Some(stream::pending().boxed());
                    }
                    _ => watched = Some(stream::pending().boxed()),
                },
                () = wake(until) => {}
            }
        }
    }

    /// Tells why a wait ended: a fault that was found, or what there is to see of an object that failed or is late.
    pub(crate) async fn cause(&self, object: &ObjectRef, seen: &Seen, stuck: Option<Stuck>) -> Option<Cause> {
        let mut unread = Vec::new();
        let Stuck { trouble, lasted, claims } = match stuck {
            Some(stuck) => stuck,
            None => self.look(seen.workload.as_ref().filter(|it| is_examined(it))?, &mut unread).await?,
        };
        let log = match (&trouble.pod, trouble.log) {
            (Some(pod), Some(which)) => self.log(pod, &trouble, which, &mut unread).await,
            _ => Vec::new(),
        };
        let about = trouble.pod.clone().or_else(|| seen.workload.as_ref().and_then(identity));
        let mut events = Vec::new();
        for about in about.iter().cloned().chain(claims.into_iter().filter_map(|it| claim(about.as_ref()?, it))) {
            events.extend(self.events(&about, &mut unread).await);
        }
        let state = match &seen.state {
            Readiness::Failed { because } => because.clone(),
            state => state.to_string(),
        };
        let mut cause = Cause::new(object.clone(), state, trouble, lasted.as_secs());
        (cause.log, cause.events, cause.unread) = (log, warnings(&events), unread);
        // An object that is late without a fault and without a warning says everything itself.
        let is_told = cause.pod.is_some() || !cause.message.is_empty() || !cause.events.is_empty();
        (is_told || !cause.unread.is_empty()).then_some(cause)
    }

    fn watch(&self, workload: &Value) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
        if is_pod(workload) {
            return stream::pending().boxed();
        }
        match (self.served("Pod"), self.query(workload)) {
            (Some(kind), Some(query)) => self.cluster.watch_all(kind, &query),
            _ => stream::pending().boxed(),
        }
    }

    /// Looks once at what an object without a found fault has: the worst fault among its pods, else the first late pod.
    async fn look(&self, workload: &Value, unread: &mut Vec<String>) -> Option<Stuck> {
        let pods = match (self.served("Pod"), self.query(workload)) {
            _ if is_pod(workload) => vec![workload.clone()],
            (Some(kind), Some(query)) => within(self.cluster.list(kind, &query), unread).await.unwrap_or_default(),
            _ => Vec::new(),
        };
        let mine = of_workload(workload, &pods);
        let faults = of_workload_itself(workload).into_iter().chain(mine.iter().filter_map(|it| of_pod(it)));
        let worst = faults.min_by_key(|it| (it.course, it.class));
        let trouble = worst.or_else(|| mine.iter().find_map(|it| slow(it))).unwrap_or_else(|| late(workload));
        let claims = claims(&trouble, &pods);
        Some(Stuck { trouble, lasted: Duration::ZERO, claims })
    }

    fn query(&self, workload: &Value) -> Option<ListQuery> {
        let kind = identity(workload)?.kind;
        let label_selector = Some(selector(workload).filter(|_| has_pods(&kind))?);
        let namespace = workload.pointer("/metadata/namespace")?.as_str().map(str::to_owned);
        Some(ListQuery { namespace, label_selector, ..ListQuery::default() })
    }

    /// The log that tells about a fault; that of the running container where the one before left none.
    async fn log(&self, pod: &ObjectRef, trouble: &Trouble, which: LogOf, unread: &mut Vec<String>) -> Vec<String> {
        let query = |previous| LogQuery { container: trouble.container.clone(), previous, lines: LINES };
        if which == LogOf::Previous {
            let lines = within(self.cluster.log(pod, &query(true)), unread).await.unwrap_or_default();
            if !lines.is_empty() {
                return lines;
            }
        }
        within(self.cluster.log(pod, &query(false)), unread).await.unwrap_or_default()
    }

    async fn events(&self, about: &ObjectRef, unread: &mut Vec<String>) -> Vec<Value> {
        let Some(kind) = self.served("Event") else { return Vec::new() };
        let fields = format!("involvedObject.kind={},involvedObject.name={}", about.kind.kind, about.name);
        let query =
            ListQuery { namespace: about.namespace.clone(), field_selector: Some(fields), ..ListQuery::default() };
        within(self.cluster.list(kind, &query), unread).await.unwrap_or_default()
    }

    fn served(&self, kind: &str) -> Option<&ServedKind> {
        self.discovery.find(&GroupKind::new("", kind), "v1")
    }
}

/// What a request for more words gave; nothing when it fails or takes long. What may not be read is noted.
async fn within<T>(request: impl Future<Output = Result<T, ClusterError>>, unread: &mut Vec<String>) -> Option<T> {
    match tokio::time::timeout(REQUEST, request).await.ok()? {
        Err(ClusterError::Forbidden { message, .. }) => {
            if !unread.contains(&message) {
                unread.push(message);
            }
            None
        }
        answer => answer.ok(),
    }
}

async fn next(
    watched: &mut Option<BoxStream<'static, Result<Vec<Value>, ClusterError>>>,
) -> Option<Result<Vec<Value>, ClusterError>> {
    match watched {
        Some(watched) => watched.next().await,
        None => std::future::pending().await,
    }
}

async fn wake(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// The fault in few words. What Kubernetes says of it comes with the failure, where secret values are hidden.
fn brief(trouble: &Trouble) -> String {
    match &trouble.pod {
        Some(pod) => format!("{} in Pod {}", trouble.reason, pod.name),
        None => trouble.reason.clone(),
    }
}

/// The claims of the pod, where one of them is at fault.
fn claims(trouble: &Trouble, pods: &[Value]) -> Vec<String> {
    let Some(pod) = trouble.pod.as_ref().filter(|_| trouble.class == Class::Claim) else { return Vec::new() };
    let found = pods.iter().filter(|it| identity(it).as_ref() == Some(pod));
    found.flat_map(claims_of).map(str::to_owned).collect()
}

fn claim(pod: &ObjectRef, name: String) -> Option<ObjectRef> {
    Some(ObjectRef::namespaced(GroupKind::new("", "PersistentVolumeClaim"), pod.namespace.clone()?, name))
}

/// Whether an object has pods, is one, or is what pods wait for: of all others there is nothing more to see.
fn is_examined(workload: &Value) -> bool {
    identity(workload)
        .is_some_and(|it| has_pods(&it.kind) || it.kind.is("", "Pod") || it.kind.is("", "PersistentVolumeClaim"))
}

fn is_pod(workload: &Value) -> bool {
    identity(workload).is_some_and(|it| it.kind.is("", "Pod"))
}

fn identity(object: &Value) -> Option<ObjectRef> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let group = text("/apiVersion").and_then(|it| it.split_once('/')).map_or("", |(group, _)| group);
    let kind = GroupKind::new(group, text("/kind")?);
    let namespace = text("/metadata/namespace").map(str::to_owned);
    Some(ObjectRef { kind, namespace, name: text("/metadata/name")?.to_owned() })
}
