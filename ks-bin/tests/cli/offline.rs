use std::collections::BTreeSet;

use super::runner::{Room, SMALL};

/// A catalogue of one component would still have the built-in ones below it, so the tests look at single lines.
fn kinds(yaml: &str) -> Vec<&str> {
    yaml.lines().filter_map(|it| it.strip_prefix("kind: ")).collect()
}

#[test]
fn render_prints_documents_in_the_order_of_apply() {
    let run = Room::with_small().ks(&["render", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let kinds = kinds(&run.out);
    let first = |kind: &str| kinds.iter().position(|it| *it == kind).unwrap();
    assert!(first("Namespace") < first("Deployment"));
    assert!(first("CustomResourceDefinition") < first("Prometheus"));
    assert!(run.out.contains("applyset.kubernetes.io/part-of"));
    assert!(run.err.contains("no cluster is asked"), "{}", run.err);
    assert!(run.err.contains("readable values"), "{}", run.err);
}

#[test]
fn render_takes_facts_from_a_file() {
    let room = Room::with_small().with("facts.yaml", "{ version: v1.24.3, nodes: 5 }");
    let run = room.ks(&["render", "-f", "cc.yaml", "--facts", "facts.yaml"]);
    assert!(run.out.contains("policy/v1beta1"), "{run:?}");
    assert!(!run.err.contains("no cluster is asked"));
    let room = room.with("facts.yaml", "nodes: many");
    assert_eq!(room.ks(&["render", "-f", "cc.yaml", "--facts", "facts.yaml"]).code, Some(2));
}

#[test]
fn render_as_json_is_one_list_of_the_same_objects() {
    let room = Room::with_small();
    let run = room.ks(&["render", "-f", "cc.yaml", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let items = list["items"].as_array().unwrap();
    let yaml = room.ks(&["render", "-f", "cc.yaml"]).out;
    let names: Vec<&str> = items.iter().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!(names, kinds(&yaml));
    let read: Vec<serde_json::Value> = serde_saphyr::from_multiple(&yaml).unwrap();
    assert_eq!(&read, items, "what is written as YAML reads back as the same objects");
}

#[test]
fn text_that_other_readers_of_yaml_take_for_something_else_is_quoted() {
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: odd, namespace: default }\ndata:\n";
    let words = [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "null",
        "~",
        "0755",
        "1e3",
        "1_000",
        "0x1F",
        "12:30:45",
        "2001-01-01",
        ".5",
        "=",
        "<<",
    ];
    let data: Vec<String> = words.iter().enumerate().map(|(i, it)| format!("  k{i}: {it:?}\n")).collect();
    let room = Room::with_small()
        .with("mine/demo/odd/component.yaml", "name: odd\ndescription: Odd words.\n")
        .with("mine/demo/odd/config-map.yaml", &format!("{manifest}{}", data.concat()));
    let run = room.ks(&["render", "-f", "cc.yaml", "--manifests", "mine"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let lines: BTreeSet<&str> = run.out.lines().map(str::trim).collect();
    for (i, word) in words.iter().enumerate() {
        let quoted = [format!("k{i}: \"{word}\""), format!("k{i}: '{word}'")];
        assert!(quoted.iter().any(|it| lines.contains(it.as_str())), "{word} is not quoted");
    }
}

#[test]
fn the_graph_is_drawn_in_three_ways() {
    let overlay = |room: Room| {
        room.with("mine/demo/echo/component.yaml", "name: echo\ndescription: Answers.\nafter: [namespaces]\n").with(
            "mine/demo/echo/account.yaml",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: echo, namespace: kubesphere-system }\n",
        )
    };
    let off = format!("{SMALL}  common: {{ monitoring: {{ type: external, endpoint: \"http://x\" }} }}\n");
    let room = overlay(Room::new().with("cc.yaml", &off));
    for drawing in ["tree", "dot", "mermaid"] {
        let run = room.ks(&["graph", "-f", "cc.yaml", "--manifests", "mine", "-o", drawing]);
        insta::assert_snapshot!(drawing, run.screen());
    }
}
