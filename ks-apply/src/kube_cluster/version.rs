//! Which version the API server has.

use ks_model::ServerVersion;
use serde_json::Value;

use super::errors;
use super::wire::Wire;
use crate::error::ClusterError;

/// Asks for the version of the server.
pub(super) async fn version(wire: &Wire) -> Result<ServerVersion, ClusterError> {
    const ACTION: &str = "ask for the server version";
    let answer = wire.get(ACTION, "/version", None).await.map_err(|fault| fault.explain(ACTION, None))?;
    read(&answer).ok_or_else(|| errors::protocol(ACTION, "the answer holds no version"))
}

/// Reads the git version; a server built without one still tells major and minor.
fn read(answer: &Value) -> Option<ServerVersion> {
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    if let Some(version) = text("gitVersion").and_then(|it| it.parse().ok()) {
        return Some(version);
    }
    let digits = |it: &str| it.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    Some(ServerVersion { major: digits(text("major")?)?, minor: digits(text("minor")?)?, patch: 0 })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_git_version_is_read_and_major_and_minor_stand_in() {
        let version = |answer| read(&answer).map(|it| it.to_string());
        assert_eq!(version(json!({ "gitVersion": "v1.25.3+k3s1" })), Some("v1.25.3".into()));
        assert_eq!(version(json!({ "gitVersion": "", "major": "1", "minor": "21+" })), Some("v1.21.0".into()));
        assert_eq!(version(json!({ "kind": "Status" })), None);
    }
}
