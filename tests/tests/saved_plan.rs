//! A saved plan at a real API server: one object that moved refuses all of it, whichever object that is, and a status does not.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::sync::Arc;

use ks_apply::{ApplyMode, ApplyOptions, Cluster, ConnectOptions, Discovery, KubeCluster, Planned, look_again, survey};
use ks_model::{Manifest, ObjectRef};
use ks_plan::saved::{ConfigurationSource, Expectation, Expected, Stale, Staleness};
use ks_plan::structured::{PathElement, owned_by};
use ks_plan::{LiveState, SavedPlan};
use ks_tests::configuration::{all_gates, everything_on, example_with, merge};
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{Engine, changed_fields};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_applied_as_it_was_or_names_the_object_that_moved() {
    let Some(stage) = Stage::set().await else { return };
    let saved = stage.saved().await;
    assert!(saved.expected.len() > 120, "{}", saved.expected.len());
    assert_eq!(stage.stale(&saved).await, []);
    for expected in &saved.expected {
        let object = &expected.object;
        let because = stage.disturb(&saved, expected).await;
        assert_eq!(stage.stale(&saved).await, [Stale { object: object.clone(), because }]);
        stage.mend(expected).await;
    }
    assert_eq!(stage.stale(&saved).await, []);
    stage.touch_a_status();
    stage.apply(&saved).await;
    let again = stage.engine.plan(&everything_on()).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));
}

/// A server on which the platform is installed without alerting.
struct Stage {
    server: Arc<ControlPlane>,
    cluster: KubeCluster,
    engine: Engine,
    installed: Planned,
}

impl Stage {
    async fn set() -> Option<Self> {
        let options = Options { nodes: 0, controllers: false, operator: false };
        let server = Arc::new(ControlPlane::start_or_skip(options)?);
        server.add_what_others_bring().unwrap();
        server.stand_in_for_controllers();
        let options = ConnectOptions { kubeconfig: Some(server.kubeconfig()), ..ConnectOptions::default() };
        let cluster = KubeCluster::connect(options).await.unwrap();
        let engine = Engine::on(cluster.clone());
        let mut spec = all_gates(true);
        merge(&mut spec, &json!({ "alerting": { "enabled": false } }));
        let before = example_with(&spec);
        engine.converge(&before).await;
        // Planned again, so that what it knows is what stands in the cluster.
        let installed = engine.plan(&before).await;
        assert!(installed.plan.is_empty(), "{}", changed_fields(&installed.plan));
        Some(Self { server, cluster, engine, installed })
    }

    /// A plan that makes, changes and leaves objects, through its file.
    async fn saved(&self) -> SavedPlan {
        let Planned { plan, desired, live, .. } = self.engine.plan(&everything_on()).await;
        let summary = plan.summary();
        assert!(summary.create > 3 && summary.update > 0 && summary.unchanged > 90, "{summary:?}");
        let saved = SavedPlan::of(&plan, &desired, &live, "here".into(), ConfigurationSource::default());
        SavedPlan::read(&saved.text().unwrap()).unwrap()
    }

    async fn look(&self, saved: &SavedPlan) -> LiveState {
        let before = self.cluster.requests();
        let survey = survey(&self.cluster).await.unwrap();
        let live = look_again(&self.cluster, &survey, saved).await.unwrap();
        let made = self.cluster.requests().since(before);
        assert_eq!((made.dry_runs, made.writes), (0, 0));
        live
    }

    async fn stale(&self, saved: &SavedPlan) -> Vec<Stale> {
        saved.stale(&self.look(saved).await)
    }

    fn discovery(&self) -> &Discovery {
        &self.installed.survey.discovery
    }

    /// Makes the object that the plan is going to make, or has somebody else change a field that ks owns.
    async fn disturb(&self, saved: &SavedPlan, expected: &Expectation) -> Staleness {
        let object = &expected.object;
        if expected.expected == Expected::Absent {
            let manifest = saved.plan.change(object).unwrap().manifest.as_ref().unwrap();
            self.write(manifest).await;
            return Staleness::Appeared;
        }
        let kind = self.discovery().preferred(&object.kind).unwrap();
        let live = self.cluster.get(kind, object).await.unwrap().unwrap();
        let patch = moved(object, &live);
        self.server.merge_as("somebody", &self.path(expected), &patch.to_string()).unwrap();
        Staleness::Changed
    }

    async fn mend(&self, expected: &Expectation) {
        let object = &expected.object;
        if expected.expected == Expected::Absent {
            let kind = self.discovery().preferred(&object.kind).unwrap();
            return self.cluster.delete(kind, object, None).await.unwrap();
        }
        self.write(self.installed.plan.change(object).unwrap().manifest.as_ref().unwrap()).await;
    }

    async fn write(&self, manifest: &Manifest) {
        let kind = self.discovery().find(&manifest.object().kind, manifest.version()).unwrap();
        let mode = ApplyMode { force: true, ..ApplyMode::default() };
        self.cluster.apply(kind, manifest, mode).await.unwrap();
    }

    fn path(&self, expected: &Expectation) -> String {
        let object = &expected.object;
        let version = expected.api_version.as_deref().unwrap();
        let kind = self.discovery().find(&object.kind, version.rsplit('/').next().unwrap()).unwrap();
        let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let namespace = object.namespace.as_ref().map(|it| format!("/namespaces/{it}")).unwrap_or_default();
        format!("{root}{namespace}/{}/{}", kind.plural, object.name)
    }

    fn touch_a_status(&self) {
        let path = "/apis/apps/v1/namespaces/kubesphere-monitoring-system/deployments/prometheus-operator/status";
        let status = json!({ "status": { "collisionCount": 7 } });
        self.server.merge_as("somebody", path, &status.to_string()).unwrap();
    }

    async fn apply(&self, saved: &SavedPlan) {
        let live = self.look(saved).await;
        assert_eq!(saved.stale(&live), []);
        let mut planned = self.engine.plan(&everything_on()).await;
        planned.plan = saved.reveal(&live, Some(&planned.desired)).unwrap();
        let (tally, events) = self.engine.apply(&planned, ApplyOptions::default()).await;
        assert!(tally.is_success(), "{events:?}");
    }
}

/// A merge patch that gives a text which ks owns another value.
fn moved(object: &ObjectRef, live: &Value) -> Value {
    let owned = owned_by(live, "ks").unwrap().leaves();
    let names = owned.paths().filter_map(|path| {
        let name = |it: &PathElement| if let PathElement::Field(name) = it { Some(name.clone()) } else { None };
        let names: Vec<String> = path.0.iter().map(name).collect::<Option<_>>()?;
        let value = names.iter().try_fold(live, |value, name| value.get(name))?;
        value.is_string().then_some(names)
    });
    let names: Vec<Vec<String>> = names.collect();
    // Labels and annotations take any value.
    let free = names.iter().find(|it| it[0] == "metadata").or_else(|| names.first());
    let free = free.unwrap_or_else(|| unreachable!("ks owns no text of {object}"));
    free.iter().rev().fold(json!("moved"), |value, name| json!({ name: value }))
}
