//! Certificates over several runs: made, kept, made again.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_apply::{ApplyMode, ApplyOptions, Cluster, PlanOptions, Planned, apply, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{CertificateState, GroupKind, ObjectRef};
use ks_plan::display::{PlanDocument, TextOptions, text};
use ks_plan::{Action, Catalogue, Verified};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::recorder::Recorder;
use crate::story::{manifest, namespace, sandbox};

const COMPONENT: &str = "
name: hook
description: Answers the API server.
settings:
  webhook:
    certificate: { secret: home/hook-cert, dnsNames: [hook.home.svc] }
";
const SECRET: &str = "
apiVersion: v1
kind: Secret
metadata: { namespace: home, name: hook-cert }
type: kubernetes.io/tls
data:
  tls.crt: {{ settings.webhook.certificate }}
  tls.key: {{ settings.webhook.key }}
";
const CONFIGURATION: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: hook }
webhooks:
  - name: a.example.org
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: { caBundle: {{ settings.webhook.ca }}, service: { namespace: home, name: hook } }
";
const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.org }
spec:
  group: example.org
  scope: Namespaced
  names: { kind: Thing, plural: things }
  versions:
    - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig: { caBundle: {{ settings.webhook.ca }}, service: { namespace: home, name: hook } }
";
const CLUSTER_CONFIGURATION: &str = "
apiVersion: installer.kubesphere.io/v1alpha1
kind: ClusterConfiguration
metadata: { name: ks-installer, namespace: kubesphere-system }
spec: {}
";
const NAMESPACES: &str = "
apiVersion: v1
kind: Namespace
metadata: { name: home }
---
apiVersion: v1
kind: Namespace
metadata: { name: kubesphere-system }
";

async fn planned(cluster: &Recorder) -> Planned {
    let catalogue = Catalogue::from_files([
        ("demo/hook/component.yaml", COMPONENT),
        ("demo/hook/namespaces.yaml", NAMESPACES),
        ("demo/hook/secret.yaml.j2", SECRET),
        ("demo/hook/configuration.yaml.j2", CONFIGURATION),
        ("demo/hook/definition.yaml.j2", DEFINITION),
    ])
    .unwrap();
    let config = ClusterConfiguration::parse(&Source::new("cc.yaml", CLUSTER_CONFIGURATION)).unwrap().config;
    plan(cluster, &catalogue, &config, &PlanOptions::default()).await.unwrap()
}

/// Plans, looks through everything that the plan can print, applies, and looks through the events.
async fn converged(cluster: &Recorder) -> Planned {
    let planned = planned(cluster).await;
    let (_interrupt, interrupted) = watch::channel(false);
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let (door, discovery): (Arc<dyn Cluster>, _) = (Arc::new(cluster.clone()), planned.survey.discovery.clone());
    let following = Arc::new(planned.plan.clone());
    let tally = apply(door, discovery, following, ApplyOptions::default(), interrupted, sender).await;
    let mut events = String::new();
    while let Some(event) = receiver.recv().await {
        events += &format!("{event:?}\n");
    }
    assert!(tally.is_success(), "{events}");
    holds_no_key(&key(&live(cluster).await.secret), &format!("{}{events}", printed(&planned)));
    planned
}

/// Everything that a plan and what it was made from can print.
fn printed(planned: &Planned) -> String {
    let options = TextOptions { full: true, ..TextOptions::default() };
    let document = serde_json::to_string(&PlanDocument::of(&planned.plan)).unwrap();
    let facts = serde_json::to_string(&planned.survey.facts).unwrap();
    let bundles: Vec<String> = planned.desired.bundles().iter().map(|it| format!("{it:?}")).collect();
    [text(&planned.plan, &options), document, facts, format!("{planned:?}"), bundles.join("\n")].join("\n")
}

/// Neither the key nor its PEM nor a piece of it is in a text.
fn holds_no_key(key: &str, text: &str) {
    let pem = String::from_utf8(STANDARD.decode(key).unwrap()).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    let lines = pem.lines().filter(|it| !it.starts_with("-----"));
    for secret in lines.chain([key, &key[..40], "PRIVATE KEY"]) {
        assert!(!text.contains(secret), "a key is printed");
    }
}

struct Live {
    secret: Value,
    hook: Value,
    definition: Value,
}

impl Live {
    fn is_consistent(&self) -> bool {
        let pem = |encoded: &Value| String::from_utf8(STANDARD.decode(encoded.as_str().unwrap()).unwrap()).unwrap();
        let ca = pem(&self.hook["webhooks"][0]["clientConfig"]["caBundle"]);
        let other = pem(&self.definition["spec"]["conversion"]["webhook"]["clientConfig"]["caBundle"]);
        ca == other && pem(&self.secret["data"]["tls.crt"]).ends_with(&ca)
    }
}

async fn get(cluster: &Recorder, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Value {
    let object =
        ObjectRef { kind: GroupKind::new(group, kind), namespace: namespace.map(str::to_owned), name: name.into() };
    let kinds = cluster.sandbox.discover().await.unwrap();
    cluster.sandbox.get(kinds.preferred(&object.kind).unwrap(), &object).await.unwrap().expect("it exists")
}

async fn live(cluster: &Recorder) -> Live {
    Live {
        secret: get(cluster, "", "Secret", Some("home"), "hook-cert").await,
        hook: get(cluster, "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", None, "hook").await,
        definition: get(cluster, "apiextensions.k8s.io", "CustomResourceDefinition", None, "things.example.org").await,
    }
}

fn key(secret: &Value) -> String {
    secret["data"]["tls.key"].as_str().unwrap().to_owned()
}

async fn delete_secret(cluster: &Recorder) {
    let kinds = cluster.sandbox.discover().await.unwrap();
    let object = ObjectRef::namespaced(GroupKind::new("", "Secret"), "home", "hook-cert");
    cluster.sandbox.delete(kinds.preferred(&object.kind).unwrap(), &object, None).await.unwrap();
}

fn changes(planned: &Planned) -> Vec<String> {
    let changes = planned.plan.changes.iter().filter(|it| it.action != Action::NoOp);
    changes.map(|it| format!("{} {}", it.action.symbol(), it.object)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_was_made_once_stays_and_costs_no_dry_run() {
    let cluster = Recorder::new(sandbox());
    let first = converged(&cluster).await;
    assert_eq!(first.plan.summary().create, 6);
    let made = live(&cluster).await;
    assert!(made.is_consistent());
    let second = planned(&cluster).await;
    assert!(second.plan.is_empty(), "{:?}", changes(&second));
    assert_eq!((second.requests.dry_runs, second.requests.writes), (0, 0));
    holds_no_key(&key(&made.secret), &printed(&second));
}

#[tokio::test(start_paused = true)]
async fn a_plan_tells_what_is_made_and_why() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.apply_as("admin", &manifest(namespace("home")), ApplyMode::default()).unwrap();
    let first = planned(&cluster).await;
    let options = TextOptions { full: true, ..TextOptions::default() };
    let told = text(&first.plan, &options);
    let because = "because webhook is made by apply: Secret home/hook-cert: it does not exist";
    assert_eq!(told.matches(because).count(), 3, "{told}");
    assert!(told.contains(".data[\"tls.key\"]: <made by apply>"), "{told}");
    assert!(!told.contains('\u{1}') && !told.contains("\\u{1}"), "{told}");
    // The server has seen them, and what it saw is not in the plan: two plans of one state are the same bytes.
    let secret = first.plan.changes.iter().find(|it| it.object.kind.is("", "Secret")).unwrap();
    assert_eq!(secret.verified, Verified::Server);
    let document = |planned: &Planned| serde_json::to_string(&PlanDocument::of(&planned.plan)).unwrap();
    let again = planned(&cluster).await;
    assert_eq!(document(&first), document(&again));
    assert!(!document(&first).contains("\\u0001") && document(&first).contains("<made by apply>"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_secret_is_made_again_with_everything_that_trusts_it() {
    let cluster = Recorder::new(sandbox());
    converged(&cluster).await;
    let before = live(&cluster).await;
    delete_secret(&cluster).await;
    let again = converged(&cluster).await;
    let mut changed = changes(&again);
    changed.sort();
    insta::assert_snapshot!(changed.join("\n"), @r"
    + Secret home/hook-cert
    ~ CustomResourceDefinition.apiextensions.k8s.io things.example.org
    ~ ValidatingWebhookConfiguration.admissionregistration.k8s.io hook
    ");
    let after = live(&cluster).await;
    assert!(after.is_consistent());
    assert_ne!(key(&before.secret), key(&after.secret));
    assert!(planned(&cluster).await.plan.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_bundle_that_somebody_changed_is_put_right_and_the_key_stays() {
    let cluster = Recorder::new(sandbox());
    converged(&cluster).await;
    let before = live(&cluster).await;
    let other = json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.example.org" },
        "spec": { "conversion": { "strategy": "Webhook", "webhook": { "conversionReviewVersions": ["v1"],
            "clientConfig": { "caBundle": STANDARD.encode("another"),
                "service": { "namespace": "home", "name": "hook" } } } },
            "group": "example.org", "scope": "Namespaced", "names": { "kind": "Thing", "plural": "things" },
            "versions": before.definition["spec"]["versions"] } });
    cluster.sandbox.apply_as("ks", &manifest(other), ApplyMode { dry_run: false, force: true }).unwrap();
    assert!(!live(&cluster).await.is_consistent());
    let again = converged(&cluster).await;
    assert_eq!(again.plan.summary().update, 1, "{:?}", changes(&again));
    let after = live(&cluster).await;
    assert!(after.is_consistent());
    assert_eq!(key(&before.secret), key(&after.secret));
}

/// A Secret with a certificate of its own CA that holds for these years.
fn from_elsewhere(from: i32, to: i32) -> Value {
    let dates = |mut it: CertificateParams| {
        (it.not_before, it.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        it
    };
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = dates(CertificateParams::new(Vec::new()).unwrap());
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let leaf = dates(CertificateParams::new(vec!["hook.home.svc".to_owned()]).unwrap());
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap().pem();
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": "home", "name": "hook-cert" },
        "type": "kubernetes.io/tls",
        "data": { "tls.crt": STANDARD.encode(leaf + &ca_pem), "tls.key": STANDARD.encode(key.serialize_pem()) } })
}

#[tokio::test(start_paused = true)]
async fn a_certificate_from_elsewhere_that_serves_is_taken_over_with_its_key() {
    let cluster = Recorder::new(sandbox());
    let theirs = from_elsewhere(2020, 4000);
    cluster.sandbox.apply_as("helm", &manifest(namespace("home")), ApplyMode::default()).unwrap();
    cluster.sandbox.apply_as("helm", &manifest(theirs.clone()), ApplyMode::default()).unwrap();
    let first = converged(&cluster).await;
    let secret = first.plan.changes.iter().find(|it| it.object.kind.is("", "Secret")).unwrap();
    assert!(secret.fields.iter().all(|it| it.path.starts_with(".metadata.labels")), "{:?}", secret.fields);
    let after = live(&cluster).await;
    assert!(after.is_consistent());
    assert_eq!(after.secret["data"], theirs["data"]);
    assert!(planned(&cluster).await.plan.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_runs_out_is_renewed() {
    let cluster = Recorder::new(sandbox());
    let theirs = from_elsewhere(2000, 2027);
    cluster.sandbox.apply_as("helm", &manifest(namespace("home")), ApplyMode::default()).unwrap();
    cluster.sandbox.apply_as("ks", &manifest(theirs.clone()), ApplyMode { dry_run: false, force: true }).unwrap();
    let first = planned(&cluster).await;
    let states: Vec<&CertificateState> = first.survey.facts.certificates.values().collect();
    let [CertificateState::Unusable { because }] = states.as_slice() else { panic!("{states:?}") };
    assert!(because == "its certificate expires on 2027-01-01" || because == "its certificate expired on 2027-01-01");
    holds_no_key(&key(&theirs), &printed(&first));
    converged(&cluster).await;
    let after = live(&cluster).await;
    assert!(after.is_consistent());
    assert_ne!(key(&theirs), key(&after.secret));
    assert!(planned(&cluster).await.plan.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_vanishes_between_two_looks_is_not_made_up() {
    let cluster = Recorder::new(sandbox());
    let first = converged(&cluster).await;
    let survey = planned(&cluster).await.survey;
    assert!(first.plan.summary().create > 0);
    let wanted = planned(&cluster).await.desired;
    delete_secret(&cluster).await;
    // The facts are those of the first look, and nothing else of it is known any more.
    let mut second = ks_apply::survey(&cluster).await.unwrap();
    second.facts = survey.facts.clone();
    let live = ks_apply::observe(&cluster, &mut second, &wanted).await.unwrap();
    let plan = ks_plan::plan(&wanted, &live, &survey.facts).unwrap();
    let faults: Vec<String> = plan.faults.iter().map(|it| format!("{}: {}", it.object, it.refusal.message)).collect();
    assert_eq!(
        faults,
        ["Secret home/hook-cert: its certificate or key was there at first and is another one now; plan again"]
    );
}
