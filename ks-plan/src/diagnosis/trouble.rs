//! What is wrong with one pod, as its status says.

use ks_model::{GroupKind, ObjectRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::readiness::condition;

/// Why containers wait while all is as it should be.
const STARTING: [&str; 3] = ["ContainerCreating", "PodInitializing", ""];
/// Why images do not come; registries and networks fail for a while.
const IMAGE: [&str; 4] = ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"];
/// What no later attempt makes better, unless somebody changes something.
const TERMINAL: [(&str, Class); 6] = [
    ("InvalidImageName", Class::ImageName),
    ("ErrImageNeverPull", Class::ImageName),
    ("CreateContainerConfigError", Class::Configuration),
    ("CreateContainerError", Class::Start),
    ("RunContainerError", Class::Start),
    ("PreCreateHookError", Class::Start),
];

/// What kind of fault it is. Faults of one class are one fault under changing names, such as `ErrImagePull` and
/// `ImagePullBackOff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Class {
    /// The image cannot be named or may not be pulled.
    ImageName,
    /// Something that the container is configured from is missing.
    Configuration,
    /// The container cannot be made or started.
    Start,
    /// The image does not come.
    Image,
    /// The container ends again and again.
    Crash,
    /// The pod ended, and its owner makes another.
    Ended,
    /// A claim has no volume.
    Claim,
    /// No node takes the pod.
    Unschedulable,
    /// No pod can be made.
    Refused,
    /// It waits for something else.
    Other,
    /// It runs, or starts, and is not ready.
    Slow,
}

impl Class {
    /// Whether faults of this class go away by themselves at times.
    pub fn may_pass(self) -> bool {
        !matches!(self, Self::ImageName | Self::Configuration | Self::Start)
    }
}

/// Whether waiting helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Course {
    /// Waiting does not help.
    Terminal,
    /// It may pass.
    Passing,
    /// It was seen and may be over: the container runs again. It ends no wait and is not forgotten.
    Resting,
}

/// Which log of a container tells about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum LogOf {
    /// That of the container as it is.
    Current,
    /// That of the container before its last restart.
    Previous,
}

/// What is wrong with a pod, or with the making of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trouble {
    /// The pod; absent where none can be made.
    pub pod: Option<ObjectRef>,
    /// The container.
    pub container: Option<String>,
    /// Which kind of fault.
    pub class: Class,
    /// Whether waiting helps.
    pub course: Course,
    /// The reason as Kubernetes names it: `ImagePullBackOff`.
    pub reason: String,
    /// What Kubernetes says of it; may be empty.
    pub message: String,
    /// The log that tells more.
    pub log: Option<LogOf>,
}

impl Trouble {
    fn of(pod: &Value, class: Class, course: Course, reason: &str, message: &str) -> Self {
        let (reason, message) = (reason.to_owned(), message.trim().to_owned());
        Self { pod: Some(identity(pod)), container: None, class, course, reason, message, log: None }
    }

    fn in_container(self, container: &Value, log: Option<LogOf>) -> Self {
        Self { container: Some(text(container, "/name").to_owned()), log, ..self }
    }
}

/// What is wrong with a pod; nothing when it is ready, goes, or starts as pods do.
pub fn of_pod(pod: &Value) -> Option<Trouble> {
    let is_ready = condition::find(pod, "Ready").is_some_and(|it| condition::is(it, "True"));
    let phase = text(pod, "/status/phase");
    if is_ready || phase == "Succeeded" || pod.pointer("/metadata/deletionTimestamp").is_some() {
        return None;
    }
    if phase == "Failed" {
        return Some(ended(pod));
    }
    if let Some(trouble) = unscheduled(pod) {
        return Some(trouble);
    }
    let init = containers(pod, "/status/initContainerStatuses");
    let all = init.chain(containers(pod, "/status/containerStatuses"));
    all.filter_map(|it| of_container(pod, it)).min_by_key(|it| (it.course, it.class))
}

/// What is wrong with a workload before any pod of it: its pods are refused, or a claim has no volume.
pub fn of_workload_itself(object: &Value) -> Option<Trouble> {
    let wrong = |class, reason: &str, message: &str| Trouble {
        pod: None,
        container: None,
        class,
        course: Course::Passing,
        reason: reason.to_owned(),
        message: message.to_owned(),
        log: None,
    };
    if text(object, "/kind") == "PersistentVolumeClaim" {
        let is_pending = text(object, "/status/phase") == "Pending";
        return is_pending.then(|| wrong(Class::Claim, "Pending", "no volume is bound to it"));
    }
    let refused = condition::find(object, "ReplicaFailure").filter(|it| condition::is(it, "True"))?;
    Some(wrong(Class::Refused, text(refused, "/reason"), text(refused, "/message")))
}

/// What to tell of a workload that is late and has no pod to tell of.
pub fn late(object: &Value) -> Trouble {
    let is_claim = text(object, "/kind") == "PersistentVolumeClaim";
    let class = if is_claim { Class::Claim } else { Class::Slow };
    let (reason, course) = ("NotReady".to_owned(), Course::Passing);
    Trouble { pod: None, container: None, class, course, reason, message: String::new(), log: None }
}

/// What to tell of a pod that is late without a fault: a probe that fails, a volume that is not mounted.
pub fn slow(pod: &Value) -> Option<Trouble> {
    let condition = condition::find(pod, "Ready").filter(|it| !condition::is(it, "True"));
    if text(pod, "/status/phase") == "Succeeded" || (condition.is_none() && text(pod, "/status/phase") == "Running") {
        return None;
    }
    let all = containers(pod, "/status/initContainerStatuses").chain(containers(pod, "/status/containerStatuses"));
    let late = all.into_iter().find(|it| !is_done(it));
    let words = condition.map(|it| text(it, "/message")).unwrap_or_default();
    let Some(late) = late else {
        return Some(Trouble::of(pod, Class::Slow, Course::Passing, "NotReady", words));
    };
    let waits = text(late, "/state/waiting/reason");
    let reason = if waits.is_empty() { "NotReady" } else { waits };
    let log = late.pointer("/state/running").map(|_| LogOf::Current);
    Some(Trouble::of(pod, Class::Slow, Course::Passing, reason, words).in_container(late, log))
}

/// The pod's owner makes another one, so this may pass; a Job decides by itself how often.
fn ended(pod: &Value) -> Trouble {
    let failed =
        containers(pod, "/status/containerStatuses").find(|it| exit_code(it, "/state").is_some_and(|it| it != 0));
    let reason = match text(pod, "/status/reason") {
        "" => "Failed",
        reason => reason,
    };
    let course = if is_of_job(pod) { Course::Resting } else { Course::Passing };
    let trouble = Trouble::of(pod, Class::Ended, course, reason, text(pod, "/status/message"));
    match failed {
        Some(container) if trouble.message.is_empty() => {
            let message = last_words(container, "/state");
            Trouble { message, ..trouble }.in_container(container, Some(LogOf::Current))
        }
        Some(container) => trouble.in_container(container, Some(LogOf::Current)),
        None => trouble,
    }
}

fn unscheduled(pod: &Value) -> Option<Trouble> {
    let scheduled = condition::find(pod, "PodScheduled").filter(|it| condition::is(it, "False"))?;
    let (reason, message) = (text(scheduled, "/reason"), text(scheduled, "/message"));
    let is_claim = message.to_lowercase().contains("persistentvolumeclaim");
    let class = if is_claim { Class::Claim } else { Class::Unschedulable };
    Some(Trouble::of(pod, class, Course::Passing, if reason.is_empty() { "Unschedulable" } else { reason }, message))
}

fn of_container(pod: &Value, container: &Value) -> Option<Trouble> {
    if is_done(container) {
        return None;
    }
    let crash = |course, reason: &str, message: String, log| {
        let course = if is_of_job(pod) { Course::Resting } else { course };
        Some(Trouble::of(pod, Class::Crash, course, reason, &message).in_container(container, Some(log)))
    };
    if let Some(waiting) = container.pointer("/state/waiting") {
        let (reason, message) = (text(waiting, "/reason"), text(waiting, "/message"));
        let wrong =
            |class, course| Some(Trouble::of(pod, class, course, reason, message).in_container(container, None));
        let terminal = TERMINAL.iter().find(|(it, _)| *it == reason);
        return match (reason, terminal) {
            (_, Some((_, class))) => wrong(*class, Course::Terminal),
            ("CrashLoopBackOff", _) => {
                let words = last_words(container, "/lastState");
                let parts: Vec<&str> = [words.as_str(), message].into_iter().filter(|it| !it.is_empty()).collect();
                let message = parts.join("; ");
                crash(Course::Passing, reason, message, LogOf::Previous)
            }
            _ if IMAGE.contains(&reason) => wrong(Class::Image, Course::Passing),
            _ if STARTING.contains(&reason) => None,
            _ => wrong(Class::Other, Course::Passing),
        };
    }
    if exit_code(container, "/state").is_some() {
        let reason = text(container, "/state/terminated/reason");
        return crash(Course::Passing, reason, last_words(container, "/state"), LogOf::Current);
    }
    let crashed = exit_code(container, "/lastState").is_some_and(|it| it != 0);
    let reason = text(container, "/lastState/terminated/reason");
    if crashed { crash(Course::Resting, reason, last_words(container, "/lastState"), LogOf::Previous) } else { None }
}

/// Whether a container does what it should: it is ready, or an init container has ended well.
fn is_done(container: &Value) -> bool {
    container.pointer("/ready") == Some(&Value::Bool(true)) || exit_code(container, "/state") == Some(0)
}

fn exit_code(container: &Value, state: &str) -> Option<i64> {
    container.pointer(&format!("{state}/terminated/exitCode"))?.as_i64()
}

/// How a container ended: `OOMKilled, exit code 137: its own message`.
fn last_words(container: &Value, state: &str) -> String {
    let Some(code) = exit_code(container, state) else { return String::new() };
    let of = |field: &str| text(container, &format!("{state}/terminated/{field}")).trim();
    let start = match of("reason") {
        "" => format!("exit code {code}"),
        reason => format!("{reason}, exit code {code}"),
    };
    if of("message").is_empty() { start } else { format!("{start}: {}", of("message")) }
}

fn is_of_job(pod: &Value) -> bool {
    let owners = pod.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().any(|it| text(it, "/kind") == "Job")
}

fn identity(pod: &Value) -> ObjectRef {
    let (namespace, name) = (text(pod, "/metadata/namespace"), text(pod, "/metadata/name"));
    ObjectRef::namespaced(GroupKind::new("", "Pod"), namespace, name)
}

fn containers<'a>(pod: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    pod.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
