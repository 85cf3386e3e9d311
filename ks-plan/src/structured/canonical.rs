//! What the server makes of a value when it reads it into a Go type of a built-in kind.
//!
//! Quantities and base64 get one spelling, nulls and empty free maps vanish, `stringData` of a Secret becomes `data`. Custom
//! resources are kept as they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_model::Quantity;
use serde_json::{Map, Value};

use super::schema::{Shape, Type};
use super::types::Scalar;
use super::value::equal;

/// Rewrites an object as the server does when it reads it: a built-in kind as a whole, of all others the metadata.
pub(super) fn canonicalize(object: &mut Value, ty: Type<'_>) {
    if ty.traits().is_typed {
        rewrite(object, ty);
        if is_secret(object) {
            move_string_data(object);
        }
    } else if let (Some(metadata), Some(map)) = (object.get_mut("metadata"), ty.as_map()) {
        rewrite(metadata, map.field("metadata"));
    }
}

/// Takes out the empty lists and the empty free maps, which vanish when the server writes the object.
pub(super) fn drop_empty(object: &mut Value, ty: Type<'_>) {
    if ty.traits().is_typed {
        retain(object, ty, &|value, ty, omits| !(omits && vanishes(value, ty)));
    } else if let (Some(metadata), Some(map)) = (object.get_mut("metadata"), ty.as_map()) {
        retain(metadata, map.field("metadata"), &|value, ty, _| !vanishes(value, ty));
    }
}

fn rewrite(value: &mut Value, ty: Type<'_>) {
    retain(value, ty, &|value, _, _| !value.is_null());
    respell(value, ty);
}

type IsKept<'a> = &'a dyn Fn(&Value, Type<'_>, bool) -> bool;

/// Walks the fields that the type describes and keeps those for which `is_kept` holds; it is told whether the server omits them.
fn retain(value: &mut Value, ty: Type<'_>, is_kept: IsKept<'_>) {
    if ty.is_opaque() {
        return;
    }
    match (ty.shape(value), value) {
        (Shape::Map(map), Value::Object(entries)) => {
            entries.iter_mut().for_each(|(name, value)| retain(value, map.field(name), is_kept));
            entries.retain(|name, value| is_kept(value, map.field(name), map.omits_empty(name)));
        }
        (Shape::List(list), Value::Array(items)) => {
            items.iter_mut().for_each(|item| retain(item, list.item(), is_kept));
        }
        _ => {}
    }
}

fn respell(value: &mut Value, ty: Type<'_>) {
    match (ty.shape(value), &mut *value) {
        (Shape::Map(map), Value::Object(entries)) => {
            entries.iter_mut().for_each(|(name, value)| respell(value, map.field(name)));
        }
        (Shape::List(list), Value::Array(items)) => items.iter_mut().for_each(|item| respell(item, list.item())),
        (Shape::Scalar(scalar), _) => {
            if let Some(spelled) = respelled(value, scalar) {
                *value = spelled;
            }
        }
        _ => {}
    }
}

/// The spelling that the server gives to a quantity and to bytes; absent where it leaves a value as it is.
pub(super) fn respelled(value: &Value, scalar: Scalar) -> Option<Value> {
    match scalar {
        Scalar::Quantity => Some(Quantity::try_from(value).ok()?.canonical().into()),
        Scalar::Amount => Some(Quantity::try_from(value).ok()?.in_thousandths().canonical().into()),
        Scalar::Bytes => Some(STANDARD.encode(decode(value.as_str()?)?).into()),
        _ => None,
    }
}

/// A null, an empty list and an empty map of free keys are not there after the server read and wrote them. An empty struct is:
/// `emptyDir: {}`.
pub(super) fn vanishes(value: &Value, ty: Type<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) if entries.is_empty() => ty.as_map().is_some_and(|map| map.is_free()),
        _ => false,
    }
}

/// Tells whether two scalars of a built-in type are the same to the server, although they may be written differently.
pub(super) fn same_scalar(a: &Value, b: &Value, scalar: Scalar) -> bool {
    match scalar {
        // The spelling decides, and with it the amount: the server keeps the family of the suffix.
        Scalar::Quantity | Scalar::Amount => {
            respelled(a, scalar).zip(respelled(b, scalar)).is_some_and(|(a, b)| equal(&a, &b))
        }
        Scalar::Bytes => match (a.as_str().and_then(decode), b.as_str().and_then(decode)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
        _ => equal(a, b),
    }
}

/// Reads base64 as Go does: line breaks do not count.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(text).ok()
}

/// Tells whether an object is a Secret, whose `stringData` can be written and not read.
pub(super) fn is_secret(object: &Value) -> bool {
    let is = |name: &str, value: &str| object.get(name).and_then(Value::as_str) == Some(value);
    is("kind", "Secret") && is("apiVersion", "v1")
}

fn move_string_data(secret: &mut Value) {
    let Some(secret) = secret.as_object_mut() else { return };
    let Some(Value::Object(texts)) = secret.shift_remove("stringData") else { return };
    let data = secret.entry("data").or_insert_with(|| Value::Object(Map::new()));
    if let Some(data) = data.as_object_mut() {
        data.extend(texts.into_iter().filter_map(|(name, text)| Some((name, encode(text.as_str()?)))));
    }
}

/// Writes a text of `stringData` as it stands in `data`.
pub(super) fn encode(text: &str) -> Value {
    STANDARD.encode(text).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Schemas;
    use super::*;

    fn canonical(mut object: Value) -> Value {
        let schemas = Schemas::builtin();
        let ty = schemas.of_object(&object);
        canonicalize(&mut object, ty);
        drop_empty(&mut object, ty);
        object
    }

    #[test]
    fn quantities_get_one_spelling() {
        let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {"resources": {"requests": {"storage": "1024Mi"}}}});
        assert_eq!(canonical(claim)["spec"]["resources"]["requests"]["storage"], "1Gi");
    }

    #[test]
    fn string_data_of_a_secret_becomes_data() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "YQ=="}, "stringData": {"a": "b"}});
        assert_eq!(canonical(secret), json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "Yg=="}}));
    }

    #[test]
    fn nulls_and_empty_free_maps_vanish_and_empty_structs_stay() {
        let map = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {}, "annotations": null},
            "spec": {"volumes": [{"name": "a", "emptyDir": {}}]}});
        let expected = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {"volumes": [{"name": "a", "emptyDir": {}}]}});
        assert_eq!(canonical(map), expected);
    }

    #[test]
    fn a_custom_resource_keeps_its_spelling() {
        let object =
            json!({"apiVersion": "a.b/v1", "kind": "C", "spec": {"storage": "1024Mi", "labels": {}, "none": null}});
        assert_eq!(canonical(object.clone()), object);
    }
}
