//! Laws that hold for all objects.

use ks_model::{GroupKind, ObjectRef};
use ks_plan::FieldAddress;
use ks_plan::structured::{FieldPath, FieldSet, PathElement, Verdict, differences, is_verbatim};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::*;

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "x.y/z", "<&>"]).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        word().prop_map(Value::from),
        (0..3i64).prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!(true)),
        Just(Value::Null)
    ]
}

fn element() -> impl Strategy<Value = PathElement> {
    prop_oneof![
        4 => word().prop_map(PathElement::Field),
        1 => (word(), 0..3i64).prop_map(|(name, port)| PathElement::Key(vec![("k".into(), name.into()), ("port".into(), port.into())])),
        1 => scalar().prop_filter("a set has no nulls", |value| !value.is_null()).prop_map(PathElement::Value),
        1 => (0..3usize).prop_map(PathElement::Index),
    ]
}

/// Texts with everything that could be mistaken for syntax.
fn odd_word() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            'a', '0', '.', '/', '@', ' ', '"', '\'', '\\', '[', ']', '=', ',', '\n', 'é', '$', '-', '\u{1}',
        ]),
        0..6,
    )
    .prop_map(|it| it.into_iter().collect())
}

fn odd_element() -> impl Strategy<Value = PathElement> {
    let value = || prop_oneof![odd_word().prop_map(Value::from), (-2..300i64).prop_map(Value::from), Just(json!(true))];
    prop_oneof![
        3 => odd_word().prop_map(PathElement::Field),
        2 => prop::collection::btree_map(odd_word(), value(), 1..3).prop_map(|it| PathElement::Key(it.into_iter().collect())),
        1 => value().prop_map(PathElement::Value),
        1 => (0..300usize).prop_map(PathElement::Index),
    ]
}

fn odd_paths() -> impl Strategy<Value = FieldPath> {
    prop::collection::vec(odd_element(), 1..5).prop_map(FieldPath)
}

fn field_sets() -> impl Strategy<Value = FieldSet> {
    let path = prop::collection::vec(element(), 1..4).prop_map(FieldPath);
    prop::collection::vec(path, 0..8).prop_map(FieldSet::from_paths)
}

fn texts() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(word(), word(), 0..3).prop_map(|map| json!(map))
}

fn untyped() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map(word(), inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

fn keyed() -> impl Strategy<Value = Value> {
    let item = (prop::option::of(Just("UDP")), prop::option::of(word()));
    prop::collection::btree_map(word(), item, 0..3).prop_map(|items| {
        let item = |(k, (p, v)): (String, (Option<&str>, Option<String>))| {
            let fields = [("k", Some(k)), ("p", p.map(str::to_owned)), ("v", v)];
            let fields: Map<String, Value> =
                fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
            Value::Object(fields)
        };
        Value::Array(items.into_iter().map(item).collect())
    })
}

/// Things with any of the fields of the definition.
fn things() -> impl Strategy<Value = Value> {
    let struct_ = prop::collection::btree_map(prop::sample::select(vec!["a", "b"]), word(), 0..3)
        .prop_map(|map| json!(map))
        .boxed();
    let maps = prop::collection::btree_map(word(), struct_.clone(), 0..3).prop_map(|map| json!(map));
    let set =
        prop::collection::btree_set(word(), 0..4).prop_map(|set| json!(set)).prop_perturb(|mut set, mut random| {
            if random.random_bool(0.5) {
                set.as_array_mut().unwrap().reverse();
            }
            set
        });
    let atomic = prop::collection::vec(word().prop_map(|a| json!({"a": a})), 0..3).prop_map(Value::Array);
    let free = prop::collection::btree_map(word(), untyped(), 0..3).prop_map(|map| json!(map));
    let option = |strategy: BoxedStrategy<Value>| prop::option::of(strategy);
    let fields = (
        option(word().prop_map(Value::from).boxed()),
        option(set.boxed()),
        option(atomic.boxed()),
        option(keyed().boxed()),
        option(texts().boxed()),
        option(texts().boxed()),
        option(maps.boxed()),
        option(struct_.boxed()),
        option(free.boxed()),
    );
    fields.prop_map(|(text, set, atomic, keyed, whole, map, maps, struct_, free)| {
        let names = ["text", "set", "atomic", "keyed", "whole", "map", "maps", "struct", "free"];
        let values = [text, set, atomic, keyed, whole, map, maps, struct_, free];
        let fields = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        thing(Value::Object(fields.collect()))
    })
}

/// Every way to change one leaf: to another value, away, or one more beside it.
fn one_change(object: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect(object.get("spec").unwrap(), "/spec".to_owned(), &mut pointers);
    let changed = pointers.iter().filter_map(|pointer| {
        let mut other = object.clone();
        *other.pointer_mut(pointer)? = json!("changed");
        Some(other)
    });
    // Nobody owns an empty keyed list, so to leave it out changes nothing.
    let is_owned = |pointer: &&String| !matches!(pointer.as_str(), "/spec/set" | "/spec/keyed");
    let removed = pointers.iter().filter(is_owned).filter_map(|pointer| {
        let (parent, name) = pointer.rsplit_once('/')?;
        let mut other = object.clone();
        other.pointer_mut(parent)?.as_object_mut()?.shift_remove(&name.replace("~1", "/"));
        Some(other)
    });
    changed.chain(removed).collect()
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter()
                .for_each(|(name, value)| collect(value, format!("{pointer}/{}", name.replace('/', "~1")), pointers));
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(index, value)| collect(value, format!("{pointer}/{index}"), pointers));
        }
        _ => pointers.push(pointer),
    }
}

fn is_told_by_text(desired: &Value, live: &Value) -> bool {
    is_verbatim(desired, &live.to_string(), "ks", schemas().of_object(desired))
}

proptest! {
    #[test]
    fn what_a_path_prints_is_read_again(path in odd_paths()) {
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn what_an_address_prints_is_read_again(path in odd_paths(), name in "[a-z@: .\"-]{1,12}", group in "[a-z.]{0,6}", namespace in prop::option::of("[a-z0-9-]{1,5}")) {
        let object = ObjectRef { kind: GroupKind::new(group, "Kind"), namespace, name };
        let address = FieldAddress { object, path };
        prop_assert_eq!(address.to_string().parse(), Ok(address.clone()));
        let text = serde_json::to_string(&address).unwrap();
        prop_assert_eq!(serde_json::from_str::<FieldAddress>(&text).unwrap(), address);
    }

    #[test]
    fn fields_v1_reads_what_it_wrote(set in field_sets()) {
        prop_assert_eq!(FieldSet::from_fields_v1(&set.to_fields_v1()), Ok(set));
    }

    #[test]
    fn sets_obey_the_laws_of_sets(a in field_sets(), b in field_sets(), c in field_sets()) {
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        prop_assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)));
        prop_assert_eq!(a.intersection(&b.union(&c)), a.intersection(&b).union(&a.intersection(&c)));
        prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a.clone());
        prop_assert!(a.difference(&b).intersection(&b).is_empty());
        prop_assert_eq!(a.union(&b).len() + a.intersection(&b).len(), a.len() + b.len());
        prop_assert!(a.paths().all(|path| a.contains(&path.0)));
        prop_assert_eq!(FieldSet::from_paths(a.paths()), a.clone());
        prop_assert_eq!(a.paths().count(), a.len());
        prop_assert!(a.recursive_difference(&b).difference(&a.difference(&b)).is_empty());
    }

    #[test]
    fn applying_twice_changes_nothing(first in things(), second in things()) {
        let live = applied(None, &first, "other");
        if let Ok(live) = try_apply(Some(&live), &second, "ks", true) {
            prop_assert_eq!(try_apply(Some(&live), &second, "ks", false), Ok(live));
        }
    }

    #[test]
    fn what_was_applied_is_unchanged(first in things(), second in things()) {
        // A null over a map leaves the map, which looks like a difference: the server is asked.
        prop_assume!(!second.to_string().contains("null"));
        let live = applied(None, &first, "other");
        let live = try_apply(Some(&live), &second, "ks", true).unwrap();
        prop_assert_eq!(verdict(&second, &live), Verdict::Unchanged);
    }

    #[test]
    fn unchanged_means_that_an_apply_changes_nothing(first in things(), second in things(), edit in things()) {
        let live = updated(Some(&applied(None, &first, "ks")), &edit, "kubectl-edit");
        for desired in [&first, &second, &edit] {
            if verdict(desired, &live) == Verdict::Unchanged {
                prop_assert_eq!(try_apply(Some(&live), desired, "ks", false), Ok(live.clone()));
            } else {
                prop_assert!(!is_told_by_text(desired, &live));
            }
        }
    }

    #[test]
    fn the_text_of_what_was_applied_tells_that_it_is_unchanged(object in things()) {
        // Nulls vanish, nothing owns nothing, and the server writes these three in another way.
        let is_plain = !object.to_string().contains("<&>") && !object.to_string().contains("null");
        let is_owner = !fields(&object).is_empty();
        prop_assert!(!is_plain || is_told_by_text(&object, &applied(None, &object, "ks")) == is_owner);
    }

    #[test]
    fn any_one_change_is_seen(object in things()) {
        let live = applied(None, &object, "ks");
        for other in one_change(&object) {
            prop_assert_eq!(verdict(&other, &live), Verdict::Differs, "{}", other);
            prop_assert!(!is_told_by_text(&other, &live));
            let mut edited = other.clone();
            edited["metadata"] = live["metadata"].clone();
            prop_assert_eq!(verdict(&object, &edited), Verdict::Differs, "{}", edited);
            prop_assert!(!is_told_by_text(&object, &edited));
        }
    }

    #[test]
    fn an_object_does_not_differ_from_itself(object in things(), other in things()) {
        let ty = schemas();
        prop_assert!(differences(&object, &object, ty.of_object(&object)).is_empty());
        let is_same = differences(&object, &other, ty.of_object(&object)).is_empty();
        prop_assert_eq!(is_same, object == other);
    }

    #[test]
    fn letting_go_of_everything_restores_what_others_applied(first in things(), second in things()) {
        // The server does not give back an empty map that somebody else owned and that got a field meanwhile.
        prop_assume!(first["spec"] != json!({}));
        let live = applied(None, &first, "other");
        if let Ok(both) = try_apply(Some(&live), &second, "ks", false) {
            let nothing = json!({"apiVersion": "ks.test/v1", "kind": "Thing", "metadata": {"name": "a"}});
            let left = applied(Some(&both), &nothing, "ks");
            prop_assert_eq!(owned(&left, "ks"), Vec::<String>::new());
            // Once nobody owns a field, the next apply would name who was there before it, if there is anything to own.
            let is_same = applied(Some(&left), &nothing, "ks") == left;
            prop_assert_eq!(verdict(&nothing, &left) == Verdict::Unchanged, is_same);
            prop_assert!(owned(&live, "other") == owned(&left, "other"));
        }
    }

    #[test]
    fn nothing_fails_on_nonsense(object in untyped(), live in untyped()) {
        let _ = verdict(&object, &live);
        let _ = fields(&object);
        let _ = try_apply(Some(&live), &object, "ks", true);
        let _ = updated(Some(&live), &object, "ks");
        let _ = FieldSet::from_fields_v1(&object);
        let ty = schemas();
        let _ = differences(&object, &live, ty.of_object(&object));
    }
}
