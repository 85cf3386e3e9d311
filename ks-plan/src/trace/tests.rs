use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};

use super::*;
use crate::{Catalogue, Desired, Inventory, compile};

const SETTINGS: &str = "{
    name: echo, description: Answers., settings: {
      port: { default: 80 }, on: { default: true }, off: { default: false }, second: { default: true },
      unset: { from: monitoring.storageClass }, size: { default: 7d }, place: { default: { a: b } }, none: { default: {} },
      list: { default: [x, y] }, sizes: { leaves: true, default: { limits: { cpu: '1', memory: 1Gi } } } } }";

/// The fields that each setting shapes under a template, one line for each setting.
fn told(template: &str) -> String {
    let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} }"#;
    let config = ClusterConfiguration::parse(&Source::new("cc.json", text)).unwrap().config;
    let catalogue = Catalogue::from_files([
        ("images.yaml", "{ echo: { repository: demo/echo, tag: v1.0 } }"),
        ("m/echo/component.yaml", SETTINGS),
        ("m/echo/objects.yaml.j2", template),
    ]);
    let catalogue = catalogue.unwrap();
    let compiled = compile(&catalogue, &config, &Facts::default()).unwrap();
    let desired = Desired::of(&catalogue, compiled, Inventory::default()).unwrap();
    let trace = desired.trace("m/echo/objects.yaml.j2").unwrap();
    let lines = trace.objects().flat_map(|object| {
        trace.settings(object).map(|setting| {
            let fields: Vec<String> = trace.fields(object, setting).map(|it| format!("`{it}`")).collect();
            let untried = if trace.is_untried(setting) { " untried" } else { "" };
            format!("{} {setting}: {}{untried}", object.name, fields.join(" "))
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: a, namespace: d }}\ndata:\n{data}")
}

#[test]
fn of_equal_values_only_the_one_that_is_read_counts() {
    assert_eq!(
        told(&map("  x: {{ settings.on }}\n  y: true\n  z: {{ settings.second }}")),
        "a on: `.data.x`\na second: `.data.z`"
    );
}

#[test]
fn a_value_inside_of_a_longer_text_counts() {
    assert_eq!(told(&map("  x: {{ '--port=' ~ settings.port ~ '/tcp' }}\n  y: port 80")), "a port: `.data.x`");
    assert_eq!(
        told(&map("  x: {{ (settings.list | join(',')) ~ settings.size }}")),
        "a list: `.data.x`\na size: `.data.x`"
    );
}

#[test]
fn a_switch_shapes_what_it_guards_on_or_off() {
    assert_eq!(
        told(&map("  z: z\n{% if settings.on %}  x: x\n  y: {{ settings.port }}\n{% endif %}")),
        "a on: `.data.x` `.data.y`\na port: `.data.y`"
    );
    assert_eq!(told(&map("  z: z\n{% if settings.off %}  x: x\n{% endif %}")), "a off: `.data.x`");
}

#[test]
fn half_of_a_condition_shapes_nothing_while_the_other_half_decides() {
    assert_eq!(told(&map("  z: z\n{% if settings.off and settings.second %}  x: x\n{% endif %}")), "a off: `.data.x`");
}

#[test]
fn a_threshold_is_found_on_both_sides() {
    assert_eq!(told(&map("  x: {{ 'a' if settings.port > 70 else 'b' }}")), "a port: `.data.x`");
    assert_eq!(told(&map("  x: {{ 'a' if settings.port > 900 else 'b' }}")), "a port: `.data.x`");
}

#[test]
fn a_setting_without_a_value_shapes_the_field_that_it_would_set() {
    assert_eq!(told(&map("  z: z\n  x: {{ settings.unset }}")), "a unset: `.data.x`");
}

#[test]
fn mappings_and_lists_shape_what_they_are_written_to() {
    assert_eq!(
        told(&map("  x: {{ settings.place }}\n  y: {{ settings.none }}")),
        "a none: `.data.y`\na place: `.data.x`"
    );
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: d }\nspec:\n";
    let pod = |spec: &str| told(&format!("{pod}{spec}"));
    assert_eq!(pod("  nodeSelector: {{ settings.place }}"), "a place: `.spec.nodeSelector`");
    assert_eq!(
        pod("  containers: [{ name: c, args: {{ settings.list }}, resources: {{ settings.sizes }} }]"),
        "a list: `.spec.containers[name=\"c\"].args`\n\
         a sizes.limits.cpu: `.spec.containers[name=\"c\"].resources.limits.cpu`\n\
         a sizes.limits.memory: `.spec.containers[name=\"c\"].resources.limits.memory`"
    );
}

#[test]
fn an_item_keyed_by_a_setting_keeps_its_name() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: d }\nspec:\n  containers:\n    - name: c\n";
    assert_eq!(
        told(&format!("{pod}      ports: [{{ name: web, containerPort: {{{{ settings.port }}}} }}]")),
        "a port: `.spec.containers[name=\"c\"].ports[containerPort=80,protocol=\"TCP\"].containerPort`"
    );
}

#[test]
fn an_object_that_comes_or_goes_is_shaped_as_a_whole() {
    let second = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: b, namespace: d }\n";
    let template = |switch: &str| format!("{}\n{{% if settings.{switch} %}}\n{second}{{% endif %}}", map("  x: x"));
    assert_eq!(told(&template("on")), "b on: ``");
    assert_eq!(told(&template("off")), "b off: ``");
    let named = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ 'p' ~ settings.port }}, namespace: d }";
    assert!(told(named).contains("p80 port: ``"), "{}", told(named));
}

#[test]
fn repository_and_tag_of_an_image_shape_each_their_own() {
    assert_eq!(
        told(&map("  image: {{ image('echo') }}\n  tag: {{ tag('echo') }}\n  version: {{ version('echo') }}")),
        "a images.echo.repository: `.data.image`\na images.echo.tag: `.data.image` `.data.tag` `.data.version`"
    );
}

#[test]
fn the_version_of_the_server_is_told_where_the_template_asks_for_it() {
    assert_eq!(told(&map("  x: {{ 'new' if server_at_least('1.25') else 'old' }}")), "a facts.version: `.data.x`");
    let group = "apiVersion: {{ 'policy/v1' if server_at_least('1.25') else 'policy.old/v1' }}\nkind: PodDisruptionBudget\n\
                 metadata: { name: a, namespace: d }";
    assert_eq!(told(group), "a facts.version: `.apiVersion`");
}

#[test]
fn a_template_that_takes_no_other_value_is_shaped_as_a_whole() {
    let only = "{% if settings.size != '7d' %}{{ [] | first | upper | nothing }}{% endif %}";
    let only = only.replace("{{ [] | first | upper | nothing }}", "{{ settings.size.deep.deeper }}");
    assert_eq!(told(&format!("{}\n{only}", map("  x: x"))), "a size: `` untried");
}

#[test]
fn what_is_only_near_in_the_text_does_not_touch() {
    assert!(touches(".spec.a", ".spec.a.b") && touches(".spec.a.b", ".spec.a") && touches("", ".x"));
    assert!(touches(".spec.a[0]", ".spec.a") && !touches(".spec.a", ".spec.ab"));
}
