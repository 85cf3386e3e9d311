//! Faults on demand, for tests of what happens when a cluster does not do what it should.

use std::collections::BTreeMap;
use std::time::Duration;

use ks_model::ObjectRef;

use crate::ClusterError;

/// Says what goes wrong, and when. Empty by default: nothing does.
///
/// # Example
/// ```
/// use ks_apply::ClusterError;
/// use ks_apply::sandbox::{FaultPlan, RequestMatch, Verb};
///
/// let late = ClusterError::TimedOut { action: "apply".into(), seconds: 30 };
/// let plan = FaultPlan::default().fail(RequestMatch::verb(Verb::Apply).kind("Deployment"), 1, late);
/// # let _ = plan;
/// ```
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    requests: Vec<RequestFault>,
    workloads: BTreeMap<ObjectRef, PodFault>,
    logs: BTreeMap<String, Vec<String>>,
    seen: u64,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Version and served kinds.
    Discover,
    /// Many objects.
    List,
    /// One object.
    Get,
    /// An apply that stores nothing, or a review of access.
    DryRun,
    /// An apply that stores.
    Apply,
    /// A plain create.
    Create,
    /// A replacement.
    Replace,
    /// A delete.
    Delete,
    /// The start of a watch.
    Watch,
    /// What a container wrote.
    Log,
}

/// Picks requests; what is not said matches everything.
#[derive(Clone, Debug, Default)]
pub struct RequestMatch {
    verb: Option<Verb>,
    kind: Option<String>,
    name: Option<String>,
}

impl RequestMatch {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests of one verb.
    pub fn verb(verb: Verb) -> Self {
        Self { verb: Some(verb), ..Self::default() }
    }

    /// Only requests about this kind.
    #[must_use]
    pub fn kind(mut self, kind: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self
    }

    /// Only requests about objects of this name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    fn matches(&self, request: &Request<'_>) -> bool {
        self.verb.is_none_or(|it| it == request.verb)
            && self.kind.as_deref().is_none_or(|it| Some(it) == request.kind)
            && self.name.as_deref().is_none_or(|it| Some(it) == request.name)
    }
}

/// What is wrong with the pods of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodFault {
    /// They run and never become ready.
    NeverReady,
    /// Their image cannot be pulled.
    ImagePullBackOff,
    /// Their container ends again and again.
    CrashLoopBackOff,
    /// No node takes them.
    Unschedulable,
    /// Their container waits for this reason, such as `CreateContainerConfigError`.
    Waiting(&'static str),
}

/// A request, as far as faults look at it.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub verb: Verb,
    pub kind: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    /// It is answered with this error and does nothing.
    Fail(ClusterError),
    /// It does its work, and this error is the answer: the connection broke.
    LoseAnswer(ClusterError),
    /// It does nothing and is never answered.
    Hang,
    /// It does its work, and the answer takes so long.
    Late(Duration),
    /// A watch that tells what there is, misses all news for so long, and is begun anew.
    Deaf(Duration),
    /// A watch that tells first what there was when the faults were set.
    Old,
}

#[derive(Clone, Debug)]
struct RequestFault {
    matching: RequestMatch,
    when: When,
    effect: Effect,
}

#[derive(Clone, Debug)]
enum When {
    /// The request of this number, counted from one over all requests.
    Nth(u64),
    /// As many matching requests as are left.
    Left(u64),
}

impl FaultPlan {
    /// Fails the `nth` request of all (counted from one) with an error.
    #[must_use]
    pub fn fail_nth(self, nth: u64, error: ClusterError) -> Self {
        self.with(RequestMatch::any(), When::Nth(nth), Effect::Fail(error))
    }

    /// Lets the `nth` request of all do its work and answers it with an error.
    #[must_use]
    pub fn lose_answer_nth(self, nth: u64, error: ClusterError) -> Self {
        self.with(RequestMatch::any(), When::Nth(nth), Effect::LoseAnswer(error))
    }

    /// Lets the `nth` request of all do its work and answers it so much later.
    #[must_use]
    pub fn late_nth(self, nth: u64, pause: Duration) -> Self {
        self.with(RequestMatch::any(), When::Nth(nth), Effect::Late(pause))
    }

    /// Lets a watch that is the `nth` request of all miss what happens for so long after its beginning.
    #[must_use]
    pub fn deafen_nth(self, nth: u64, time: Duration) -> Self {
        self.with(RequestMatch::any(), When::Nth(nth), Effect::Deaf(time))
    }

    /// Lets a watch that is the `nth` request of all tell first what there was when the faults were set
    /// ([`super::Sandbox::set_faults`]).
    #[must_use]
    pub fn old_news_nth(self, nth: u64) -> Self {
        self.with(RequestMatch::any(), When::Nth(nth), Effect::Old)
    }

    /// Lets the next `times` matching watches tell first what there was when the faults were set.
    #[must_use]
    pub fn old_news(self, matching: RequestMatch, times: u64) -> Self {
        self.with(matching, When::Left(times), Effect::Old)
    }

    /// Whether a watch tells what was there before.
    pub(super) fn tells_old_news(&self) -> bool {
        self.requests.iter().any(|it| matches!(it.effect, Effect::Old))
    }

    /// Fails the next `times` matching requests with an error.
    #[must_use]
    pub fn fail(self, matching: RequestMatch, times: u64, error: ClusterError) -> Self {
        self.with(matching, When::Left(times), Effect::Fail(error))
    }

    /// Lets the next `times` matching requests do their work and answers them with an error.
    #[must_use]
    pub fn lose_answer(self, matching: RequestMatch, times: u64, error: ClusterError) -> Self {
        self.with(matching, When::Left(times), Effect::LoseAnswer(error))
    }

    /// Never answers the next `times` matching requests.
    #[must_use]
    pub fn hang(self, matching: RequestMatch, times: u64) -> Self {
        self.with(matching, When::Left(times), Effect::Hang)
    }

    /// Gives the pods of a workload (Deployment, StatefulSet, DaemonSet) a fault.
    #[must_use]
    pub fn pods(mut self, workload: ObjectRef, fault: PodFault) -> Self {
        self.workloads.insert(workload, fault);
        self
    }

    /// Says what containers of a name wrote; the sandbox runs nothing that would write by itself.
    #[must_use]
    pub fn log(mut self, container: &str, lines: &[&str]) -> Self {
        self.logs.insert(container.to_owned(), lines.iter().map(|it| (*it).to_owned()).collect());
        self
    }

    /// What containers of a name wrote.
    pub(super) fn of_log(&self, container: &str) -> &[String] {
        self.logs.get(container).map_or(&[], Vec::as_slice)
    }

    /// What is wrong with the pods of a workload.
    pub(super) fn of_workload(&self, workload: &ObjectRef) -> Option<PodFault> {
        self.workloads.get(workload).copied()
    }

    /// What happens to the next request; counts it.
    pub(super) fn next(&mut self, request: &Request<'_>) -> Option<Effect> {
        self.seen += 1;
        let seen = self.seen;
        let fault = self.requests.iter_mut().find(|fault| {
            fault.matching.matches(request)
                && match fault.when {
                    When::Nth(nth) => nth == seen,
                    When::Left(left) => left > 0,
                }
        })?;
        if let When::Left(left) = &mut fault.when {
            *left -= 1;
        }
        Some(fault.effect.clone())
    }

    fn with(mut self, matching: RequestMatch, when: When, effect: Effect) -> Self {
        self.requests.push(RequestFault { matching, when, effect });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(kind: &str) -> Request<'_> {
        Request { verb: Verb::Get, kind: Some(kind), name: Some("n") }
    }

    #[test]
    fn a_fault_strikes_matching_requests_as_often_as_told() {
        let mut plan = FaultPlan::default().hang(RequestMatch::verb(Verb::Get).kind("Secret"), 1);
        assert!(plan.next(&get("ConfigMap")).is_none());
        assert!(plan.next(&get("Secret")).is_some());
        assert!(plan.next(&get("Secret")).is_none());
    }

    #[test]
    fn the_nth_request_is_counted_over_all() {
        let mut plan = FaultPlan::default().fail_nth(2, ClusterError::ReadOnly("x".into()));
        let struck: Vec<bool> = (0..3).map(|_| plan.next(&get("Secret")).is_some()).collect();
        assert_eq!(struck, [false, true, false]);
    }

    #[test]
    fn each_request_has_its_own_fault() {
        let error = ClusterError::ReadOnly("x".into());
        let mut plan = FaultPlan::default().late_nth(1, Duration::from_secs(9)).lose_answer_nth(2, error);
        assert!(matches!(plan.next(&get("Secret")), Some(Effect::Late(Duration { .. }))));
        assert!(matches!(plan.next(&get("Secret")), Some(Effect::LoseAnswer(_))));
        assert!(plan.next(&get("Secret")).is_none());
    }
}
