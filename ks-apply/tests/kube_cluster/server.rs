//! A server of HTTP/1.1 that answers as a test tells it to and remembers what it was asked.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ks_apply::{ConnectOptions, KubeCluster, ServedKind};
use ks_model::GroupKind;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: Vec<String>,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn has(&self, parameter: &str) -> bool {
        self.query.iter().any(|it| it == parameter)
    }
}

/// What to do with a request.
pub enum Answer {
    Json(u16, Value),
    With(u16, Vec<(&'static str, String)>, String),
    /// Lines of a watch; the connection ends after the last.
    Lines(Vec<Value>),
    /// The connection ends in the middle of the body.
    Half(Value),
    /// One byte of the answer at a time, for ever.
    Crumbs,
    /// The connection ends without an answer.
    Drop,
    /// Nothing happens.
    Silence,
}

pub fn ok(value: Value) -> Answer {
    Answer::Json(200, value)
}

pub fn status(code: u16, reason: &str, message: &str) -> Answer {
    let value = serde_json::json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
        "reason": reason, "message": message });
    Answer::Json(code, value)
}

type Script = dyn Fn(&Asked, usize) -> Answer + Send + Sync;

pub struct Server {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts a server; the script gets each request and how many of the same method and path came before it.
    pub async fn start(script: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (script, seen): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        Self { address, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }

    pub async fn connect(&self) -> KubeCluster {
        self.connect_with(ConnectOptions::default()).await
    }

    pub async fn connect_with(&self, options: ConnectOptions) -> KubeCluster {
        connect_to(&self.address, options).await.unwrap()
    }
}

pub async fn connect_to(address: &str, options: ConnectOptions) -> Result<KubeCluster, ks_apply::ClusterError> {
    connect_as(address, "{ token: sentinel-token }", options).await
}

pub async fn connect_as(
    address: &str,
    user: &str,
    options: ConnectOptions,
) -> Result<KubeCluster, ks_apply::ClusterError> {
    let mut file = NamedTempFile::new().unwrap();
    write!(
        file,
        "current-context: test\ncontexts: [{{ name: test, context: {{ cluster: test, user: test }} }}]\n\
         clusters: [{{ name: test, cluster: {{ server: '{address}' }} }}]\nusers: [{{ name: test, user: {user} }}]\n"
    )
    .unwrap();
    KubeCluster::connect(ConnectOptions { kubeconfig: Some(file.path().to_owned()), ..options }).await
}

async fn serve(mut connection: TcpStream, script: Arc<Script>, seen: Arc<Mutex<Vec<Asked>>>) {
    let mut buffer = Vec::new();
    while let Some(asked) = read(&mut connection, &mut buffer).await {
        let before = {
            let mut seen = seen.lock().unwrap();
            let before = seen.iter().filter(|it| it.line() == asked.line()).count();
            seen.push(asked.clone());
            before
        };
        match script(&asked, before) {
            Answer::Json(code, value) => {
                let kind = ("content-type", "application/json".to_owned());
                respond(&mut connection, code, &[kind], &value.to_string()).await;
            }
            Answer::With(code, headers, body) => respond(&mut connection, code, &headers, &body).await,
            Answer::Lines(lines) => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
                let _ = connection.write_all(head.as_bytes()).await;
                for line in lines {
                    let _ = connection.write_all(format!("{line}\n").as_bytes()).await;
                }
                return;
            }
            Answer::Half(value) => {
                let text = value.to_string();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", text.len());
                let half = text.get(..text.len() / 2).unwrap();
                let _ = connection.write_all(format!("{head}{half}").as_bytes()).await;
                return;
            }
            Answer::Crumbs => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
                let mut written = connection.write_all(head.as_bytes()).await;
                while written.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    written = connection.write_all(b" ").await;
                }
                return;
            }
            Answer::Drop => return,
            Answer::Silence => std::future::pending().await,
        }
    }
}

async fn respond(connection: &mut TcpStream, code: u16, headers: &[(&str, String)], body: &str) {
    let mut head = format!("HTTP/1.1 {code} X\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    let _ = connection.write_all(format!("{head}\r\n{body}").as_bytes()).await;
}

async fn read(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Asked> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|it| it == b"\r\n\r\n") {
            break end;
        }
        fill(connection, buffer).await?;
        // A TLS handshake gets what a Go server says to it.
        if buffer[0] == 0x16 {
            respond(connection, 400, &[], "Client sent an HTTP request to an HTTPS server.").await;
            return None;
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).ok()?;
    buffer.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|it| it.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, it)| it.parse().ok());
    let length: usize = length.unwrap_or(0);
    while buffer.len() < length {
        fill(connection, buffer).await?;
    }
    let body: Vec<u8> = buffer.drain(..length).collect();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Asked {
        method,
        path: path.to_owned(),
        query: query.split('&').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

async fn fill(connection: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 4096];
    match connection.read(&mut chunk).await {
        Ok(0) | Err(_) => None,
        Ok(length) => {
            buffer.extend_from_slice(&chunk[..length]);
            Some(())
        }
    }
}

pub fn deployments() -> ServedKind {
    let kind = GroupKind::new("apps", "Deployment");
    ServedKind { kind, version: "v1".into(), plural: "deployments".into(), namespaced: true }
}

pub fn config_maps() -> ServedKind {
    let kind = GroupKind::new("", "ConfigMap");
    ServedKind { kind, version: "v1".into(), plural: "configmaps".into(), namespaced: true }
}
