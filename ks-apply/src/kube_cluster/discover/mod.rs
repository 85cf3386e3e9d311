//! Which kinds are served.

mod aggregated;
mod classic;

use futures::future::try_join;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors;
use super::wire::Wire;
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

const ACTION: &str = "discover the served kinds";

/// Takes the aggregated form where the server knows it, else the form that is there since the beginning.
const EITHER_FORM: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// Asks the core group and the named groups, in two requests if the server aggregates.
///
/// An older server, or one with aggregation switched off, answers the same two requests with its lists of groups; each
/// group version is then asked for by itself.
pub(super) async fn discover(wire: &Wire) -> Result<Discovery, ClusterError> {
    let (core, named) = try_join(root(wire, "/api"), root(wire, "/apis")).await?;
    Ok(core.into_iter().chain(named).collect())
}

async fn root(wire: &Wire, path: &str) -> Result<Vec<ServedKind>, ClusterError> {
    let answer = wire.get(ACTION, path, Some(EITHER_FORM)).await.map_err(|fault| fault.explain(ACTION, None))?;
    match answer.get("kind").and_then(Value::as_str) {
        Some("APIGroupDiscoveryList") => {
            let groups: aggregated::Groups = read(answer)?;
            groups.stale().for_each(|it| wire.warnings.add(unavailable(&it, "its server does not answer")));
            Ok(groups.kinds())
        }
        Some("APIVersions") => {
            let core: classic::CoreVersions = read(answer)?;
            classic::kinds(wire, core.group_versions()).await
        }
        Some("APIGroupList") => {
            let named: classic::NamedGroups = read(answer)?;
            classic::kinds(wire, named.group_versions()).await
        }
        _ => Err(errors::protocol(ACTION, &format!("the answer of {path} is no discovery document"))),
    }
}

fn read<T: DeserializeOwned>(answer: Value) -> Result<T, ClusterError> {
    serde_json::from_value(answer).map_err(|error| errors::protocol(ACTION, &error.to_string()))
}

/// One dead APIService must not hide all the others, but neither may it vanish in silence.
fn unavailable(group_version: &str, reason: &str) -> String {
    format!("the kinds of {group_version} are not known: {reason}")
}

/// Where two resources of a group version have the same kind, the one that can be read and applied comes first.
fn usable_first<T>(resources: &mut [T], verbs: impl Fn(&T) -> &[String]) {
    let usable = |it: &T| ["get", "list", "patch"].iter().all(|verb| verbs(it).iter().any(|has| has == verb));
    resources.sort_by_key(|it| !usable(it));
}
