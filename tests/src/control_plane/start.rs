//! Bringing the programs up, in order.

use std::fs;
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::api::Api;
use super::process::{Process, Reaper};
use super::programs::{Programs, tests_folder};
use super::release::Release;
use super::unavailable::Unavailable;
use super::{ControlPlane, Options, audit, keys};

const PATIENCE: Duration = Duration::from_secs(120);
const ATTEMPTS: usize = 3;

/// Starts a control plane; once more when somebody else took one of its ports meanwhile.
pub(super) fn start(options: Options, release: Release) -> Result<ControlPlane, Unavailable> {
    let mut attempt = 1;
    loop {
        match start_once(options.clone(), release) {
            Err(error) if error.is_port_clash() && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

fn start_once(options: Options, release: Release) -> Result<ControlPlane, Unavailable> {
    let programs = Programs::find();
    let ports = Ports::free().map_err(Unavailable::io("find free ports"))?;
    let folder = tempfile::Builder::new()
        .prefix("ks-control-plane-")
        .tempdir()
        .map_err(Unavailable::io("create a temporary folder"))?
        .keep();
    let reaper = Reaper::watch(&folder)?;
    let server = format!("https://127.0.0.1:{}", ports.api);
    keys::write(&folder, &server)?;
    fs::write(folder.join(audit::POLICY), audit::policy()).map_err(Unavailable::io("write the audit policy"))?;

    let spawn = |name: &'static str, arguments: Vec<String>| {
        Process::start(name, &programs.path(name)?, &arguments, &[], &folder)
    };
    let processes = vec![spawn("etcd", etcd(&ports))?, spawn(release.api_server(), api_server(&ports, &options))?];
    let api = Api::new(&keys::kubeconfig(&folder, keys::HARNESS))?;
    let cluster = ControlPlane {
        processes: Mutex::new(processes),
        api,
        server,
        etcd: format!("http://127.0.0.1:{}", ports.etcd),
        release,
        options,
        operator_port: ports.operator,
        programs,
        folder,
        _reaper: reaper,
    };
    cluster.await_api_server()?;
    cluster.start_controllers(&ports)?;
    cluster.set_nodes(cluster.options.nodes)?;
    if cluster.options.operator {
        cluster.apply_monitoring_definitions()?;
        cluster.start_operator()?;
    }
    cluster.check()?;
    Ok(cluster)
}

impl ControlPlane {
    /// Keeps a process for as long as the control plane lives.
    pub(super) fn keep(&self, process: Process) {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).push(process);
    }

    /// An error when a program has ended.
    pub(super) fn check(&self) -> Result<(), Unavailable> {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        processes.iter_mut().try_for_each(Process::check)
    }

    /// Waits until the API server says that it is ready.
    pub(super) fn await_api_server(&self) -> Result<(), Unavailable> {
        let deadline = Instant::now() + PATIENCE;
        while !matches!(self.get("/readyz"), Ok(Some(_))) {
            self.check()?;
            if Instant::now() > deadline {
                let program = self.release.api_server().to_owned();
                return Err(Unavailable::NotReady { log: self.log(&program), program, patience: PATIENCE });
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn start_controllers(&self, ports: &Ports) -> Result<(), Unavailable> {
        if !self.options.controllers {
            return Ok(());
        }
        let kubeconfig = keys::kubeconfig(self.folder(), keys::HARNESS).display().to_string();
        for (name, arguments) in [
            ("kube-controller-manager", controller_manager(ports, &kubeconfig)),
            ("kube-scheduler", scheduler(ports, &kubeconfig)),
            ("kwok", kwok(ports, &kubeconfig)),
        ] {
            self.keep(Process::start(name, &self.programs.path(name)?, &arguments, &[], self.folder())?);
        }
        self.add_storage_classes()
    }
}

/// Ports that were free when looked at.
struct Ports {
    etcd: u16,
    etcd_peer: u16,
    api: u16,
    controllers: u16,
    scheduler: u16,
    kwok: u16,
    operator: u16,
}

impl Ports {
    fn free() -> std::io::Result<Self> {
        // All are held until the last is found, or one might be found twice.
        let mut held = Vec::new();
        let mut next = || {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok::<_, std::io::Error>(port)
        };
        Ok(Self {
            etcd: next()?,
            etcd_peer: next()?,
            api: next()?,
            controllers: next()?,
            scheduler: next()?,
            kwok: next()?,
            operator: next()?,
        })
    }
}

fn etcd(ports: &Ports) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    vec![
        "--data-dir=etcd".to_owned(),
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
    ]
}

fn api_server(ports: &Ports, options: &Options) -> Vec<String> {
    let mut arguments = vec![
        format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", ports.api),
        "--cert-dir=apiserver".to_owned(),
        format!("--tls-cert-file={}", keys::SERVER_CERTIFICATE),
        format!("--tls-private-key-file={}", keys::SERVER_KEY),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={}", keys::SERVICE_ACCOUNT_PUBLIC_KEY),
        format!("--service-account-signing-key-file={}", keys::SERVICE_ACCOUNT_KEY),
        format!("--token-auth-file={}", keys::TOKENS),
        "--authorization-mode=RBAC".to_owned(),
        "--allow-privileged=true".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/16".to_owned(),
        // Without this the kubernetes Service would want an address that other machines reach.
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--audit-policy-file={}", audit::POLICY),
        format!("--audit-log-path={}", audit::LOG),
        "--audit-log-format=json".to_owned(),
    ];
    if !options.controllers {
        // Nobody makes the `default` ServiceAccount that a Pod must have, nor lets a claim go that is protected.
        arguments.push("--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection".to_owned());
    }
    arguments
}

fn controller_manager(ports: &Ports, kubeconfig: &str) -> Vec<String> {
    vec![
        format!("--kubeconfig={kubeconfig}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", ports.controllers),
        "--cert-dir=controller-manager".to_owned(),
        "--leader-elect=false".to_owned(),
        "--use-service-account-credentials".to_owned(),
        format!("--service-account-private-key-file={}", keys::SERVICE_ACCOUNT_KEY),
        format!("--root-ca-file={}", keys::CA),
        "--enable-hostpath-provisioner".to_owned(),
    ]
}

fn scheduler(ports: &Ports, kubeconfig: &str) -> Vec<String> {
    vec![
        format!("--kubeconfig={kubeconfig}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", ports.scheduler),
        "--cert-dir=scheduler".to_owned(),
        "--leader-elect=false".to_owned(),
    ]
}

fn kwok(ports: &Ports, kubeconfig: &str) -> Vec<String> {
    let stages = tests_folder().join("control-plane/kwok/stages.yaml");
    vec![
        format!("--kubeconfig={kubeconfig}"),
        format!("--server-address=127.0.0.1:{}", ports.kwok),
        format!("--config={}", stages.display()),
        "--manage-all-nodes=true".to_owned(),
        "--node-ip=10.250.0.1".to_owned(),
        "--cidr=10.244.0.1/16".to_owned(),
        "--node-lease-duration-seconds=40".to_owned(),
    ]
}
