//! Waits: until an object is ready, until it is gone, or late.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use ks_model::ObjectRef;
use ks_plan::Readiness;
use ks_plan::readiness::Rules;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::event::{Outcome, StepError};
use crate::examine::{Examiner, Seen};
use crate::revision::Revision;

/// For how long after a fault of its watch it is said that an object cannot be heard: a watch that goes on failing does so
/// more often.
const UNHEARD: Duration = Duration::from_secs(30);

/// Longer than any wait; a clock can still add it up.
pub(crate) const AGES: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

type Found = Result<Option<Value>, ClusterError>;

/// What is waited for.
pub(crate) struct Wanted<'a> {
    pub kind: &'a ServedKind,
    pub object: &'a ObjectRef,
    /// The object that its readiness rests on.
    pub companion: Option<(ServedKind, ObjectRef)>,
    pub rules: &'a Rules,
    /// The revision that its write gave it: what a watch tells of an earlier one is no news.
    pub written: Option<Revision>,
}

/// Follows an object, and the one that its readiness rests on, until it is ready, has failed, has a fault for too long, or
/// the time is up.
pub(crate) async fn until_ready(
    examiner: &Examiner<'_>,
    wanted: Wanted<'_>,
    timeout: Duration,
    progress: impl Fn(Readiness),
) -> Outcome {
    let Wanted { kind, object, companion, rules, written } = wanted;
    let cluster = examiner.cluster;
    let own = cluster.watch(kind, object).map(|it| (0, it)).boxed();
    let other = match &companion {
        Some((kind, companion)) => cluster.watch(kind, companion).map(|it| (1, it)).boxed(),
        None => stream::empty().boxed(),
    };
    // An object without a companion has seen everything of it.
    let mut state: [Option<Option<Value>>; 2] = [None, companion.is_none().then_some(None)];
    let (tell, seen) = watch::channel(Seen { workload: None, state: unseen() });
    let rests_on = usize::from(companion.is_some());
    let is_old = |it: &Value| matches!((Revision::of(it), written), (Some(seen), Some(written)) if seen < written);
    let judge = |(slot, found): (usize, Option<Value>)| {
        let is_news = slot == 1 || !found.as_ref().is_some_and(is_old);
        state[slot] = is_news.then_some(found);
        let now = match &state {
            [Some(object), Some(companion)] => rules.judge(object.as_ref(), companion.as_ref()),
            _ => unseen(),
        };
        let workload = state[rests_on].clone().flatten();
        tell.send_replace(Seen { workload, state: now.clone() });
        now
    };
    let followed = follow(stream::select(own, other).boxed(), timeout, judge, &progress);
    examined(examiner, object, seen, followed, &progress).await
}

/// Waits for the end of `followed`, or for a fault that lasts too long; finds out why where the end is not the wanted one.
pub(crate) async fn examined(
    examiner: &Examiner<'_>,
    object: &ObjectRef,
    seen: watch::Receiver<Seen>,
    followed: impl Future<Output = Outcome>,
    progress: impl Fn(Readiness),
) -> Outcome {
    let ended = tokio::select! {
        biased;
        outcome = followed => Ok(outcome),
        stuck = examiner.until_stuck(seen.clone(), progress) => Err(stuck),
    };
    let last = seen.borrow().clone();
    match ended {
        Err(stuck) => {
            let cause = examiner.cause(object, &last, Some(stuck)).await;
            let words = last.state.to_string();
            Outcome::Failed(cause.map_or(StepError::NeverReady(words), |it| StepError::Stuck(Box::new(it))))
        }
        Ok(Outcome::Failed(StepError::NeverReady(words))) => {
            let cause = examiner.cause(object, &last, None).await;
            Outcome::Failed(cause.map_or(StepError::NeverReady(words), |it| StepError::Stuck(Box::new(it))))
        }
        Ok(Outcome::TimedOut { last: state, waited, .. }) => {
            let cause = examiner.cause(object, &last, None).await.map(Box::new);
            Outcome::TimedOut { last: state, waited, cause }
        }
        Ok(outcome) => outcome,
    }
}

/// Follows an object until it is gone, or another one of its name stands in its place.
pub(crate) async fn until_absent(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    object: &ObjectRef,
    uid: Option<&str>,
    timeout: Duration,
    progress: impl Fn(Readiness),
) -> Outcome {
    let seen = cluster.watch(kind, object).map(|it| (0, it)).boxed();
    let judge = |(_, seen): (usize, Option<Value>)| {
        let same = |it: Value| uid.is_none() || it.pointer("/metadata/uid").and_then(Value::as_str) == uid;
        if seen.is_some_and(same) { Readiness::Waiting { on: "it is still there".into() } } else { Readiness::Ready }
    };
    match follow(seen, timeout, judge, progress).await {
        Outcome::Reached => Outcome::Deleted,
        outcome => outcome,
    }
}

/// Feeds what is seen to `judge` until it says ready or failed, the cluster refuses, or the time is up. `progress`
/// hears of every change of the answer.
pub(crate) async fn follow(
    mut seen: BoxStream<'_, (usize, Found)>,
    timeout: Duration,
    mut judge: impl FnMut((usize, Option<Value>)) -> Readiness,
    progress: impl Fn(Readiness),
) -> Outcome {
    let deadline = Instant::now() + timeout.min(AGES);
    let mut last = unseen();
    let mut unheard = None;
    loop {
        match tokio::time::timeout_at(deadline, seen.next()).await {
            Ok(Some((slot, Ok(value)))) => {
                unheard = None;
                match judge((slot, value)) {
                    Readiness::Ready => return Outcome::Reached,
                    Readiness::Failed { because } => return Outcome::Failed(StepError::NeverReady(because)),
                    waiting if waiting != last => {
                        progress(waiting.clone());
                        last = waiting;
                    }
                    _ => {}
                }
            }
            Ok(Some((_, Err(error)))) if error.is_transient() => unheard = Some((Instant::now(), error)),
            Ok(Some((_, Err(error)))) => return Outcome::Failed(error.into()),
            Ok(None) => return Outcome::Failed(StepError::NeverReady("its watch ended".into())),
            Err(_) => {
                let unheard = unheard.filter(|(since, _)| since.elapsed() < UNHEARD).map(|(_, error)| error);
                return Outcome::TimedOut { last: heard_of(last, unheard), waited: timeout, cause: None };
            }
        }
    }
}

/// What was seen last, and why there may be more to see.
fn heard_of(last: Readiness, unheard: Option<ClusterError>) -> Readiness {
    match (last, unheard) {
        (Readiness::Waiting { on }, Some(error)) => {
            Readiness::Waiting { on: format!("{on}, as far as was heard ({error})") }
        }
        (last, _) => last,
    }
}

pub(crate) fn unseen() -> Readiness {
    Readiness::Waiting { on: "nothing was seen of it yet".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Found {
        Err(ClusterError::Transient { action: "watch it".into(), message: "no answer".into(), retry_after: None })
    }

    /// What is said of an object that was there after a second, when its watch failed after so many seconds.
    async fn told(failed: u64) -> String {
        let after = |seconds, found| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            (0, found)
        };
        let seen = stream::select(stream::once(after(1, Ok(None))), stream::once(after(failed, lost())));
        let judge = |_| Readiness::Waiting { on: "it is small".into() };
        let seen = seen.chain(stream::pending()).boxed();
        match follow(seen, Duration::from_secs(60), judge, |_| {}).await {
            Outcome::TimedOut { last, .. } => last.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_in_vain_hears_that_the_watch_fails_unless_that_is_long_ago() {
        assert_eq!(told(50).await, "it is small, as far as was heard (watch it: no answer)");
        assert_eq!(told(20).await, "it is small");
    }
}
