use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{GroupKind, Origin};
use serde_json::json;

use super::*;
use crate::{Inventory, compile as compile_all};

const FILES: [(&str, &str); 6] = [
    (
        "m/echo/component.yaml",
        "{ name: echo, description: Answers., when: [spec.etcd.monitoring], settings: {
           replicas: { from: monitoring.prometheus.replicas, compute: 2 if facts.nodes >= 3 else 1 },
           word: { default: sesame } } }",
    ),
    (
        "m/echo/map.yaml.j2",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: echo, namespace: a }\ndata:\n  # settings.replicas\n  \
         copies: {{ settings.replicas }}\n  fixed: x\n  twice: {{ settings.replicas ~ '/' ~ settings.replicas }}\n",
    ),
    (
        "m/echo/secret.yaml.j2",
        "{ apiVersion: v1, kind: Secret, metadata: { name: echo, namespace: a }, stringData: { word: {{ settings.word }} } }",
    ),
    (
        "m/echo/other.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: echo\n  namespace: b\ndata:\n  x: x\n  y: x\n",
    ),
    ("m/after/component.yaml", "{ name: after, description: Comes after., requires: [echo] }"),
    ("m/after/map.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: after, namespace: a } }"),
];

/// Asks something about a configuration with this spec.
fn asked<T>(spec: &str, ask: impl FnOnce(&Explainer<'_>, &Desired) -> T) -> T {
    let text = format!(
        "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
         metadata: {{ name: ks-installer, namespace: kubesphere-system }}\nspec:\n{spec}"
    );
    let config = ClusterConfiguration::parse(&Source::new("cc.yaml", text)).unwrap().config;
    let catalogue = Catalogue::from_files(FILES).unwrap();
    let facts = Facts::default();
    let compiled = compile_all(&catalogue, &config, &facts).unwrap();
    let desired = Desired::of(&catalogue, compiled, Inventory::default()).unwrap();
    ask(&Explainer::new(&catalogue, &config, &facts, &desired), &desired)
}

const ON: &str = "  etcd: { monitoring: true, endpointIps: 10.0.0.2 }\n  monitoring:\n    prometheusReplicas: 4\n";

fn object(kind: &str, namespace: &str) -> ObjectRef {
    ObjectRef::namespaced(GroupKind::new("", kind), namespace, "echo")
}

fn field(kind: &str, namespace: &str, field: &str) -> FieldStory {
    asked(ON, |explainer, _| explainer.field(&object(kind, namespace), field).unwrap().unwrap())
}

#[test]
fn a_field_tells_its_setting_with_spelling_and_lines() {
    let story = field("ConfigMap", "a", "data.copies");
    let Written::Settings { readers } = &story.leaves[0].written else { panic!("{story:?}") };
    assert_eq!((readers[0].setting.as_str(), readers[0].lines.as_slice()), ("replicas", [6].as_slice()));
    let Origin::Configured { field: spelling, location } = &story.settings[0].origin else { panic!("{story:?}") };
    assert_eq!((spelling.as_str(), location.as_ref().unwrap().line), ("monitoring.prometheusReplicas", 7));
    let twice = field("ConfigMap", "a", ".data.twice");
    assert!(matches!(&twice.leaves[0].written, Written::Settings { readers } if readers[0].lines == [8]));
}

#[test]
fn a_constant_tells_its_line_only_when_it_is_certain() {
    let line = |kind, namespace, path| match field(kind, namespace, path).leaves.remove(0).written {
        Written::Catalogue { line } => line,
        other => panic!("{other:?}"),
    };
    assert_eq!(line("ConfigMap", "a", "data.fixed"), Some(7));
    assert_eq!(line("ConfigMap", "b", "data.y"), Some(8));
    assert_eq!(line("ConfigMap", "b", "metadata.name"), None, "an object without it is none");
}

#[test]
fn the_marks_of_ks_are_no_part_of_the_catalogue() {
    let story = field("ConfigMap", "b", "metadata.labels");
    assert!(story.leaves.len() == 2 && story.leaves.iter().all(|it| it.written == Written::Mark), "{story:?}");
}

#[test]
fn what_stands_in_a_secret_is_masked_wherever_it_is_told() {
    let texts = asked(ON, |explainer, _| {
        let secret = object("Secret", "a");
        let field = explainer.field(&secret, "stringData").unwrap().unwrap();
        let component = explainer.component(&"echo".parse().unwrap()).unwrap();
        let object = explainer.object(&secret).unwrap();
        [json!(field), json!(object), json!(component)].map(|it| it.to_string())
    });
    for text in texts {
        assert!(text.contains("<secret ") && !text.contains("sesame"), "{text}");
    }
    let closed = asked("  etcd: { monitoring: false }\n", |explainer, _| {
        json!(explainer.component(&"echo".parse().unwrap()).unwrap()).to_string()
    });
    assert!(closed.contains("<secret ") && !closed.contains("sesame"), "{closed}");
}

#[test]
fn a_closed_component_tells_what_opens_it_and_what_it_would_make() {
    let story = |name: &str| {
        asked("  etcd:\n    monitoring: false\n", |explainer, _| explainer.component(&name.parse().unwrap()).unwrap())
    };
    let echo = story("echo");
    assert_eq!(echo.closed.unwrap().reason, "etcd.monitoring is false");
    assert_eq!((echo.remedies[0].field.as_str(), &echo.remedies[0].value), ("etcd.monitoring", &Some(json!(true))));
    assert_eq!(echo.objects.len(), 3);
    let after = story("after");
    assert_eq!(after.remedies[0].component.as_str(), "echo", "what it requires has to be switched on");
    assert_eq!(after.conditions[0].because[0].to_string(), "etcd.monitoring is false");
}

#[test]
fn conditions_of_any_form_are_opened_by_a_proposal_that_was_tried() {
    let proposed = |condition: &str, spec: &str| {
        let component = format!("{{ name: c, description: It., when: ['{}'] }}", condition.replace('\'', "''"));
        let text = format!(
            "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
             metadata: {{ name: ks-installer, namespace: kubesphere-system }}\nspec: {spec}"
        );
        let config = ClusterConfiguration::parse(&Source::new("cc.yaml", text)).unwrap().config;
        let catalogue = Catalogue::from_files([("m/c/component.yaml", component)]).unwrap();
        let facts = Facts::default();
        let desired = compile_all(&catalogue, &config, &facts).unwrap();
        let desired = Desired::of(&catalogue, desired, Inventory::default()).unwrap();
        let story = Explainer::new(&catalogue, &config, &facts, &desired).component(&"c".parse().unwrap()).unwrap();
        assert!(story.closed.is_some(), "{condition}");
        let remedy = |it: &Remedy| format!("{}={}", it.field, it.value.clone().unwrap_or_default());
        story.remedies.iter().map(remedy).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(proposed("spec.alerting.enabled", "{}"), "alerting.enabled=true");
    let external = "{ common: { monitoring: { type: external, endpoint: 'http://x' } } }";
    assert_eq!(proposed(r#"spec.common.monitoring.type != "external""#, external), "common.monitoring.type=null");
    assert_eq!(proposed(r#"spec.common.monitoring.type == "external""#, "{}"), r#"common.monitoring.type="external""#);
    assert_eq!(
        proposed("spec.alerting.enabled and spec.servicemesh.enabled", "{}"),
        "alerting.enabled=true servicemesh.enabled=true"
    );
    assert_eq!(proposed("not spec.alerting.enabled", "{ alerting: { enabled: true } }"), "alerting.enabled=null");
    assert_eq!(proposed("facts.nodes > 5", "{}"), "");
}

#[test]
fn an_object_tells_who_waits_for_it() {
    let story = asked(ON, |explainer, desired| {
        let after = ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), "a", "after");
        assert!(desired.find(&after).is_some());
        explainer.object(&after).unwrap()
    });
    assert_eq!(story.waits_for.len(), 1);
    assert_eq!(story.waits_for[0].node.to_string(), "component echo");
    assert_eq!(story.conditions[0].component.as_str(), "echo");
}

#[test]
fn a_field_that_is_not_there_tells_where_the_path_goes_astray() {
    let error = asked(ON, |explainer, _| explainer.field(&object("ConfigMap", "b"), "data.z").unwrap().unwrap_err());
    assert_eq!(error.to_string(), "ConfigMap b/echo has no field `data.z`");
    assert_eq!(error.near, [".data.x", ".data.y"]);
}

#[test]
fn objects_are_found_by_the_names_of_kubectl() {
    let found = |text: &str, namespace: Option<&str>| {
        asked(ON, |_, desired| {
            let query = ObjectQuery::parse(text, namespace).unwrap();
            query.among(desired, desired.graph().objects()).into_iter().map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    assert_eq!(found("cm/echo", None), ["ConfigMap a/echo", "ConfigMap b/echo"]);
    for text in ["ConfigMap b/echo", "configmaps/b/echo", "CM b/echo", "configmap b/echo"] {
        assert_eq!(found(text, None), ["ConfigMap b/echo"], "{text}");
    }
    assert_eq!(found("configmap/echo", Some("a")), ["ConfigMap a/echo"]);
    assert!(found("configmap.apps/echo", None).is_empty());
    let near = |text: &str| {
        asked(ON, |_, desired| {
            let query = ObjectQuery::parse(text, None).unwrap();
            query.near(desired, desired.graph().objects()).into_iter().map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    assert_eq!(near("cm/ecko"), ["ConfigMap a/echo", "ConfigMap b/echo"]);
    assert_eq!(near("cm/afters-x"), ["ConfigMap a/after"]);
    assert_eq!(near("pod/after"), ["ConfigMap a/after"]);
    assert_eq!(near("secret/after"), ["ConfigMap a/after"]);
    assert_eq!(near("cm/b/after"), ["ConfigMap a/after"]);
}
