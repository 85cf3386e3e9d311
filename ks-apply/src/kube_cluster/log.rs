//! Reads what a container wrote.

use ks_model::{GroupKind, ObjectRef};
use kube::client::Body;
use kube::core::subresource::LogParams;

use super::address;
use super::errors::{self, Fault, Refusal};
use super::wire::Wire;
use crate::cluster::LogQuery;
use crate::discovery::ServedKind;
use crate::error::ClusterError;

/// More than this of the last lines is not read: one line may be a whole file.
const BYTES: i64 = 16 * 1024;

/// Reads the last lines. The request is made once: a log only makes a failure clearer.
pub(super) async fn log(wire: &Wire, pod: &ObjectRef, query: &LogQuery) -> Result<Vec<String>, ClusterError> {
    let action = format!("read the log of {pod}");
    let kind =
        ServedKind { kind: GroupKind::new("", "Pod"), version: "v1".into(), plural: "pods".into(), namespaced: true };
    let params = LogParams {
        container: query.container.clone(),
        previous: query.previous,
        tail_lines: Some(query.lines.into()),
        limit_bytes: Some(BYTES),
        ..LogParams::default()
    };
    let request = address::of_object(&action, &kind, pod)?
        .logs(&pod.name, &params)
        .map_err(|error| errors::unsendable(&action, &error))?;
    let ask = async {
        let (parts, body) = wire.client.send(request.map(Body::from)).await?.into_parts();
        Ok::<_, kube::Error>((parts.status, body.collect_bytes().await?))
    };
    let answer = tokio::time::timeout(wire.deadline, ask).await.map_err(|_| wire.late(&action))?;
    let lost = |error: kube::Error| errors::lost(&action, &error, wire).explain(&action, Some(&kind));
    let (status, body) = answer.map_err(lost)?;
    if !status.is_success() {
        let refusal = Refusal::read(status, &body, None, &wire.credential);
        return Err(Fault::Refused(Box::new(refusal)).explain(&action, Some(&kind)));
    }
    // A program may write any bytes, and the limit may cut through a letter.
    Ok(String::from_utf8_lossy(&body).lines().map(str::to_owned).collect())
}
