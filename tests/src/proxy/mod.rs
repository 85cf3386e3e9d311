//! A proxy before the API server, which decides of each request what becomes of it: passed on, lost before or after the server
//! heard it, answered with a refusal, cut off half way, slow, or never answered.
//!
//! ```no_run
//! use ks_tests::control_plane::{ControlPlane, Options};
//! use ks_tests::proxy::{Fate, Proxy};
//!
//! let cluster = ControlPlane::start(Options { nodes: 0, controllers: false, operator: false }).unwrap();
//! let proxy = Proxy::start(&cluster, |asked| if asked.number == 7 { Fate::Unheard } else { Fate::Passed }).unwrap();
//! let kubeconfig = proxy.kubeconfig();
//! ```

mod body;
mod fate;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http::{Method, Request};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::Client;
use kube::client::Body;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

use crate::control_plane::{ControlPlane, Unavailable};

use body::Answer;
pub use fate::Fate;

/// A request on its way.
#[derive(Clone, Debug)]
pub struct Asked {
    /// How many requests came before it, and itself.
    pub number: usize,
    /// What it wants to do.
    pub method: Method,
    /// The path, with the query.
    pub path: String,
}

impl Asked {
    /// Whether it may change the cluster.
    pub fn is_write(&self) -> bool {
        self.method != Method::GET && !self.path.contains("dryRun=All")
    }
}

/// A running proxy; it ends with its drop, and the connections with it.
pub struct Proxy {
    shared: Arc<Shared>,
    folder: TempDir,
    /// Always there until the drop, which needs it by value.
    runtime: Option<Runtime>,
}

struct Shared {
    client: Client,
    decide: Box<dyn Fn(&Asked) -> Fate + Send + Sync>,
    asked: AtomicUsize,
    under_way: AtomicUsize,
    has_stopped: AtomicBool,
}

impl Proxy {
    /// Starts a proxy that asks `decide` about each request, in the order of their coming.
    ///
    /// # Errors
    /// When there is no port, or no way to the cluster.
    pub fn start(
        cluster: &ControlPlane,
        decide: impl Fn(&Asked) -> Fate + Send + Sync + 'static,
    ) -> Result<Self, Unavailable> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("proxy").enable_all().build();
        let runtime = runtime.map_err(Unavailable::io("start a proxy"))?;
        let folder = TempDir::new().map_err(Unavailable::io("make a folder"))?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(Unavailable::io("find a port"))?;
        let port = listener.local_addr().map_err(Unavailable::io("find a port"))?.port();
        listener.set_nonblocking(true).map_err(Unavailable::io("find a port"))?;
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "ks", "cluster": { "server": format!("http://127.0.0.1:{port}") } }],
            "users": [{ "name": "ks-admin", "user": {} }],
            "contexts": [{ "name": "ks", "context": { "cluster": "ks", "user": "ks-admin" } }],
            "current-context": "ks",
        });
        std::fs::write(folder.path().join("kubeconfig"), config.to_string())
            .map_err(Unavailable::io("write a kubeconfig"))?;
        // Not `block_on`, which panics where a test is async already.
        let (sender, receiver) = std::sync::mpsc::channel();
        let connected = cluster.connect(ControlPlane::ADMIN);
        runtime.spawn(async move { drop(sender.send(connected.await)) });
        let client = receiver.recv().map_err(|_| Unavailable::Unreachable("the proxy has ended".to_owned()))??;
        let shared = Arc::new(Shared {
            client,
            decide: Box::new(decide),
            asked: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            has_stopped: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).map_err(Unavailable::io("listen"))?
        };
        runtime.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&served)));
            }
        });
        Ok(Self { shared, folder, runtime: Some(runtime) })
    }

    /// A kubeconfig that leads through the proxy, as the administrator.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// How many requests came so far.
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// Whether a request met a fate that leaves the client waiting.
    pub fn has_stopped(&self) -> bool {
        self.shared.has_stopped.load(Ordering::SeqCst)
    }

    /// Waits until the server has answered all that was passed on to it, except for watches, which nobody hears any more.
    pub fn settle(&self) {
        while self.shared.under_way.load(Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // A plain drop of a runtime panics inside of an async test.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(connection: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    // How a connection ended is a matter of its client.
    drop(http1::Builder::new().serve_connection(TokioIo::new(connection), service).await);
}

/// The connection ends where there is no answer.
async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Result<Answer, Lost> {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_err(|_| Lost)?.to_bytes();
    let asked = Asked {
        number: shared.asked.fetch_add(1, Ordering::SeqCst) + 1,
        method: parts.method.clone(),
        path: parts.uri.to_string(),
    };
    let fate = (shared.decide)(&asked);
    if let Fate::Refused { code, retry_after } = &fate {
        return fate::refusal(*code, *retry_after).map(body::whole).map_err(|_| Lost);
    }
    match fate {
        Fate::Unheard => return Err(Lost),
        Fate::StoppedBefore => return shared.stop().await,
        _ => {}
    }
    let mut forwarded = Request::builder().method(parts.method).uri(parts.uri);
    for (name, value) in parts.headers.iter().filter(|(name, _)| fate::is_passed_on(name)) {
        forwarded = forwarded.header(name, value);
    }
    let forwarded = forwarded.body(Body::from(bytes.to_vec())).map_err(|_| Lost)?;
    // Whether the client still waits or not, what was passed on is done.
    let (work, is_watch) = (Arc::clone(shared), asked.path.contains("watch="));
    work.under_way.fetch_add(usize::from(!is_watch), Ordering::SeqCst);
    let answer = tokio::spawn(async move {
        let answer = work.client.send(forwarded).await;
        work.under_way.fetch_sub(usize::from(!is_watch), Ordering::SeqCst);
        answer
    });
    let answer = answer.await.map_err(|_| Lost)?.map_err(|_| Lost)?;
    match fate {
        Fate::Lost => Err(Lost),
        Fate::StoppedAfter => shared.stop().await,
        Fate::Half => Ok(body::half(answer)),
        Fate::Slow(pause) => Ok(body::slow(answer, pause)),
        _ => Ok(body::whole(answer)),
    }
}

impl Shared {
    /// Says that a client waits in vain from now on.
    async fn stop(&self) -> Result<Answer, Lost> {
        self.has_stopped.store(true, Ordering::SeqCst);
        std::future::pending::<Infallible>().await;
        Err(Lost)
    }
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is lost")]
struct Lost;
