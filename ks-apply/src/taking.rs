//! Writes that take fields from other managers: those that the plan shows as taken, and no others.

use ks_model::Manifest;
use ks_plan::{Change, Resolution};
use serde_json::Value;

use crate::cluster::{ApplyMode, Cluster};
use crate::discovery::ServedKind;
use crate::error::{ClusterError, FieldConflict};

const PLAIN: ApplyMode = ApplyMode { dry_run: false, force: false };
const FORCED: ApplyMode = ApplyMode { dry_run: false, force: true };

/// Applies the manifest of a change. With `all_shown`, every conflict that the change shows counts as taken.
///
/// The force of a server-side apply is all or nothing. So the server is asked without it first, and forced only when it
/// names nothing but what may be taken, for the very revision that it was asked about.
pub(crate) async fn apply(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    manifest: &Manifest,
    change: &Change,
    all_shown: bool,
) -> Result<Value, ClusterError> {
    let takes = change.conflicts.iter().any(|it| all_shown || it.resolution == Resolution::Taken);
    let live = if takes { cluster.get(kind, manifest.object()).await? } else { None };
    let Some(manifest) = live.and_then(|it| of_revision(manifest, &it)) else {
        return cluster.apply(kind, manifest, PLAIN).await;
    };
    let answer = match cluster.apply(kind, &manifest, PLAIN).await {
        Err(ClusterError::Conflict { action, fields, .. }) if !fields.is_empty() => {
            let may = |it: &FieldConflict| change.may_take(&it.field, &it.manager, all_shown);
            let beyond: Vec<FieldConflict> = fields.into_iter().filter(|it| !may(it)).collect();
            match beyond.is_empty() {
                true => cluster.apply(kind, &manifest, FORCED).await,
                false => Err(unplanned(action, beyond)),
            }
        }
        answer => answer,
    };
    answer.map_err(|error| match error {
        // Somebody wrote the object between two of these requests.
        ClusterError::Conflict { action, message, fields } if fields.is_empty() => {
            ClusterError::Transient { action, message, retry_after: None }
        }
        other => other,
    })
}

/// The manifest for the live object as it is now; nothing when another object is meant.
fn of_revision(manifest: &Manifest, live: &Value) -> Option<Manifest> {
    let meant = manifest.value().pointer("/metadata/uid");
    let revision = live.pointer("/metadata/resourceVersion")?.as_str()?;
    let is_meant = meant.is_none() || meant == live.pointer("/metadata/uid");
    is_meant.then(|| manifest.as_of(revision))
}

fn unplanned(action: String, fields: Vec<FieldConflict>) -> ClusterError {
    let named: Vec<String> = fields.iter().map(|it| format!("{} belongs to {}", it.field, it.manager)).collect();
    let message = format!("{}, which the plan does not take; plan again", named.join(", "));
    ClusterError::Conflict { action, message, fields }
}
