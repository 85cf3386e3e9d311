//! Server-side apply, in pure code: who owns which field, what an apply would change, and what it merges to.
//!
//! The API server keeps, for each object and each field manager, the set of fields that the manager last wrote
//! (`metadata.managedFields`, KEP-555). The same rules are here twice useful: the plan tells without a request that an object is
//! unchanged ([`compare()`]), and the sandbox cluster merges as the API server merges ([`apply`], [`update`]).
//! Nothing here asks a server, and nothing here fails on odd input worse than by an error.

mod altered;
mod builtin;
mod canonical;
mod changes;
mod check;
pub mod compare;
pub mod crd;
mod crd_types;
mod crd_validate;
pub mod differences;
pub mod field_set;
pub mod fields;
mod fields_v1;
pub(crate) mod hand_over;
mod leave_out;
mod list_type;
pub mod managed_fields;
pub mod merge;
mod merging;
mod names;
mod owned_text;
pub mod path;
mod path_text;
mod removal;
pub mod schema;
mod stored;
mod trail;
mod types;
mod value;
mod verbatim;
mod writers;

pub(crate) use altered::altered;
pub use compare::{Verdict, compare, compare_defaulted};
pub use crd::{SchemaProblem, StructuralSchema};
pub use differences::{FieldDifference, differences};
pub use field_set::{FieldSet, FieldsV1Error};
pub use fields::field_set;
pub(crate) use leave_out::leave_out;
pub use managed_fields::{ManagedFields, ManagedFieldsError, ManagerEntry, Operation, owned_by};
pub(crate) use merge::before_first_apply;
pub use merge::{ApplyError, ApplyRequest, Conflict, apply, update, update_status};
pub(crate) use path::lookup;
pub use path::{FieldPath, PathElement};
pub use path_text::FieldPathError;
pub use schema::{CrdSchemaError, Schemas, Type};
pub use verbatim::is_verbatim;
