//! StorageClasses.

use super::Filling;
use super::fields::absent;

/// Completes a StorageClass.
pub(super) fn fill(filling: &mut Filling<'_>) {
    absent(filling.object, &["reclaimPolicy"], "Delete");
    absent(filling.object, &["volumeBindingMode"], "Immediate");
}
