//! Asks what the user may do: one request for who may do everything, else one for each namespace and one for the whole cluster.

use futures::{StreamExt, stream};
use ks_plan::doctor::{Seen, Unseen};
use ks_plan::rbac::{Grants, MissingRule, Rights};
use serde_json::Value;

use super::unseen;
use crate::cluster::{AccessReview, Cluster};
use crate::error::ClusterError;

/// How many requests are under way at once.
const CONCURRENCY: usize = 8;
/// How many single rights are asked for where an authorizer does not list its rules.
const SINGLE: usize = 100;
/// A namespace that nobody makes, so that nobody has rules in it: what holds there holds in the whole cluster.
const NOWHERE: &str = "ks-asks-for-rights-in-the-whole-cluster";

/// The rights of the user, as far as `rights` need them.
pub(super) async fn grants(cluster: &dyn Cluster, rights: Option<&Rights>) -> Seen<Grants> {
    let rights = rights.ok_or_else(|| Unseen::new("it is not known what is wanted"))?;
    if is_allowed(cluster, &AccessReview::Everything).await.map_err(unseen)? {
        return Ok(Grants::everything());
    }
    let mut grants = Grants::default();
    let places = std::iter::once(None).chain(rights.namespaces().map(Some));
    let mut answers = stream::iter(places)
        .map(|place| async move {
            let namespace = place.unwrap_or(NOWHERE).to_owned();
            (place, cluster.review(&AccessReview::Rules { namespace }).await)
        })
        .buffer_unordered(CONCURRENCY);
    while let Some((place, answer)) = answers.next().await {
        grants.add(place, &answer.map_err(unseen)?);
    }
    if grants.is_incomplete() {
        confirm(cluster, rights, &mut grants).await.map_err(unseen)?;
    }
    Ok(grants)
}

/// Asks for rights that no rule gives, one by one.
async fn confirm(cluster: &dyn Cluster, rights: &Rights, grants: &mut Grants) -> Result<(), ClusterError> {
    let missing: Vec<MissingRule> = rights.missing(grants).into_iter().take(SINGLE).collect();
    let mut answers = stream::iter(missing)
        .map(|rule| async move { (is_allowed(cluster, &AccessReview::Access(rule.clone())).await, rule) })
        .buffer_unordered(CONCURRENCY);
    while let Some((answer, rule)) = answers.next().await {
        if answer? {
            grants.allow(rule);
        }
    }
    Ok(())
}

async fn is_allowed(cluster: &dyn Cluster, review: &AccessReview) -> Result<bool, ClusterError> {
    let status = cluster.review(review).await?;
    Ok(status.get("allowed") == Some(&Value::Bool(true)))
}
