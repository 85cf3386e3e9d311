//! Snapshots as files.

use std::path::Path;

use ks_apply::{ClusterSnapshot, SnapshotError};
use ks_plan::Desired;

use crate::command_error::{CommandError, Kind};
use crate::session::counted;
use crate::ui::Ui;

/// Reads a snapshot.
pub fn read(path: &Path) -> Result<ClusterSnapshot, CommandError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        CommandError::new(Kind::NoCluster, format!("read the snapshot {shown}: {error}"))
            .hint("make one with `ks snapshot -f cc.yaml --out FILE`")
    })?;
    ClusterSnapshot::read(&text).map_err(|error| {
        let hint = match &error {
            SnapshotError::Format { .. } => "make it again with this ks: `ks snapshot -f cc.yaml --out FILE`",
            _ => "a snapshot is made by `ks snapshot -f cc.yaml --out FILE`",
        };
        CommandError::caused(Kind::NoCluster, &Named { file: shown.to_string(), source: error }).hint(hint)
    })
}

/// Tells what the plan takes for absent without knowing.
pub fn tell_unknown(snapshot: &ClusterSnapshot, desired: &Desired, ui: &Ui) {
    let unknown = snapshot.unknown(desired);
    if let [first, ..] = unknown.as_slice() {
        let count = counted(unknown.len() as u64, "object");
        ui.warn(&format!("the snapshot does not say whether {count} exist, {first} for one; taken for absent"));
    }
}

#[derive(Debug, thiserror::Error)]
#[error("read the snapshot {file}")]
struct Named {
    file: String,
    source: SnapshotError,
}
