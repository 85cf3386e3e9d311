//! What was asked of the API server, from its audit log.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::api::Api;
use super::keys::HARNESS;
use super::unavailable::Unavailable;

pub(super) const POLICY: &str = "audit-policy.yaml";
pub(super) const LOG: &str = "audit.log";
const PATIENCE: Duration = Duration::from_secs(10);

static MARKS: AtomicU64 = AtomicU64::new(0);

/// One answered request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
    pub verb: String,
    /// The path and query of the request.
    pub uri: String,
    /// The plural of the kind, `None` for paths like `/version`.
    pub resource: Option<String>,
    /// `status`, `scale`, ….
    pub subresource: Option<String>,
    /// The namespace, `None` for cluster-scoped requests.
    pub namespace: Option<String>,
    /// The name, `None` for requests about a whole collection.
    pub name: Option<String>,
    /// Whether the request carried `dryRun=All`, and so changed nothing.
    pub dry_run: bool,
    /// The `fieldManager` of the request.
    pub field_manager: Option<String>,
    /// The client, as it calls itself.
    pub user_agent: String,
    /// The user who asked.
    pub user: String,
    /// The HTTP status of the answer.
    pub code: u16,
    /// When the request came in, in RFC 3339.
    pub received: String,
    /// When the answer was complete, in RFC 3339.
    pub time: String,
}

impl AuditEvent {
    /// Whether the request changed the cluster, or would have if it had been allowed: a writing verb without dry run.
    pub fn is_write(&self) -> bool {
        let review = self.resource.as_deref().is_some_and(|resource| resource.ends_with("reviews"));
        !self.dry_run && !review && !matches!(self.verb.as_str(), "get" | "list" | "watch" | "head" | "options")
    }

    fn parse(line: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(line).ok()?;
        if event["stage"] != "ResponseComplete" {
            return None;
        }
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let uri = text("/requestURI").unwrap_or_default();
        Some(Self {
            verb: text("/verb")?,
            resource: text("/objectRef/resource"),
            subresource: text("/objectRef/subresource"),
            namespace: text("/objectRef/namespace"),
            name: text("/objectRef/name"),
            dry_run: query(&uri, "dryRun") == Some("All"),
            field_manager: query(&uri, "fieldManager").map(str::to_owned),
            user_agent: text("/userAgent").unwrap_or_default(),
            user: text("/user/username").unwrap_or_default(),
            code: event.pointer("/responseStatus/code").and_then(Value::as_u64)?.try_into().ok()?,
            received: text("/requestReceivedTimestamp").unwrap_or_default(),
            time: text("/stageTimestamp").unwrap_or_default(),
            uri,
        })
    }
}

/// The value of a query parameter, as it stands in the request.
fn query<'a>(uri: &'a str, name: &str) -> Option<&'a str> {
    let (_, parameters) = uri.split_once('?')?;
    parameters.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// The audit policy: every request with its metadata, without those of the control plane's own parts. JSON is YAML.
pub(super) fn policy() -> String {
    let own = [HARNESS, "system:apiserver", "system:kube-controller-manager"];
    json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            {"level": "Metadata", "users": [HARNESS], "nonResourceURLs": ["/version"]},
            {"level": "None", "users": own},
            {"level": "None", "userGroups": ["system:serviceaccounts:kube-system"]},
            {"level": "Metadata"},
        ],
    })
    .to_string()
}

/// Asks for something recognisable and waits for it in the log: whatever was answered before is then there as well. Gives
/// what stands behind a place in the log, and the place at which the log ends.
pub(super) fn read(api: &Api, folder: &Path, start: u64) -> Result<(Vec<AuditEvent>, u64), Unavailable> {
    let mark = format!("/version?mark={}", MARKS.fetch_add(1, Ordering::Relaxed));
    api.get(&mark)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let log = read_from(&folder.join(LOG), start).map_err(Unavailable::io("read the audit log"))?;
        if log.contains(&mark) {
            let events: Vec<AuditEvent> = log.lines().filter_map(AuditEvent::parse).collect();
            // The line of the mark may be half written yet.
            if events.iter().any(|event| event.uri == mark) {
                let end = start + u64::try_from(log.len()).unwrap_or(u64::MAX);
                return Ok((events.into_iter().filter(|event| event.user != HARNESS).collect(), end));
            }
        }
        if Instant::now() > deadline {
            return Err(Unavailable::TimedOut { what: "the audit log".to_owned(), last: mark });
        }
        sleep(Duration::from_millis(20));
    }
}

fn read_from(log: &Path, start: u64) -> io::Result<String> {
    let mut file = fs::File::open(log)?;
    file.seek(SeekFrom::Start(start))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"stage":"ResponseComplete","verb":"patch","user":{"username":"ks-admin"},"userAgent":"ks/0.1",
        "requestURI":"/apis/apps/v1/namespaces/a/deployments/b?dryRun=All&fieldManager=ks",
        "objectRef":{"resource":"deployments","namespace":"a","name":"b"},
        "responseStatus":{"code":200},"stageTimestamp":"2026-01-01T00:00:00.000000Z"}"#;

    #[test]
    fn parse_reads_the_query_of_the_request() {
        let event = AuditEvent::parse(LINE).unwrap();
        assert_eq!((event.verb.as_str(), event.code, event.dry_run), ("patch", 200, true));
        assert_eq!(event.field_manager.as_deref(), Some("ks"));
        assert_eq!(event.resource.as_deref(), Some("deployments"));
        assert!(!event.is_write());
    }

    #[test]
    fn parse_skips_other_stages_and_torn_lines() {
        assert_eq!(AuditEvent::parse(&LINE.replace("ResponseComplete", "ResponseStarted")), None);
        assert_eq!(AuditEvent::parse(&LINE[..40]), None);
    }
}
