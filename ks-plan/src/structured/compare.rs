//! Is it unchanged, and if not, what differs.

use std::collections::BTreeMap;

use ks_model::{at, member};
use serde_json::{Map, Value};

use super::canonical::{encode, is_secret};
use super::check::check;
use super::field_set::FieldSet;
use super::fields::{STRIPPED_METADATA, field_set};
use super::managed_fields::{ManagedFields, applier_entry, applier_fields};
use super::merge::nobody_wrote;
use super::names::names_exactly;
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};
use super::stored::{is_chosen, is_stored, stored, stored_field};
use super::trail::{Step, Trail};
use super::types::Rule;
use super::value::equal;

/// What a comparison without the server can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An apply would change nothing. Only said when certain.
    Unchanged,
    /// An apply would change something, or might.
    Differs,
}

/// Tells, without asking the server, whether an apply of `desired` would leave `live` as it is.
///
/// It would when `manager` owns exactly the fields that the apply mentions, in the same version, and when each of them has in `live`
/// the value that the server would make of the desired one. Fields that others own or that the server filled in do not count, nor does
/// an empty list that the server does not store.
///
/// ```
/// use ks_plan::structured::{Schemas, Verdict, compare};
/// use serde_json::json;
///
/// let desired = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "c"}});
/// let schemas = Schemas::builtin();
/// let ty = schemas.of_object(&desired);
/// assert_eq!(compare(&desired, &desired, "ks", ty), Verdict::Differs, "nobody owns a field");
/// ```
pub fn compare(desired: &Value, live: &Value, manager: &str, ty: Type<'_>) -> Verdict {
    compare_defaulted(desired, desired, live, manager, ty)
}

/// Tells the same of a custom resource whose schema has defaults: `defaulted` is `desired` with these filled in.
///
/// Which fields an apply owns follows from what it mentions; the values that the server makes of them have the defaults in
/// them, which matters inside lists and maps that are compared as a whole.
pub fn compare_defaulted(desired: &Value, defaulted: &Value, live: &Value, manager: &str, ty: Type<'_>) -> Verdict {
    if is_unchanged(desired, defaulted, live, manager, ty) { Verdict::Unchanged } else { Verdict::Differs }
}

fn is_unchanged(desired: &Value, defaulted: &Value, live: &Value, manager: &str, ty: Type<'_>) -> bool {
    let same = |pointer: &str| at(desired, pointer) == at(live, pointer);
    let same_or_silent = |pointer: &str| at(desired, pointer).is_none() || same(pointer);
    let is_same_object =
        same("/apiVersion") && same("/kind") && same("/metadata/name") && same_or_silent("/metadata/namespace");
    if !is_same_object || at(desired, "/metadata/managedFields").is_some() {
        return false;
    }
    let mut walk = Walk::new(ty);
    owns_exactly(desired, live, manager, ty)
        && walk.object(Wanted { applied: desired, defaulted }, live, ty)
        && !is_contested(&walk.respelled, live, manager)
        // The server refuses what does not fit, also where it would store nothing of it: a status, an empty list for a map. What stands
        // in the live object as it is wanted fits.
        && (walk.is_literal() || check(desired, ty).is_ok())
}

/// The set of the wanted fields is only made where the one of the server, as it stands there, does not already tell.
fn owns_exactly(desired: &Value, live: &Value, manager: &str, ty: Type<'_>) -> bool {
    let version = desired.get("apiVersion").and_then(Value::as_str);
    let owned = applier_fields(live, manager);
    if owned.is_some_and(|(applied_in, owned)| version == Some(applied_in) && names_exactly(owned, desired, ty)) {
        return true;
    }
    let fields = field_set(desired, ty);
    match applier_entry(live, manager) {
        Some(entry) => version == Some(entry.api_version.as_str()) && entry.fields == fields,
        // Who mentions nothing has no entry. Without any entry, the first apply would write down who was there before it.
        None => fields.is_empty() && (live.pointer("/metadata/managedFields/0").is_some() || nobody_wrote(live, ty)),
    }
}

/// A value that is equal only as the server stores it, or that the server does not store, counts as changed to the managers that
/// share the field, so they would conflict.
fn is_contested(respelled: &FieldSet, live: &Value, manager: &str) -> bool {
    if respelled.is_empty() {
        return false;
    }
    let others = ManagedFields::of(live).unwrap_or_default().entries;
    others.iter().any(|entry| !entry.is_applier(manager) && !entry.fields.intersection(respelled).is_empty())
}

/// A value as it is wanted, and with the defaults of a definition filled in: the first says what is applied, the second what
/// becomes of a list or map that is stored as a whole.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    applied: &'a Value,
    defaulted: &'a Value,
}

impl<'a> Wanted<'a> {
    fn field(self, name: &str, applied: &'a Value) -> Self {
        Self { applied, defaulted: self.defaulted.get(name).unwrap_or(applied) }
    }

    fn item(self, place: usize, applied: &'a Value) -> Self {
        Self { applied, defaulted: self.defaulted.get(place).unwrap_or(applied) }
    }
}

struct Walk<'a> {
    is_typed: bool,
    trail: Trail<'a>,
    /// The leaves whose text differs although their value does not.
    respelled: FieldSet,
    /// Whether something that is wanted was not compared, because the server keeps nothing of it.
    is_passed_over: bool,
}

impl<'a> Walk<'a> {
    fn new(ty: Type<'_>) -> Self {
        let (is_typed, respelled) = (ty.traits().is_typed, FieldSet::EMPTY);
        Self { is_typed, trail: Trail::default(), respelled, is_passed_over: false }
    }

    /// Whether all that is wanted stands in the live object in the same words.
    fn is_literal(&self) -> bool {
        self.respelled.is_empty() && !self.is_passed_over
    }

    fn object(&mut self, wanted: Wanted<'a>, live: &'a Value, ty: Type<'a>) -> bool {
        let (Some(fields), Some(live_map), Some(map)) = (wanted.applied.as_object(), live.as_object(), ty.as_map())
        else {
            return false;
        };
        let resets_status = ty.traits().resets_status;
        fields.iter().all(|(name, value)| {
            let inner = wanted.field(name, value);
            match name.as_str() {
                "apiVersion" | "kind" => true,
                "status" if resets_status => {
                    self.is_passed_over = true;
                    true
                }
                "metadata" => self.metadata(inner, live_map.get(name), map.field(name)),
                "stringData" if is_secret(wanted.applied) => self.texts(value, live),
                "data" if is_secret(wanted.applied) => {
                    self.data(value, wanted.applied.get("stringData"), live_map, map)
                }
                _ => self.field(name, inner, live_map, map),
            }
        })
    }

    /// What the server writes into the metadata by itself does not count.
    fn metadata(&mut self, wanted: Wanted<'a>, live: Option<&'a Value>, ty: Type<'a>) -> bool {
        let (Some(fields), Some(live), Some(map)) =
            (wanted.applied.as_object(), live.and_then(Value::as_object), ty.as_map())
        else {
            return false;
        };
        self.below(Step::Field("metadata"), |walk| {
            walk.as_typed(|walk| {
                fields.iter().all(|(name, value)| match name.as_str() {
                    // They are compared before all else.
                    "name" | "namespace" => true,
                    it if STRIPPED_METADATA.contains(&it) => {
                        walk.is_passed_over = true;
                        true
                    }
                    _ => walk.field(name, wanted.field(name, value), live, map),
                })
            })
        })
    }

    /// `stringData` of a Secret is never in the answer of the server: it has become `data`. So an apply adds it each time,
    /// the map as well as what is in it.
    fn texts(&mut self, texts: &'a Value, live: &'a Value) -> bool {
        let Some(texts) = texts.as_object() else { return false };
        let data = live.get("data");
        self.below(Step::Field("stringData"), |walk| {
            walk.respell();
            texts.iter().all(|(name, text)| {
                let is_there =
                    text.as_str().is_some_and(|it| data.and_then(|data| data.get(name)) == Some(&encode(it)));
                is_there && walk.below(Step::Field(name), Self::respell)
            })
        })
    }

    /// What stands in `stringData` as well counts there.
    fn data(
        &mut self,
        data: &'a Value,
        texts: Option<&'a Value>,
        live: &'a Map<String, Value>,
        map: MapType<'a>,
    ) -> bool {
        let Some(entries) = data.as_object().filter(|_| texts.is_some()) else {
            return self.field("data", Wanted { applied: data, defaulted: data }, live, map);
        };
        let is_text = |name: &String| texts.is_some_and(|texts| texts.get(name).is_some());
        let kept = entries.iter().filter(|(name, _)| !is_text(name));
        let kept = Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect());
        // What is made here does not live as long as what is walked.
        let (trail, respelled) = (self.trail.clone(), std::mem::take(&mut self.respelled));
        let mut inner = Walk { trail, respelled, ..*self };
        let is_same = inner.field("data", Wanted { applied: &kept, defaulted: &kept }, live, map);
        self.respelled = inner.respelled;
        let hidden = entries.iter().filter(|(name, _)| is_text(name));
        self.below(Step::Field("data"), |walk| {
            hidden.for_each(|(name, value)| {
                if live.get("data").and_then(|live| live.get(name)) != Some(value) {
                    walk.below(Step::Field(name), Self::respell);
                }
            });
        });
        is_same
    }

    /// Looks at a part that the server reads into a Go type, whatever the kind.
    fn as_typed(&mut self, look: impl FnOnce(&mut Self) -> bool) -> bool {
        let is_typed = std::mem::replace(&mut self.is_typed, true);
        let is_same = look(self);
        self.is_typed = is_typed;
        is_same
    }

    fn below<R>(&mut self, step: Step<'a>, look: impl FnOnce(&mut Self) -> R) -> R {
        self.trail.push(step);
        let result = look(self);
        self.trail.pop();
        result
    }

    fn field(&mut self, name: &'a str, wanted: Wanted<'a>, beside: &'a Map<String, Value>, map: MapType<'a>) -> bool {
        let (ty, live) = (map.field(name), member(beside, name));
        self.below(Step::Field(name), |walk| match live {
            Some(live) if walk.is_inside(wanted.applied, live, ty) && ty.rule() == Some(Rule::Metadata) => {
                walk.as_typed(|walk| walk.inside(wanted, live, ty))
            }
            Some(live) if walk.is_inside(wanted.applied, live, ty) => walk.inside(wanted, live, ty),
            Some(live) if equal(wanted.applied, live) => true,
            Some(_) if walk.is_typed && is_chosen(wanted.applied, name, map) => walk.respell(),
            _ if walk.is_typed => {
                let expected = stored_field(wanted.applied, name, beside, map).unwrap_or(Value::Null);
                is_stored(&expected, live.unwrap_or(&Value::Null)) && walk.respell()
            }
            Some(live) => equal(wanted.defaulted, live) && walk.respell(),
            None => false,
        })
    }

    /// Whether a value is looked into: it is a map or a list, and its parts may belong to several managers.
    fn is_inside(&self, wanted: &Value, live: &'a Value, ty: Type<'a>) -> bool {
        match (ty.shape(wanted), wanted, live) {
            (Shape::Map(map), Value::Object(_), Value::Object(_)) => !map.is_atomic(),
            (Shape::List(list), Value::Array(_), Value::Array(_)) => !list.is_atomic(),
            _ => false,
        }
    }

    fn inside(&mut self, wanted: Wanted<'a>, live: &'a Value, ty: Type<'a>) -> bool {
        match (ty.shape(wanted.applied), wanted.applied, live) {
            // Fields that only the live object has are not ours. An empty map is a leaf, and any other holds it.
            (Shape::Map(map), Value::Object(fields), Value::Object(live)) => {
                fields.iter().all(|(name, value)| self.field(name, wanted.field(name, value), live, map))
            }
            (Shape::List(list), Value::Array(items), Value::Array(live)) => self.lists(wanted, items, live, list),
            _ => false,
        }
    }

    fn respell(&mut self) -> bool {
        self.respelled.insert(&self.trail.path().0);
        true
    }

    fn lists(&mut self, wanted: Wanted<'a>, items: &'a [Value], live: &'a [Value], ty: ListType<'a>) -> bool {
        let places = Places::of(live, ty);
        let mut next = 0;
        items.iter().enumerate().all(|(index, item)| {
            // The live items stand in the desired order, or the merge would move them; and each stands there once.
            let place = places.only(item).filter(|place| *place >= next);
            let Some((place, other)) = place.and_then(|place| Some((place, live.get(place)?))) else {
                return false;
            };
            next = place + 1;
            self.below(Step::Item(ty, item), |walk| walk.item(wanted.item(index, item), other, ty.item()))
        })
    }

    fn item(&mut self, wanted: Wanted<'a>, live: &'a Value, ty: Type<'a>) -> bool {
        if self.is_inside(wanted.applied, live, ty) {
            return self.inside(wanted, live, ty);
        }
        equal(wanted.applied, live)
            || (self.is_typed && is_stored(&stored(wanted.applied, ty), live) && self.respell())
            || (!self.is_typed && equal(wanted.defaulted, live) && self.respell())
    }
}

/// Up to this many items are looked through one by one: that takes less than a table of them.
const FEW: usize = 16;

/// Where the items of a live list stand.
struct Places<'a> {
    items: &'a [Value],
    ty: ListType<'a>,
    /// Each item that can be told from others, with whether it stands there once; none for few items.
    table: BTreeMap<PathElement, (usize, bool)>,
}

impl<'a> Places<'a> {
    fn of(items: &'a [Value], ty: ListType<'a>) -> Self {
        let mut table: BTreeMap<PathElement, (usize, bool)> = BTreeMap::new();
        for (place, item) in items.iter().enumerate().filter(|_| items.len() > FEW) {
            if let Some(element) = ty.element(item) {
                table.entry(element).and_modify(|(_, is_single)| *is_single = false).or_insert((place, true));
            }
        }
        Self { items, ty, table }
    }

    /// The place of an item that stands there once.
    fn only(&self, item: &Value) -> Option<usize> {
        if self.items.len() > FEW {
            let (place, is_single) = self.table.get(&self.ty.element(item)?)?;
            return is_single.then_some(*place);
        }
        let mut same = self.items.iter().enumerate().filter(|(_, it)| self.ty.is_same_item(item, it));
        let (place, _) = same.next()?;
        same.next().is_none().then_some(place)
    }
}
