//! A look that goes on while components are compiled gives the same plan, with the same requests.

use std::sync::Arc;

use ks_apply::sandbox::{Sandbox, SandboxOptions};
use ks_apply::{ApplyOptions, Outlook, PlanOptions, Planned, apply, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::display::{PlanDocument, TextOptions, text};
use ks_plan::saved::ConfigurationSource;
use ks_plan::{Action, Catalogue, SavedPlan};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::recorder::Recorder;
use crate::story::{as_other, config_map, namespace};

/// A component of whose settings a guess knows some wrong: the nodes, a live value that is kept, and what is found.
fn catalogue() -> Catalogue {
    let component = "
name: web
description: Serves.
settings:
  replicas: { compute: 2 if facts.nodes >= 3 else 1 }
  kept: { keep: 'v1 ConfigMap home/theirs#/data/v', default: '0' }
  found: { find: 'v1 Node#/metadata/name' }
";
    let rendered = "
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: home }
data: { kept: {{ settings.kept }}, found: {{ settings.found | length ~ '' }} }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: web, namespace: home }
spec:
  replicas: {{ settings.replicas }}
  serviceName: web
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
";
    Catalogue::from_files([
        ("demo/web/component.yaml", component),
        ("demo/web/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: home }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: kubesphere-system }\n"),
        ("demo/web/web.yaml.j2", rendered),
        ("demo/web/kept.yaml.j2", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kept, namespace: home }\ndata: { kept: {{ settings.kept }} }\n"),
        ("demo/web/existing/theirs.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: theirs, namespace: home, labels: { seen: 'yes' } }\n"),
        ("demo/web/same.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: same, namespace: home }\n"),
    ])
    .unwrap()
}

fn configuration() -> ClusterConfiguration {
    let text = "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
                metadata: { name: ks-installer, namespace: kubesphere-system }\nspec: {}\n";
    ClusterConfiguration::parse(&Source::new("cc.yaml", text)).unwrap().config
}

fn shown(planned: &Planned) -> String {
    text(&planned.plan, &TextOptions { full: true, ..TextOptions::default() })
}

/// Everything that a plan is written as, but for when its dry runs were answered.
fn written(planned: &Planned) -> (String, [Value; 2]) {
    let source = ConfigurationSource::default();
    let saved = SavedPlan::of(&planned.plan, &planned.desired, &planned.live, "here".into(), source);
    let document = serde_json::to_value(PlanDocument::of(&planned.plan)).unwrap();
    let mut written = [document, serde_json::from_str(&saved.text().unwrap()).unwrap()];
    written.iter_mut().for_each(forget_times);
    (shown(planned), written)
}

fn forget_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| name != "time" && name != "creationTimestamp");
            members.values_mut().for_each(forget_times);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_times),
        _ => {}
    }
}

/// Plans in both ways, and gives the plan, with all that was asked.
async fn both(cluster: &Recorder) -> (Planned, Vec<String>) {
    let (planned, at_once, one_by_one) = compared(cluster).await;
    assert_eq!(at_once, one_by_one);
    (planned, at_once)
}

/// Plans in both ways, and gives the plan of a look ahead, with all that it asked and all that the other one asked.
async fn compared(cluster: &Recorder) -> (Planned, Vec<String>, Vec<String>) {
    let (catalogue, config, mut options) = (catalogue(), configuration(), PlanOptions::default());
    options.for_saving = true;
    let asked = || {
        let mut asked = cluster.take();
        asked.sort();
        asked
    };
    asked();
    let plain = plan(cluster, &catalogue, &config, &options).await.unwrap();
    let one_by_one = asked();
    let ahead = Outlook::begin(Arc::new(cluster.clone())).plan(&catalogue, &config, &options).await.unwrap();
    let at_once = asked();
    assert_eq!(written(&ahead), written(&plain));
    assert_eq!(ahead.survey.facts, plain.survey.facts);
    assert_eq!(ahead.requests.total(), at_once.len() as u64);
    (ahead, at_once, one_by_one)
}

async fn applied(cluster: &Recorder, planned: Planned) {
    let (events, _heard) = mpsc::unbounded_channel();
    let (_going, interrupt) = watch::channel(false);
    let mut options = ApplyOptions::default();
    options.force_conflicts = true;
    let (discovery, plan) = (planned.survey.discovery.clone(), Arc::new(planned.plan));
    assert!(apply(Arc::new(cluster.clone()), discovery, plan, options, interrupt, events).await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_look_ahead_gives_the_same_plan_with_the_same_requests() {
    let cluster = Recorder::new(Sandbox::in_memory(SandboxOptions::instant()));
    let (first, _) = both(&cluster).await;
    assert!(!first.plan.is_empty());

    as_other(&cluster.sandbox, namespace("home"));
    as_other(&cluster.sandbox, config_map("theirs", "7"));
    let (second, _) = both(&cluster).await;
    applied(&cluster, second).await;

    let (third, asked) = both(&cluster).await;
    assert!(third.plan.is_empty(), "{}", shown(&third));
    let claims = asked.iter().filter(|it| it.contains("PersistentVolumeClaim")).count();
    assert_eq!(claims, 1, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn what_stays_as_it_is_is_dropped_and_nothing_else() {
    let cluster = Recorder::new(Sandbox::in_memory(SandboxOptions::instant()));
    let (first, _) = both(&cluster).await;
    applied(&cluster, first).await;
    let of = |name: &str| ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), "home", name);
    let set = ObjectRef::namespaced(GroupKind::new("apps", "StatefulSet"), "home", "web");

    let (second, _) = both(&cluster).await;
    assert!(second.plan.is_empty(), "{}", shown(&second));
    assert!(second.live.settled(&of("same")).is_some() && second.live.object(&of("same")).is_none());
    assert!(second.live.object(&set).is_some(), "its claims are looked at");

    let mut same = config_map("same", "by hand");
    same["metadata"]["labels"] = json!({ "mine": "yes" });
    as_other(&cluster.sandbox, same);
    let (third, _) = both(&cluster).await;
    assert!(third.plan.is_empty(), "what others add is theirs: {}", shown(&third));
    assert!(third.live.object(&of("same")).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_fits_a_wrong_guess_only_is_read_again() {
    let cluster = Recorder::new(Sandbox::in_memory(SandboxOptions::instant()));
    let (first, _) = both(&cluster).await;
    applied(&cluster, first).await;
    // The guess does not know it, and what was written without it is as the guess wants it.
    let mut theirs = config_map("theirs", "7");
    theirs["data"] = json!({ "v": "7" });
    as_other(&cluster.sandbox, theirs);
    let (second, at_once, mut one_by_one) = compared(&cluster).await;
    let object = ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), "home", "kept");
    assert_eq!(second.plan.change(&object).unwrap().action, Action::Update);
    let list = at_once.iter().find(|it| it.starts_with("list ConfigMap")).unwrap();
    one_by_one.push(list.clone());
    one_by_one.sort();
    assert_eq!(at_once, one_by_one, "the kind is listed once more");
}
