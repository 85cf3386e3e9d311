//! What a CustomResourceDefinition makes of an object of its kind, where the server cannot be asked yet.

use ks_model::Manifest;
use serde_json::Value;

use crate::live::Refusal;
use crate::structured::StructuralSchema;
use crate::structured::crd::{default, prune, validate};

/// Fills in the defaults of a definition and checks the object against it, unknown fields included: ks applies with
/// strict field validation.
///
/// # Errors
/// Everything that does not fit, each with its path.
pub(crate) fn complete(definition: &Manifest, version: &str, mut object: Value) -> Result<Value, Vec<Refusal>> {
    let schema = StructuralSchema::of(definition.value(), version).map_err(|fault| vec![refusal(fault.to_string())])?;
    let unknown = prune(&mut object, schema);
    default(&mut object, schema);
    let unknown = unknown.iter().map(|path| refusal(format!("{path}: unknown field")));
    let wrong = validate(&object, schema);
    let wrong = wrong.iter().map(|problem| refusal(format!("{}: {}", problem.path, problem.message)));
    let faults: Vec<Refusal> = unknown.chain(wrong).collect();
    if faults.is_empty() { Ok(object) } else { Err(faults) }
}

fn refusal(message: String) -> Refusal {
    Refusal { message, immutable: Vec::new() }
}
