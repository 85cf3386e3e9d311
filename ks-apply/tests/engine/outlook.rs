//! A look that goes on while components are compiled gives the same plan, with the same requests.

use std::sync::Arc;

use ks_apply::sandbox::{Sandbox, SandboxOptions};
use ks_apply::{ApplyOptions, Outlook, PlanOptions, Planned, apply, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::Catalogue;
use ks_plan::display::{TextOptions, text};
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

/// Plans in both ways, and gives the plan, with all that was asked.
async fn both(cluster: &Recorder) -> (Planned, Vec<String>) {
    let (catalogue, config, options) = (catalogue(), configuration(), PlanOptions::default());
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
    assert_eq!(shown(&ahead), shown(&plain));
    assert_eq!(ahead.requests, plain.requests);
    assert_eq!(ahead.survey.facts, plain.survey.facts);
    assert_eq!(at_once, one_by_one);
    (ahead, at_once)
}

#[tokio::test(start_paused = true)]
async fn a_look_ahead_gives_the_same_plan_with_the_same_requests() {
    let cluster = Recorder::new(Sandbox::in_memory(SandboxOptions::instant()));
    let (first, _) = both(&cluster).await;
    assert!(!first.plan.is_empty());

    as_other(&cluster.sandbox, namespace("home"));
    as_other(&cluster.sandbox, config_map("theirs", "7"));
    let (second, _) = both(&cluster).await;
    let (events, _heard) = mpsc::unbounded_channel();
    let (_going, interrupt) = watch::channel(false);
    let discovery = second.survey.discovery.clone();
    let mut options = ApplyOptions::default();
    options.force_conflicts = true;
    let tally = apply(Arc::new(cluster.clone()), discovery, Arc::new(second.plan), options, interrupt, events).await;
    assert!(tally.is_success());

    let (third, asked) = both(&cluster).await;
    assert!(third.plan.is_empty(), "{}", shown(&third));
    let claims = asked.iter().filter(|it| it.contains("PersistentVolumeClaim")).count();
    assert_eq!(claims, 1, "{asked:?}");
}
