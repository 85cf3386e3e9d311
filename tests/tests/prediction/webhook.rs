//! A mutating admission webhook: an HTTPS server of a few lines on 127.0.0.1.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

/// What the webhook does to objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Quiet,
    /// It adds an annotation.
    Adds,
    /// It fills in a field where it is absent.
    FillsIn,
    /// It writes a value of its own over the one that is wanted.
    Rewrites,
}

const MODES: [Mode; 4] = [Mode::Quiet, Mode::Adds, Mode::FillsIn, Mode::Rewrites];

/// A running webhook; its thread ends with the process.
pub struct Webhook {
    mode: Arc<AtomicU8>,
    /// What is applied to make the API server ask it.
    pub configuration: Value,
}

impl Webhook {
    /// Starts the server.
    pub fn start() -> Self {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::from_pem_slice(certified.signing_key.serialize_pem().as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("https://127.0.0.1:{}/mutate", listener.local_addr().unwrap().port());
        let mode = Arc::new(AtomicU8::new(0));
        let (shared, config) = (Arc::clone(&mode), Arc::new(config));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (mode, config) = (Arc::clone(&shared), Arc::clone(&config));
                // A connection that breaks is the API server's to open again.
                thread::spawn(move || drop(serve(stream, config, &mode)));
            }
        });
        let rules = json!([
            { "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps", "services"] },
            { "apiGroups": ["apps", "example.org"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
                "resources": ["deployments", "widgets"] },
        ]);
        let hook = json!({ "name": "mutate.example.org", "sideEffects": "None", "admissionReviewVersions": ["v1"], "rules": rules,
            "failurePolicy": "Fail",
            "clientConfig": { "url": url, "caBundle": STANDARD.encode(certified.cert.pem()) } });
        let configuration = json!({ "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": { "name": "mutate" }, "webhooks": [hook] });
        Self { mode, configuration }
    }

    /// Lets it do something else from now on.
    pub fn set(&self, mode: Mode) {
        let place = MODES.iter().position(|it| *it == mode).unwrap_or_default();
        self.mode.store(u8::try_from(place).unwrap(), Ordering::SeqCst);
    }
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>, mode: &AtomicU8) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse().map_err(std::io::Error::other)?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let review: Value = serde_json::from_slice(&body)?;
        let answer = answer(&review, MODES[usize::from(mode.load(Ordering::SeqCst))]).to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.get_mut().write_all((head + &answer).as_bytes())?;
        stream.get_mut().flush()?;
    }
}

fn answer(review: &Value, mode: Mode) -> Value {
    let object = &review["request"]["object"];
    let patch = STANDARD.encode(Value::from(patches(object, mode)).to_string());
    json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {
        "uid": review["request"]["uid"], "allowed": true, "patchType": "JSONPatch", "patch": patch } })
}

fn patches(object: &Value, mode: Mode) -> Vec<Value> {
    let add = |path: &str, value: Value| json!({ "op": "add", "path": path, "value": value });
    match (mode, object["kind"].as_str()) {
        (Mode::Adds, _) if object.pointer("/metadata/annotations").is_some_and(Value::is_object) => {
            vec![add("/metadata/annotations/example.org~1injected", json!("yes"))]
        }
        (Mode::Adds, _) => vec![add("/metadata/annotations", json!({ "example.org/injected": "yes" }))],
        (Mode::FillsIn, Some("Deployment")) if object.pointer("/spec/minReadySeconds").is_none() => {
            vec![add("/spec/minReadySeconds", json!(7))]
        }
        (Mode::FillsIn, Some("Widget")) if object.pointer("/spec/plain").is_none() && object["spec"].is_object() => {
            vec![add("/spec/plain", json!("filled in"))]
        }
        (Mode::Rewrites, Some("ConfigMap")) if object.pointer("/data/a").is_some() => {
            vec![add("/data/a", json!("rewritten"))]
        }
        (Mode::Rewrites, Some("Deployment")) => vec![add("/spec/replicas", json!(4))],
        _ => Vec::new(),
    }
}
