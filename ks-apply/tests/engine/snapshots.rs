//! Plans from snapshots: what the cluster answered, in a file, gives the plan that the cluster gave.

use ks_apply::{ClusterSnapshot, PlanOptions, Sandbox, SandboxOptions, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::Catalogue;
use ks_plan::display::{TextOptions, text};

/// A component with a map and a Secret, and one that is off.
fn catalogue(size: u32) -> Catalogue {
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: web, namespace: default }}\ndata: {{ size: '{size}' }}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{ name: web, namespace: default }}\ndata: {{ key: c2VzYW1l }}\n"
    );
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: alerts, namespace: default }\n";
    Catalogue::from_files([
        ("demo/web/component.yaml", "{ name: web, description: Serves. }"),
        ("demo/web/web.yaml", map.as_str()),
        ("demo/alerts/component.yaml", "{ name: alerts, description: Warns., when: [spec.alerting.enabled] }"),
        ("demo/alerts/map.yaml", other),
    ])
    .unwrap()
}

fn configuration(alerting: bool) -> ClusterConfiguration {
    let text = format!(
        "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
         metadata: {{ name: ks-installer, namespace: kubesphere-system }}\nspec: {{ alerting: {{ enabled: {alerting} }} }}\n"
    );
    ClusterConfiguration::parse(&Source::new("cc.yaml", text)).unwrap().config
}

fn shown(planned: &ks_apply::Planned) -> String {
    text(&planned.plan, &TextOptions { full: true, ..TextOptions::default() })
}

#[tokio::test]
async fn a_snapshot_gives_the_plan_of_the_cluster() {
    let cluster = Sandbox::in_memory(SandboxOptions::default());
    let (catalogue, config, options) = (catalogue(1), configuration(false), PlanOptions::default());
    let recorded = ClusterSnapshot::record(&cluster, &catalogue, &config).await.unwrap();
    let file = recorded.text().unwrap();
    assert!(!file.contains("c2VzYW1l"));
    let live = plan(&cluster, &catalogue, &config, &options).await.unwrap();
    let again = ClusterSnapshot::read(&file).unwrap().plan(&catalogue, &config, &options).unwrap();
    assert_eq!(shown(&again), shown(&live));
}

#[tokio::test]
async fn a_plan_can_be_held_to_a_snapshot_of_insta() {
    let cluster = Sandbox::in_memory(SandboxOptions::default());
    let recorded = ClusterSnapshot::record(&cluster, &catalogue(1), &configuration(false)).await.unwrap();
    // Another size than was recorded, and a component that was off.
    let planned = recorded.plan(&catalogue(2), &configuration(true), &PlanOptions::default()).unwrap();
    assert!(recorded.unknown(&planned.desired).is_empty(), "the component that was off is known too");
    let text = text(&planned.plan, &TextOptions::default());
    let (_, changes) = text.split_once("\n\n").unwrap();
    insta::assert_snapshot!(changes, @r"
    alerts  1 to create
      + ConfigMap default/alerts

    web  2 to create
      + ConfigMap default/web
      + Secret default/web

    inventory  1 to create
      + ConfigMap kubesphere-system/ks
          because it keeps the list of what ks owns

    2 of 3 objects could not be checked by the server: this plan makes their namespace or kind, or no server was asked.

    Plan: 4 to create, 0 to change, 0 to replace, 0 to delete.
    ");
}

#[test]
fn what_is_no_snapshot_is_told_apart() {
    let read = |text: &str| ClusterSnapshot::read(text).err().unwrap().to_string();
    insta::assert_snapshot!(read("[]"), @"it is JSON, but no snapshot made by `ks snapshot`");
    insta::assert_snapshot!(read("{"), @"read it as a snapshot");
    let old = r#"{ "kind": "ks.kubesphere.io/snapshot", "formatVersion": "0.1" }"#;
    insta::assert_snapshot!(read(old), @"its format is 0.1, and this ks reads 1.0");
}
