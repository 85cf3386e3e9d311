//! Conflicts with other managers of fields at a real API server: told with their owners, taken, kept, and never forced unseen.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::sync::Arc;

use ks_apply::{
    ApplyEvent, ApplyMode, ApplyOptions, Cluster, ClusterError, ConnectOptions, KubeCluster, Outcome, PlanError,
    PlanOptions, Planned,
};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::{Action, Catalogue, Change, PlanningError};
use ks_tests::configuration::EXAMPLE;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{Engine, changed_fields};
use serde_json::{Value, json};

const WEB: &str = "/apis/apps/v1/namespaces/there/deployments/web";
const INVENTORY: &str = "/api/v1/namespaces/kubesphere-system/configmaps/ks";

const REPLICAS: &str = ".spec.replicas@Deployment.apps there/web";
const IMAGE: &str = r#".spec.template.spec.containers[name="web"].image@Deployment.apps there/web"#;
const TEAM: &str = r#".metadata.labels["example.org/team"]@Deployment.apps there/web"#;

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: there, labels: { example.org/team: ours } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: example.org/ours:1
          args: [--a]
";

/// A server on which ks has installed a Deployment, and nothing of the platform.
struct Stage {
    server: Arc<ControlPlane>,
    engine: Engine,
}

impl Stage {
    async fn set() -> Option<Self> {
        let options = Options { nodes: 0, controllers: false, operator: false };
        let server = Arc::new(ControlPlane::start_or_skip(options)?);
        server.stand_in_for_controllers();
        let namespace = |name: &str| format!("{{ apiVersion: v1, kind: Namespace, metadata: {{ name: {name} }} }}");
        let (home, there) = (namespace("kubesphere-system"), namespace("there"));
        let catalogue = Catalogue::from_files([
            ("platform/home/component.yaml", "{ name: home, description: Is where the inventory lives. }"),
            ("platform/home/home.yaml", &home),
            ("platform/home/there.yaml", &there),
            ("platform/web/component.yaml", "{ name: web, description: Serves. , requires: [home] }"),
            ("platform/web/web.yaml", DEPLOYMENT),
        ]);
        let engine = Engine::with(connect(&server).await, catalogue.unwrap());
        engine.converge(EXAMPLE).await;
        Some(Self { server, engine })
    }

    /// Three managers change a field each: one scales, one applies an image, one patches a label.
    fn contest(&self) {
        self.scale(5);
        self.set_image("example.org/theirs:1");
        let team = json!({ "metadata": { "labels": { "example.org/team": "theirs" } } });
        self.server.merge_as("labeller", WEB, &team.to_string()).unwrap();
    }

    fn scale(&self, replicas: u32) {
        let patch = json!({ "spec": { "replicas": replicas } }).to_string();
        self.server.merge_as("kubectl-scale", &format!("{WEB}/scale"), &patch).unwrap();
    }

    fn set_image(&self, image: &str) {
        let container = json!({ "name": "web", "image": image });
        let object = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
            "spec": { "template": { "spec": { "containers": [container] } } } });
        self.server.apply_as("image-updater", WEB, &object.to_string()).unwrap();
    }

    async fn planned(&self, take: &[&str], keep: &[&str]) -> Planned {
        self.engine.plan_with(EXAMPLE, &said(take, keep)).await.unwrap()
    }

    /// Plans and applies with these words, and insists on success.
    async fn applied(&self, take: &[&str], keep: &[&str]) {
        let planned = self.planned(take, keep).await;
        assert_eq!(planned.plan.conflicting().count(), 0);
        let (tally, events) = self.engine.apply(&planned, ApplyOptions::default()).await;
        assert!(tally.is_success(), "{events:#?}");
    }

    fn web(&self) -> Value {
        self.server.get(WEB).unwrap().unwrap()
    }

    /// The three contested values.
    fn values(&self) -> [Value; 3] {
        let web = self.web();
        let at = |pointer: &str| web.pointer(pointer).cloned().unwrap_or_default();
        [at("/spec/replicas"), at("/spec/template/spec/containers/0/image"), at("/metadata/labels/example.org~1team")]
    }

    /// What a manager owns of the three, in the words of the server.
    fn owned_by(&self, manager: &str) -> Vec<&'static str> {
        let web = self.web();
        let entries = web["metadata"]["managedFields"].as_array().unwrap();
        let of = entries.iter().filter(|it| it["manager"] == manager).map(|it| it["fieldsV1"].to_string());
        let text: String = of.collect();
        ["f:replicas", "f:image", "f:example.org/team"]
            .into_iter()
            .filter(|it| text.contains(&format!("{it:?}:{{}}")))
            .collect()
    }
}

fn said(take: &[&str], keep: &[&str]) -> PlanOptions {
    let read = |it: &[&str]| it.iter().map(|it| it.parse().unwrap()).collect();
    let mut options = PlanOptions::default();
    (options.resolutions.take, options.resolutions.keep) = (read(take), read(keep));
    options
}

async fn connect(server: &ControlPlane) -> KubeCluster {
    let options = ConnectOptions { kubeconfig: Some(server.kubeconfig()), ..ConnectOptions::default() };
    KubeCluster::connect(options).await.unwrap()
}

fn object() -> ObjectRef {
    ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "there", "web")
}

fn change(planned: &Planned) -> &Change {
    planned.plan.change(&object()).unwrap()
}

fn kept(planned: &Planned) -> Vec<String> {
    planned.plan.kept_fields.iter().map(|it| format!("{}@{}", it.field, it.object)).collect()
}

/// Why the write of the Deployment failed.
fn failure(events: &[ApplyEvent]) -> String {
    let failed = events.iter().filter_map(|it| match it {
        ApplyEvent::StepFinished(_, Outcome::Failed(error), _) => Some(error.to_string()),
        _ => None,
    });
    let failed: Vec<String> = failed.collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    failed.into_iter().next().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_are_told_taken_and_kept_field_by_field() {
    let Some(stage) = Stage::set().await else { return };
    stage.contest();
    let theirs = [json!(5), json!("example.org/theirs:1"), json!("theirs")];

    let planned = stage.planned(&[], &[]).await;
    let entries = stage.web()["metadata"]["managedFields"].clone();
    // The server notes no time for what comes through `scale`.
    let time = |manager: &str| {
        let entry = entries.as_array().unwrap().iter().find(|it| it["manager"] == manager).unwrap();
        entry["time"].as_str().map(|it| format!(", {} UTC", it[..16].replace('T', " "))).unwrap_or_default()
    };
    assert!(time("labeller").starts_with(", 20") && time("image-updater").starts_with(", 20"), "{entries:#}");
    let told: Vec<String> = change(&planned).conflicts.iter().map(|it| format!("{} {}", it.field, it.owner)).collect();
    assert_eq!(
        told,
        [
            format!(r#".metadata.labels["example.org/team"] labeller (Update{})"#, time("labeller")),
            format!(".spec.replicas kubectl-scale (Update of scale{})", time("kubectl-scale")),
            format!(
                r#".spec.template.spec.containers[name="web"].image image-updater (Apply{})"#,
                time("image-updater")
            ),
        ]
    );
    let (tally, events) = stage.engine.apply(&planned, ApplyOptions::default()).await;
    assert_eq!(tally.failed, 1, "{events:#?}");
    assert_eq!(stage.values(), theirs);

    // One is taken, the others stay.
    stage.applied(&[IMAGE], &[REPLICAS, TEAM]).await;
    assert_eq!(stage.values(), [json!(5), json!("example.org/ours:1"), json!("theirs")]);
    assert_eq!(stage.owned_by("ks"), ["f:image"]);
    assert_eq!(stage.owned_by("kubectl-scale"), ["f:replicas"]);
    assert_eq!(stage.owned_by("labeller"), ["f:example.org/team"]);
    assert_eq!(stage.owned_by("image-updater"), Vec::<&str>::new());

    // Every later plan knows, without a word and without a dry run, whatever the owner does.
    stage.scale(7);
    let again = stage.planned(&[], &[]).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));
    assert_eq!((kept(&again), again.requests.dry_runs), (vec![TEAM.to_owned(), REPLICAS.to_owned()], 0));
    assert_eq!(again.plan.kept_fields[1].live, Some(json!(7)));

    // What was kept is taken back.
    stage.applied(&[REPLICAS], &[]).await;
    assert_eq!(stage.values()[0], json!(2));
    assert_eq!(stage.owned_by("ks"), ["f:replicas", "f:image"]);
    let inventory = stage.server.get(INVENTORY).unwrap().unwrap();
    let remembered = inventory["metadata"]["annotations"]["ks.kubesphere.io/kept-fields"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Vec<String>>(remembered).unwrap(), [TEAM]);

    // An owner that lets go makes the keep forgotten.
    let gone = json!({ "metadata": { "labels": { "example.org/team": null } } });
    stage.server.merge_as("labeller", WEB, &gone.to_string()).unwrap();
    stage.applied(&[], &[]).await;
    assert_eq!(stage.values(), [json!(2), json!("example.org/ours:1"), json!("ours")]);
    let last = stage.planned(&[], &[]).await;
    assert!(last.plan.is_empty() && last.plan.kept_fields.is_empty(), "{}", changed_fields(&last.plan));
    let inventory = stage.server.get(INVENTORY).unwrap().unwrap();
    assert_eq!(inventory["metadata"]["annotations"].get("ks.kubesphere.io/kept-fields"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_plan_does_not_show_is_never_forced() {
    let Some(stage) = Stage::set().await else { return };
    stage.set_image("example.org/theirs:1");
    let planned = stage.planned(&[IMAGE], &[]).await;
    let shown = stage.planned(&[], &[]).await;
    stage.scale(5);
    let before = stage.web();
    let (_, events) = stage.engine.apply(&planned, ApplyOptions::default()).await;
    assert!(
        failure(&events).contains(".spec.replicas belongs to kubectl-scale, which the plan does not take"),
        "{events:#?}"
    );
    let mut force = ApplyOptions::default();
    force.force_conflicts = true;
    let (_, events) = stage.engine.apply(&shown, force).await;
    assert!(failure(&events).contains(".spec.replicas belongs to kubectl-scale"), "{events:#?}");
    assert_eq!(stage.web()["metadata"]["managedFields"], before["metadata"]["managedFields"], "nothing was written");

    // The same field in other hands is another conflict.
    let planned = stage.planned(&[IMAGE, REPLICAS], &[]).await;
    let patch = json!({ "spec": { "replicas": 6 } }).to_string();
    stage.server.merge_as("somebody", WEB, &patch).unwrap();
    let (_, events) = stage.engine.apply(&planned, ApplyOptions::default()).await;
    assert!(failure(&events).contains(".spec.replicas belongs to somebody"), "{events:#?}");

    // And the force itself is meant for the object as it was looked at.
    let cluster = connect(&stage.server).await;
    let kinds = cluster.discover().await.unwrap();
    let manifest = change(&stage.planned(&[IMAGE, REPLICAS], &[]).await).manifest.clone().unwrap();
    let force = ApplyMode { dry_run: false, force: true };
    let kind = kinds.preferred(&object().kind).unwrap();
    let label = json!({ "metadata": { "labels": { "example.org/team": "theirs" } } });
    stage.server.merge_as("labeller", WEB, &label.to_string()).unwrap();
    let plain = ApplyMode { dry_run: true, force: false };
    let ClusterError::Conflict { fields, .. } = cluster.apply(kind, &manifest, plain).await.unwrap_err() else {
        panic!("no conflict")
    };
    let named = fields.iter().any(|it| it.field == ".metadata.labels.example.org/team");
    assert!(named, "a server quotes no name: {fields:?}");
    let error = cluster.apply(kind, &manifest.as_of("1"), force).await.unwrap_err();
    assert!(matches!(&error, ClusterError::Conflict { fields, .. } if fields.is_empty()), "{error:?}");

    stage.applied(&[IMAGE, REPLICAS, TEAM], &[]).await;
    assert!(stage.planned(&[], &[]).await.plan.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keep_ends_with_its_object_and_wrong_words_are_no_plan() {
    let Some(stage) = Stage::set().await else { return };
    stage.contest();
    let everything = ".spec@Deployment there/web";
    let wrong = stage.engine.plan_with(EXAMPLE, &said(&[".spec.paused@Deployment there/web"], &[".a@Pod b/c"])).await;
    let Err(PlanError::Planning(PlanningError::Resolutions(found))) = wrong else { panic!("{wrong:?}") };
    let possible: Vec<String> = found.possible.iter().map(ToString::to_string).collect();
    assert_eq!((found.problems.len(), possible), (2, vec![TEAM.to_owned(), REPLICAS.to_owned(), IMAGE.to_owned()]));

    stage.applied(&[TEAM], &[everything]).await;
    assert_eq!(kept(&stage.planned(&[], &[]).await), [REPLICAS, IMAGE]);
    assert_eq!(stage.owned_by("ks"), ["f:example.org/team"]);
    stage.server.delete(WEB).unwrap();
    let planned = stage.planned(&[], &[]).await;
    assert_eq!((change(&planned).action, planned.plan.forgotten_keeps.len()), (Action::Create, 2));
    stage.applied(&[], &[]).await;
    assert_eq!(stage.values(), [json!(2), json!("example.org/ours:1"), json!("ours")]);
    assert!(stage.planned(&[], &[]).await.plan.is_empty());
}
