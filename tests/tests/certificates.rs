//! The certificate of a webhook on a real API server, which looks into Secrets of its type and into every CA.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ks_apply::{ConnectOptions, KubeCluster};
use ks_plan::Catalogue;
use ks_plan::display::{TextOptions, text};
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{EXAMPLE, Engine, changed, changed_fields};
use serde_json::Value;

const SECRET: &str = "/api/v1/namespaces/kubesphere-monitoring-system/secrets/notification-manager-webhook-server-cert";
const HOOKS: &str =
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/notification-manager-validating-webhook";
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_certificate_is_made_again_for_everything_that_trusts_it() {
    let options = Options { nodes: 1, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let connect = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let engine = Engine::with(KubeCluster::connect(connect).await.unwrap(), catalogue());
    engine.converge(EXAMPLE).await;
    let first = Made::of(&cluster);
    is_settled(&engine).await;

    cluster.delete(SECRET).unwrap();
    let mut lost = changed(&engine.converge(EXAMPLE).await.plan);
    lost.sort();
    insta::assert_snapshot!(lost.join("\n"), @"
        + Secret kubesphere-monitoring-system/notification-manager-webhook-server-cert
        ~ CustomResourceDefinition.apiextensions.k8s.io configs.notification.kubesphere.io
        ~ CustomResourceDefinition.apiextensions.k8s.io receivers.notification.kubesphere.io
        ~ ValidatingWebhookConfiguration.admissionregistration.k8s.io notification-manager-validating-webhook
        ");
    assert!(Made::of(&cluster) != first, "the key is another one");
    is_settled(&engine).await;
}

/// Nothing but the component and the namespaces that it is in.
fn catalogue() -> Catalogue {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests");
    let folders = ["monitoring/notification-manager", "platform/namespaces"].map(|it| files(&root.join(it)));
    let paths = folders.into_iter().flatten().chain([root.join("images.yaml")]);
    let file =
        |path: PathBuf| (path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    Catalogue::from_files(paths.map(file)).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let inside = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    inside.flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] }).collect()
}

async fn is_settled(engine: &Engine) {
    let planned = engine.plan(EXAMPLE).await;
    assert!(planned.plan.is_empty(), "{}", changed_fields(&planned.plan));
    assert_eq!((planned.requests.dry_runs, planned.requests.writes), (0, 0));
    assert!(!text(&planned.plan, &TextOptions::default()).contains("made by apply"));
}

/// The certificate and its key, which every CA in the cluster fits. Cannot be printed.
#[derive(PartialEq)]
struct Made {
    certificate: String,
    key: String,
}

impl Made {
    fn of(cluster: &ControlPlane) -> Self {
        let get = |path: &str| cluster.get(path).unwrap().unwrap();
        let secret = get(SECRET);
        let part = |name: &str| secret["data"][name].as_str().unwrap().to_owned();
        let made = Self { certificate: part("tls.crt"), key: part("tls.key") };
        let definitions =
            ["configs", "receivers"].map(|it| get(&format!("{DEFINITIONS}/{it}.notification.kubesphere.io")));
        let of_definition = |it: &Value| it["spec"]["conversion"]["webhook"]["clientConfig"]["caBundle"].clone();
        let hooks = get(HOOKS);
        let of_hooks = hooks["webhooks"].as_array().unwrap().iter().map(|it| it["clientConfig"]["caBundle"].clone());
        let trusted: Vec<Value> = definitions.iter().map(of_definition).chain(of_hooks).collect();
        assert_eq!(trusted.len(), 2 + 4);
        assert!(trusted.iter().all(|it| *it == trusted[0]), "one CA for all");
        let pem = |encoded: &str| String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert!(
            pem(&made.certificate).ends_with(&pem(trusted[0].as_str().unwrap())),
            "the CA is that of the certificate"
        );
        made
    }
}
