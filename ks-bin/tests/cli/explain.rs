use super::runner::{Room, Run};

const COMPONENT: &str = "\
name: echo
description: Answers.
when: [spec.alerting.enabled]
after: [namespaces]
settings:
  replicas:
    from: monitoring.alertmanager.replicas
    compute: 3 if facts.nodes >= 3 else 1
  size:
    from: monitoring.prometheus.volumeSize
    keep: v1 ConfigMap kubesphere-system/echo-live#/data/size
    default: 1Gi
  retention:
    from: monitoring.prometheus.retention
    default: 7d
  tls:
    from: etcd.tlsEnable
    default: false
";

const DEPLOYMENT: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: echo
  namespace: kubesphere-system
spec:
  replicas: {{ settings.replicas }}
  selector: { matchLabels: { app: echo } }
  template:
    metadata: { labels: { app: echo } }
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: echo
          image: {{ image("echo") }}
          args: [{{ "--retention=" ~ settings.retention }}]
"#;

const CLAIM: &str = r"apiVersion: v1
kind: ConfigMap
metadata: { name: echo, namespace: kubesphere-system }
data:
  size: {{ settings.size }}
{%- if settings.tls %}
  certificate: /etc/echo
{%- endif %}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: echo, namespace: kubesphere-monitoring-system }
data: { note: the same name elsewhere }
";

const CONFIGURATION: &str = "\
apiVersion: installer.kubesphere.io/v1alpha1
kind: ClusterConfiguration
metadata: { name: ks-installer, namespace: kubesphere-system }
spec:
  local_registry: hub.local
  alerting:
    enabled: true
  monitoring:
    prometheus:
      retention: 30d
";

const FACTS: &str = "{ nodes: 3, kept: { 'v1 ConfigMap kubesphere-system/echo-live#/data/size': 5Gi } }";

/// A folder with a component of its own, so that no change of the built-in ones shows.
fn room(configuration: &str) -> Room {
    Room::new()
        .with("cc.yaml", configuration)
        .with("facts.yaml", FACTS)
        .with("mine/images.yaml", "echo: { repository: demo/echo, tag: v1.0 }\n")
        .with("mine/demo/echo/component.yaml", COMPONENT)
        .with("mine/demo/echo/deployment.yaml.j2", DEPLOYMENT)
        .with("mine/demo/echo/maps.yaml.j2", CLAIM)
}

fn explained(configuration: &str, question: &[&str]) -> Run {
    let options = ["-f", "cc.yaml", "--manifests", "mine", "--facts", "facts.yaml"];
    room(configuration).ks(&[&["explain"], question, &options].concat())
}

#[test]
fn an_object_with_all_that_shapes_it() {
    insta::assert_snapshot!(explained(CONFIGURATION, &["deployment/echo"]).screen());
}

#[test]
fn an_older_spelling_with_its_line() {
    let older = CONFIGURATION.replace("    prometheus:\n", "    alertmanagerReplicas: 5\n    prometheus:\n");
    insta::assert_snapshot!(explained(&older, &["deploy/echo", ".spec.replicas"]).screen());
}

#[test]
fn a_default_by_the_number_of_nodes() {
    insta::assert_snapshot!(
        explained(CONFIGURATION, &["Deployment", "kubesphere-system/echo", "spec.replicas"]).screen()
    );
}

#[test]
fn a_value_that_is_kept() {
    insta::assert_snapshot!(explained(CONFIGURATION, &["ConfigMap kubesphere-system/echo", "data"]).screen());
}

#[test]
fn a_constant_with_its_line() {
    let field = "spec.template.spec.terminationGracePeriodSeconds";
    insta::assert_snapshot!(explained(CONFIGURATION, &["deployment.apps/echo", field]).screen());
}

#[test]
fn an_item_of_a_list_with_an_image_from_a_registry() {
    let field = "spec.template.spec.containers[name=echo]";
    insta::assert_snapshot!(explained(CONFIGURATION, &["deployment/echo", field]).screen());
}

#[test]
fn a_component_that_is_on() {
    insta::assert_snapshot!(explained(CONFIGURATION, &["--component", "echo"]).screen());
}

#[test]
fn a_component_that_is_off_and_how_to_switch_it_on() {
    let off = CONFIGURATION.replace("enabled: true", "enabled: false");
    insta::assert_snapshot!(explained(&off, &["--component", "echo"]).screen());
}

#[test]
fn what_cannot_be_explained_says_what_could_be_meant() {
    let off = CONFIGURATION.replace("enabled: true", "enabled: false");
    let questions: [(&str, &[&str]); 7] = [
        (CONFIGURATION, &["deployment/ecco"]),
        (CONFIGURATION, &["cm/echo"]),
        (CONFIGURATION, &["cm/echo", "-n", "kube-system"]),
        (CONFIGURATION, &["deployment/echo", "spec.template.spec.hostNetwork"]),
        (CONFIGURATION, &["echo"]),
        (CONFIGURATION, &["--component", "ecco"]),
        (&off, &["deployment/echo"]),
    ];
    let screens = questions.map(|(configuration, question)| {
        let run = explained(configuration, question);
        assert_eq!(run.code, Some(2), "{run:?}");
        format!("$ ks explain {}\n{}", question.join(" "), run.screen())
    });
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn the_same_for_programs() {
    let json = |question: &[&str]| -> serde_json::Value {
        let run = explained(CONFIGURATION, &[question, &["-o", "json"]].concat());
        assert_eq!(run.code, Some(0), "{run:?}");
        serde_json::from_str(&run.out).unwrap()
    };
    let field = json(&["deployment/echo", "spec.replicas"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&field).unwrap());
    let object = json(&["deployment/echo"]);
    assert_eq!(object["settings"][0]["name"], "images.echo.repository");
    assert_eq!(object["waitsFor"][0]["because"], "after");
    let component = json(&["--component", "echo"]);
    assert_eq!(component["conditions"][0]["because"][0]["location"]["line"], 7);
}

#[test]
fn facts_of_a_cluster_count_like_those_of_a_file() {
    let run = room(CONFIGURATION).ks(&[
        "explain",
        "deployment/echo",
        "spec.replicas",
        "-f",
        "cc.yaml",
        "--manifests",
        "mine",
        "--sandbox=box.json",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("facts.nodes is "), "{}", run.out);
    assert!(!run.err.contains("no cluster is asked"), "{}", run.err);
}
