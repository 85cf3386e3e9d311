//! A cluster that was set up by the installer's way is taken over: everything is adopted, nothing restarts, and of the
//! old fields only those go that ks does not want.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::certificates::Made;
use ks_apply::{ConnectOptions, KubeCluster, Planned};
use ks_model::Ownership;
use ks_plan::{Action, Change, Risk};
use ks_tests::configuration::{everything_on, merge};
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{Engine, changed_fields};
use serde_json::{Value, json};

/// The components that the installer installs with Helm.
const OF_HELM: [&str; 3] = ["notification-manager", "gpu", "gpu-monitoring"];

/// What the old objects have and ks does not want, or wants otherwise.
const OLD: [(&str, &str); 4] = [
    (
        "Service kubesphere-monitoring-system/prometheus-k8s",
        r#"{ "metadata": { "annotations": { "old": "yes" }, "labels": { "old": "yes" } } }"#,
    ),
    (
        "ServiceMonitor.monitoring.coreos.com kubesphere-monitoring-system/node-exporter",
        r#"{ "spec": { "jobLabel": "old" } }"#,
    ),
    ("Secret kubesphere-monitoring-system/alertmanager-main", r#"{ "data": { "old.yaml": "b2xk" } }"#),
    ("Deployment.apps kubesphere-monitoring-system/kube-state-metrics", r#"{ "spec": { "revisionHistoryLimit": 3 } }"#),
];

/// What the plan makes of them.
const EXPECTED: [&str; 5] = [
    "Deployment.apps kubesphere-monitoring-system/kube-state-metrics .spec.revisionHistoryLimit",
    "Secret kubesphere-monitoring-system/alertmanager-main .data[\"old.yaml\"]",
    "Service kubesphere-monitoring-system/prometheus-k8s .metadata.annotations.old",
    "Service kubesphere-monitoring-system/prometheus-k8s .metadata.labels.old",
    "ServiceMonitor.monitoring.coreos.com kubesphere-monitoring-system/node-exporter .spec.jobLabel",
];

/// What adopting itself changes, on any object: the marks of membership come, the notes of the tools go.
const MARKS: [&str; 6] = [
    "applyset.kubernetes.io/part-of",
    "ks.kubesphere.io/component",
    "kubectl.kubernetes.io/last-applied-configuration",
    "app.kubernetes.io/managed-by",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_of_the_installer_is_taken_over() {
    let options = Options { nodes: 3, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let Some(_) = cluster.kubectl(&["version", "--client"]).unwrap() else { return };
    let cluster = Arc::new(cluster);
    cluster.add_what_others_bring().unwrap();
    let operator = cluster.start_operator_when_defined();
    let options = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let engine = Engine::on(KubeCluster::connect(options).await.unwrap());
    let text = everything_on();

    let installer = Installer { cluster: &cluster };
    installer.install(&engine.plan(&text).await);
    operator.join().unwrap();
    let pods = settled_pods(&cluster);
    assert!(pods.len() > 8, "{pods:#?}");

    let planned = engine.plan(&text).await;
    everything_is_adopted(&planned);
    only_listed_fields_change(&planned);

    engine.converge(&text).await;
    let again = engine.plan(&text).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));
    assert_eq!(settled_pods(&cluster), pods, "a pod was restarted");
    let service =
        cluster.get("/api/v1/namespaces/kubesphere-monitoring-system/services/prometheus-k8s").unwrap().unwrap();
    assert_eq!(service.pointer("/metadata/labels/old"), None);
    assert_eq!(service.pointer("/metadata/annotations"), None, "the note of kubectl is gone too");
}

/// The changes of objects that the installer made, without the fields that it set in objects of others.
fn of_whole_objects(planned: &Planned) -> impl Iterator<Item = &Change> {
    let inventory = planned.desired.inventory().parent();
    planned.plan.changes.iter().filter(move |it| it.object != *inventory && it.ownership == Ownership::Whole)
}

fn everything_is_adopted(planned: &Planned) {
    assert_eq!(planned.plan.faults, []);
    for change in of_whole_objects(planned) {
        assert_eq!(change.action, Action::Update, "{change:?}");
        assert_eq!(change.conflicts, [], "{change:?}");
        let paths: Vec<&str> = change.fields.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(change.risk, Risk::Safe, "{change:?} {paths:#?}");
        assert!(!change.adopts.is_empty(), "{change:?}");
        assert_eq!(change.adopts == ["helm"], is_of_helm(change), "{change:?} from {:?}", change.adopts);
    }
}

fn is_of_helm(change: &Change) -> bool {
    let is_definition = change.object.kind.kind == "CustomResourceDefinition";
    change.component.as_ref().is_some_and(|it| OF_HELM.contains(&it.as_str())) && !is_definition
}

fn only_listed_fields_change(planned: &Planned) {
    let mut found = BTreeSet::new();
    for change in of_whole_objects(planned) {
        for field in &change.fields {
            let is_mark = MARKS.iter().any(|it| field.path.ends_with(&format!("[\"{it}\"]")));
            let all_marks = |value: &Option<Value>| match value {
                Some(Value::Object(map)) => map.keys().all(|it| MARKS.contains(&it.as_str())),
                other => other.is_none(),
            };
            // Where there were no labels or annotations at all the map comes or goes as a whole.
            let is_map = [".metadata.labels", ".metadata.annotations"].contains(&field.path.as_str());
            let is_map_of_marks = is_map && all_marks(&field.before) && all_marks(&field.after);
            if !is_mark && !is_map_of_marks {
                found.insert(format!("{} {}", change.object, field.path));
            }
        }
    }
    assert_eq!(found, EXPECTED.map(str::to_owned).into());
}

/// Sets a cluster up as the installer does.
struct Installer<'a> {
    cluster: &'a ControlPlane,
}

impl Installer<'_> {
    fn install(&self, planned: &Planned) {
        // The Job of the installer made a certificate too, and it still serves.
        let made = Made::for_all(planned.desired.manifests()).unwrap();
        let (mut first, mut of_kubectl, mut of_helm) = (Vec::new(), Vec::new(), Vec::new());
        for bundle in planned.desired.bundles() {
            // What is wanted in objects of others is no object that an installer makes.
            for wanted in bundle.objects.iter().filter(|it| it.ownership != Ownership::Fields) {
                let mut object = unmarked(made.fill(&wanted.manifest).value());
                let is_first = ["Namespace", "CustomResourceDefinition"].iter().any(|it| object["kind"] == *it);
                if let Some((_, old)) = OLD.iter().find(|it| it.0 == wanted.manifest.object().to_string()) {
                    merge(&mut object, &serde_json::from_str(old).unwrap());
                }
                match OF_HELM.contains(&bundle.component.as_str()) {
                    _ if is_first => first.push(object),
                    true => of_helm.push(released(object)),
                    false => of_kubectl.push(object),
                }
            }
        }
        for object in first {
            let file = self.file(&[object]);
            let run = self.kubectl(&["apply", "-f", &file]);
            if !run.status.success() {
                // Too long for the annotation that a client-side apply writes.
                accepted(&self.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", &file]));
            }
        }
        accepted(&self.kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]));
        accepted(&self.kubectl(&["apply", "--force", "-f", &self.file(&of_kubectl)]));
        if !of_helm.is_empty() {
            accepted(&self.kubectl(&["create", "--field-manager=helm", "-f", &self.file(&of_helm)]));
        }
    }

    fn file(&self, objects: &[Value]) -> String {
        let path: PathBuf = self.cluster.folder().join("objects.json");
        fs::write(&path, json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn kubectl(&self, arguments: &[&str]) -> Output {
        self.cluster.kubectl(arguments).unwrap().unwrap()
    }
}

fn accepted(run: &Output) {
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// The object without the marks of membership.
fn unmarked(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(labels) = object.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.retain(|key, _| !MARKS[..2].contains(&key.as_str()));
    }
    object
}

/// The object as Helm marks it.
fn released(mut object: Value) -> Value {
    let note = json!({ "metadata": {
        "labels": { "app.kubernetes.io/managed-by": "Helm" },
        "annotations": { "meta.helm.sh/release-name": "release", "meta.helm.sh/release-namespace": "kubesphere-monitoring-system" },
    } });
    merge(&mut object, &note);
    object
}

/// The pods by name with their UIDs and specs, once they are all running and no more come.
fn settled_pods(cluster: &ControlPlane) -> BTreeMap<String, (String, Value)> {
    let started = Instant::now();
    let mut last = (BTreeMap::new(), Instant::now());
    loop {
        let list = cluster.get("/api/v1/pods").unwrap().unwrap();
        let pods = list["items"].as_array().unwrap();
        let all_run = pods.iter().all(|it| it["status"]["phase"] == "Running" || it["status"]["phase"] == "Succeeded");
        let text = |it: &Value, key: &str| it["metadata"][key].as_str().unwrap_or_default().to_owned();
        let now: BTreeMap<String, (String, Value)> =
            pods.iter().map(|it| (text(it, "name"), (text(it, "uid"), it["spec"].clone()))).collect();
        if now != last.0 || !all_run {
            last = (now, Instant::now());
        } else if last.1.elapsed() > Duration::from_secs(5) {
            return last.0;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "the pods do not settle");
        std::thread::sleep(Duration::from_millis(250));
    }
}
