//! Plans and applies in one line, as the stories need it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::{ApplyEvent, ApplyOptions, Cluster, PlanError, PlanOptions, Planned, Tally, apply, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::{Action, Catalogue, Plan};
use tokio::sync::{mpsc, watch};

pub use crate::configuration::EXAMPLE;

/// A cluster and the catalogue in the binary.
#[derive(Clone)]
pub struct Engine {
    cluster: Arc<dyn Cluster>,
    catalogue: Catalogue,
}

impl Engine {
    /// Works on a cluster.
    ///
    /// # Panics
    /// When the embedded catalogue is broken.
    pub fn on(cluster: impl Cluster + 'static) -> Self {
        #[expect(clippy::expect_used, reason = "tests may")]
        let catalogue = Catalogue::embedded().expect("the embedded catalogue is sound");
        Self::with(cluster, catalogue)
    }

    /// Works on a cluster with another catalogue.
    pub fn with(cluster: impl Cluster + 'static, catalogue: Catalogue) -> Self {
        Self { cluster: Arc::new(cluster), catalogue }
    }

    /// Plans the configuration in `text`.
    ///
    /// # Panics
    /// When there is no plan.
    #[expect(clippy::panic, reason = "tests may")]
    pub async fn plan(&self, text: &str) -> Planned {
        self.plan_with(text, &PlanOptions::default()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Plans the configuration in `text`, with more than the configuration says.
    ///
    /// # Errors
    /// When there is no plan.
    ///
    /// # Panics
    /// When the configuration is wrong.
    #[expect(clippy::panic, reason = "tests may")]
    pub async fn plan_with(&self, text: &str, options: &PlanOptions) -> Result<Planned, PlanError> {
        let source = Source { name: "cluster-configuration.yaml".into(), text: text.into() };
        let config = ClusterConfiguration::parse(&source).unwrap_or_else(|problems| panic!("{problems}")).config;
        plan(&*self.cluster, &self.catalogue, &config, options).await
    }

    /// Applies a plan to its end, and answers with everything that happened.
    pub async fn apply(&self, planned: &Planned, options: ApplyOptions) -> (Tally, Vec<ApplyEvent>) {
        let (tally, events) = self.apply_timed(planned, options).await;
        (tally, events.into_iter().map(|(_, event)| event).collect())
    }

    /// The same, with how long after the beginning each event was heard.
    pub async fn apply_timed(&self, planned: &Planned, options: ApplyOptions) -> (Tally, Vec<(Duration, ApplyEvent)>) {
        let (_interrupt, interrupted) = watch::channel(false);
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let discovery = planned.survey.discovery.clone();
        let (cluster, plan) = (Arc::clone(&self.cluster), Arc::new(planned.plan.clone()));
        let began = Instant::now();
        let heard = async {
            let mut events = Vec::new();
            while let Some(event) = receiver.recv().await {
                events.push((began.elapsed(), event));
            }
            events
        };
        tokio::join!(apply(cluster, discovery, plan, options, interrupted, sender), heard)
    }

    /// Plans, applies and insists on success.
    ///
    /// # Panics
    /// When a step does not succeed; the message lists the events.
    pub async fn converge(&self, text: &str) -> Planned {
        self.converge_timed(text).await.0
    }

    /// The same, with everything that happened, and when.
    ///
    /// # Panics
    /// As [`Engine::converge`].
    #[expect(clippy::panic, reason = "tests may")]
    pub async fn converge_timed(&self, text: &str) -> (Planned, Vec<(Duration, ApplyEvent)>) {
        let planned = self.plan(text).await;
        let mut options = ApplyOptions::default();
        // A busy API server can take minutes to let go of a definition that it began to serve a moment ago.
        options.timeout = Duration::from_secs(300);
        let (tally, events) = self.apply_timed(&planned, options).await;
        if !tally.is_success() {
            let bad = events.iter().filter_map(|(_, event)| match event {
                ApplyEvent::StepFinished(id, outcome, _) if !outcome.is_success() => {
                    Some(format!("{:?}: {outcome:?}", planned.plan.steps.get(*id).map(|it| it.task.to_string())))
                }
                _ => None,
            });
            panic!("{tally:?}\n{}", bad.collect::<Vec<_>>().join("\n"));
        }
        (planned, events)
    }
}

/// The objects that a plan changes, each with its symbol, in the order of the plan.
pub fn changed(plan: &Plan) -> Vec<String> {
    let changes = plan.changes.iter().filter(|it| it.action != Action::NoOp);
    changes.map(|it| format!("{} {}", it.action.symbol(), it.object)).collect()
}

/// Every field that a plan changes, one line each: for messages when a plan should have been empty.
pub fn changed_fields(plan: &Plan) -> String {
    let mut lines = changed(plan);
    for change in &plan.changes {
        lines.extend(
            change.fields.iter().map(|it| format!("  {}{} {:?} -> {:?}", change.object, it.path, it.before, it.after)),
        );
    }
    lines.join("\n")
}

/// The example with `alerting.enabled` switched on.
pub fn with_alerting() -> String {
    let (before, rest) = EXAMPLE.split_once("\n  alerting:").unwrap_or((EXAMPLE, ""));
    format!("{before}\n  alerting:{}", rest.replacen("enabled: false", "enabled: true", 1))
}

/// The example with alerting on, and the monitoring of an etcd with three members.
pub fn with_alerting_and_etcd() -> String {
    let text = with_alerting();
    let (before, rest) = text.split_once("\n  etcd:").unwrap_or((&text, ""));
    let rest = rest.replacen("monitoring: false", "monitoring: true", 1);
    format!("{before}\n  etcd:{}", rest.replacen("localhost", "192.168.0.9,192.168.0.10,192.168.0.2", 1))
}
