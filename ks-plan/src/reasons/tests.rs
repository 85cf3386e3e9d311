use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use serde_json::{Value, json};

use super::*;
use crate::sensitive::Mask;
use crate::{Catalogue, Inventory, compile};

const COMPONENT: &str = "{ name: echo, description: Answers., settings: {
    replicas: { default: 2 }, retries: { default: 2 }, class: { from: monitoring.storageClass } } }";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: echo, namespace: default }\ndata:\n  \
    copies: {{ settings.replicas }}\n  class: {{ settings.class }}\n  args: {{ '--retries=' ~ settings.retries }}\n";

/// The names of the settings that are told as reasons for one changed field.
fn told(path: &str, after: Option<Value>) -> Vec<String> {
    let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} }"#;
    let config = ClusterConfiguration::parse(&Source::new("cc.json", text)).unwrap().config;
    let catalogue = Catalogue::from_files([("m/echo/component.yaml", COMPONENT), ("m/echo/map.yaml.j2", MAP)]).unwrap();
    let compiled = compile(&catalogue, &config, &Facts::default()).unwrap();
    let desired = Desired::of(&catalogue, compiled, Inventory::default()).unwrap();
    let (bundle, wanted) = desired.find(desired.manifests().next().unwrap().object()).unwrap();
    let field = FieldChange { path: path.to_owned(), before: Some(json!("before")), after };
    let reasons = Reasons::new(&desired, &Mask::default()).of(bundle, wanted, Action::Update, &[field]);
    assert_eq!(reasons[0], Reason::Wanted { file: "m/echo/map.yaml.j2".into() });
    let name = |it: &Reason| if let Reason::Setting { name, .. } = it { Some(name.clone()) } else { None };
    reasons.iter().filter_map(name).collect()
}

#[test]
fn of_equal_values_the_one_that_shapes_the_field_is_the_reason() {
    assert_eq!(told(".data.copies", Some(json!(2))), ["replicas"]);
    assert_eq!(told(".data.args", Some(json!("--retries=2"))), ["retries"]);
}

#[test]
fn a_setting_that_no_longer_says_anything_is_the_reason_of_a_removal() {
    assert_eq!(told(".data.class", None), ["class"]);
    assert_eq!(told(".data.other", None), Vec::<String>::new());
}

#[test]
fn of_an_object_from_no_catalogue_all_settings_count() {
    let mut bundle = crate::fixture::bundle("demo", [crate::fixture::config_map("a/c")]);
    let setting = ks_model::Setting { value: json!(1), origin: ks_model::Origin::Default { expression: None } };
    bundle.settings.insert("size".to_owned(), setting);
    bundle.objects[0].settings.insert("size".to_owned());
    let desired = Desired::new(vec![bundle], Vec::new(), BTreeMap::new(), Inventory::default()).unwrap();
    let (bundle, wanted) = (&desired.bundles()[0], &desired.bundles()[0].objects[0]);
    let reasons = Reasons::new(&desired, &Mask::default()).of(bundle, wanted, Action::Create, &[]);
    assert!(matches!(&reasons[1], Reason::Setting { name, .. } if name == "size"));
    assert!(Reasons::new(&desired, &Mask::default()).of(bundle, wanted, Action::NoOp, &[]).is_empty());
}

#[test]
fn what_a_catalogue_marks_as_sensitive_is_in_no_form_of_a_plan() {
    let component = r#"{ name: echo, description: Answers., sensitive: ["v1 ConfigMap default/echo#/data/token"],
        settings: { token: { from: monitoring.storageClass } } }"#;
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: echo, namespace: default }\ndata:\n  \
        token: {{ settings.token }}\n  user: me\n";
    let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
        "spec": { "monitoring": { "storageClass": "sesame" } } }"#;
    let config = ClusterConfiguration::parse(&Source::new("cc.json", text)).unwrap().config;
    let files = [("m/echo/component.yaml", component), ("m/echo/map.yaml.j2", map)];
    let catalogue = Catalogue::from_files(files).unwrap();
    let facts = Facts::default();
    let compiled = compile(&catalogue, &config, &facts).unwrap();
    let desired = Desired::of(&catalogue, compiled, Inventory::default()).unwrap();
    let plan = crate::plan(&desired, &crate::LiveState::default(), &facts).unwrap();
    let options = crate::display::TextOptions { full: true, ..Default::default() };
    let text = crate::display::text(&plan, &options);
    let document = serde_json::to_string(&crate::display::PlanDocument::of(&plan)).unwrap();
    assert!(text.contains("user: me") && text.contains("token is <secret "), "{text}");
    assert!(!text.contains("sesame") && !document.contains("sesame"));
}
