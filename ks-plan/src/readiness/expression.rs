//! Expressions in CEL over one live object, which they see as `self`.
//!
//! An expression cannot run for long: its text, its depth and the lists that it walks are bounded, loops stand at most two
//! deep, and nothing in it makes values that are larger than the object.

use cel::common::ast::{Expr, IdedExpr, operators};
use cel::{Context, Env, to_value};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// How long an expression may be, in bytes.
const LONGEST: usize = 1_000;
/// How many of which signs an expression may have, wherever they stand: the reader of expressions and whatever walks them go
/// one step deeper into the stack for each.
const SIGNS: [(&str, usize); 4] = [("([{", 40), ("+-*/%!?", 40), (".", 100), ("<>=&|", 200)];
/// How often `in` may stand in it, for the same reason.
const INS: usize = 40;
/// How deep loops may stand in each other.
const LOOPS: usize = 2;
/// How many items a list or a mapping of the object may have.
const ITEMS: usize = 1_000;
/// The same for an expression with a loop in a loop, whose time grows with the third power.
const ITEMS_OF_NESTED: usize = 100;

/// Room for what reads an expression and walks it, far more than the deepest one takes.
const STACK: usize = 32 * 1024 * 1024;

/// The functions that an expression may call; operators and macros come beside them.
const FUNCTIONS: [&str; 12] = [
    "bool",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "hasValue",
    "int",
    "orValue",
    "size",
    "startsWith",
    "string",
    "type",
];

/// What is wrong with an expression before it sees an object; nothing when it is sound.
pub fn fault(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return Some(format!("is longer than {LONGEST} bytes"));
    }
    for (signs, most) in SIGNS {
        if text.chars().filter(|it| signs.contains(*it)).count() > most {
            return Some(format!("has more than {most} of the signs `{signs}`"));
        }
    }
    if text.split(|it: char| !it.is_alphanumeric() && it != '_').filter(|it| *it == "in").count() > INS {
        return Some(format!("has more than {INS} times `in`"));
    }
    stacker::grow(STACK, || found(text))
}

fn found(text: &str) -> Option<String> {
    match Env::stdlib().compile(text) {
        Ok(program) => unsound(program.expression(), &mut vec!["self".to_owned()], 0),
        Err(errors) => {
            let first = errors.errors.first();
            Some(first.map_or_else(|| errors.to_string(), |it| format!("{} (at column {})", it.msg.trim(), it.pos.1)))
        }
    }
}

/// Whether an expression holds of an object; the error says why that cannot be told.
pub fn holds(text: &str, object: &Value) -> Result<bool, String> {
    match evaluate(text, object)? {
        cel::Value::Bool(holds) => Ok(holds),
        _ => Err("it gives neither true nor false".to_owned()),
    }
}

/// The text that an expression gives of an object.
pub fn words(text: &str, object: &Value) -> Option<String> {
    match evaluate(text, object).ok()? {
        cel::Value::String(words) if !words.is_empty() => Some(words.to_string()),
        _ => None,
    }
}

fn evaluate(text: &str, object: &Value) -> Result<cel::Value, String> {
    if let Some(fault) = fault(text) {
        return Err(fault);
    }
    stacker::grow(STACK, || value(text, object))
}

fn value(text: &str, object: &Value) -> Result<cel::Value, String> {
    let env = Arc::new(Env::stdlib());
    let program = env.compile(text).map_err(|errors| errors.to_string())?;
    let most = if loops(program.expression()) > 1 { ITEMS_OF_NESTED } else { ITEMS };
    if largest(object) > most {
        return Err(format!("the object has a list of more than {most} items"));
    }
    let mut context = Context::with_env(env);
    context.add_variable_from_value("self", to_value(Signed(object)).map_err(|error| error.to_string())?);
    program.execute(&context).map_err(|error| error.to_string())
}

/// The number of items of the largest list or mapping.
fn largest(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(largest).max().unwrap_or_default().max(items.len()),
        Value::Object(members) => members.values().map(largest).max().unwrap_or_default().max(members.len()),
        _ => 0,
    }
}

/// How deep loops stand in each other.
fn loops(expression: &IdedExpr) -> usize {
    match &expression.expr {
        Expr::Call(call) => call.target.iter().map(|it| &**it).chain(&call.args).map(loops).max().unwrap_or_default(),
        Expr::Comprehension(it) => loops(&it.iter_range).max(1 + loops(&it.loop_cond).max(loops(&it.loop_step))),
        Expr::List(list) => list.elements.iter().map(loops).max().unwrap_or_default(),
        Expr::Select(select) => loops(&select.operand),
        _ => 0,
    }
}

/// Finds names and functions that are not there, and loops that could run for long.
fn unsound(expression: &IdedExpr, known: &mut Vec<String>, loops: usize) -> Option<String> {
    match &expression.expr {
        Expr::Ident(name) if name.starts_with('@') || known.contains(name) => None,
        Expr::Ident(name) => Some(format!("`{name}` is not there; the object is `self`")),
        Expr::Call(call) if call.func_name == operators::MAP => Some("`map` is not there".to_owned()),
        Expr::Call(call) => {
            let is_word = call.func_name.starts_with(|it: char| it.is_ascii_alphabetic());
            if is_word && !FUNCTIONS.contains(&call.func_name.as_str()) {
                return Some(format!("`{}` is no function here", call.func_name));
            }
            call.target.iter().map(|it| &**it).chain(&call.args).find_map(|it| unsound(it, known, loops))
        }
        Expr::Comprehension(it) => {
            if loops == LOOPS {
                return Some(format!("more than {LOOPS} loops stand in each other"));
            }
            if makes_new_items(&it.loop_step, &it.iter_var) {
                return Some("`map` is not there".to_owned());
            }
            let outside = unsound(&it.iter_range, known, loops).or_else(|| unsound(&it.accu_init, known, loops));
            let before = known.len();
            known.extend([it.iter_var.clone(), it.accu_var.clone()]);
            known.extend(it.iter_var2.clone());
            let inside = [&it.loop_cond, &it.loop_step, &it.result].into_iter();
            let inside = inside.collect::<Vec<_>>().into_iter().find_map(|it| unsound(it, known, loops + 1));
            known.truncate(before);
            outside.or(inside)
        }
        Expr::List(list) => list.elements.iter().find_map(|it| unsound(it, known, loops)),
        Expr::Select(select) => unsound(&select.operand, known, loops),
        Expr::Literal(_) | Expr::Unspecified => None,
        Expr::Map(_) | Expr::Struct(_) => Some("an expression makes no mappings".to_owned()),
    }
}

/// Whether a loop puts anything but the items that it walks over into a list.
fn makes_new_items(step: &IdedExpr, item: &str) -> bool {
    match &step.expr {
        Expr::Call(call) if call.func_name == operators::ADD => call.args.iter().any(|it| match &it.expr {
            Expr::List(list) => !list.elements.iter().all(|it| matches!(&it.expr, Expr::Ident(name) if name == item)),
            _ => false,
        }),
        Expr::Call(call) if call.func_name == operators::CONDITIONAL => {
            call.args.iter().any(|it| makes_new_items(it, item))
        }
        _ => false,
    }
}

/// A value whose whole numbers are all signed, as JSON has one kind of them.
struct Signed<'a>(&'a Value);

impl Serialize for Signed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(number) => match number.as_i64() {
                Some(whole) => serializer.serialize_i64(whole),
                None => serializer.serialize_f64(number.as_f64().unwrap_or_default()),
            },
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|it| list.serialize_element(&Signed(it)))?;
                list.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, it)| map.serialize_entry(key, &Signed(it)))?;
                map.end()
            }
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn thing() -> Value {
        json!({ "metadata": { "generation": 2 }, "spec": { "replicas": 2 }, "status": { "phase": "Running", "ready": 2,
            "share": 0.5, "conditions": [{ "type": "Ready", "status": "True" }, { "type": "Stalled", "status": "False" }] } })
    }

    #[test]
    fn expressions_see_the_object_as_self() {
        for (text, expected) in [
            ("self.status.phase == 'Running'", true),
            ("self.status.ready == self.spec.replicas && self.status.ready + 1 == 3", true),
            ("self.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')", true),
            ("self.status.conditions.filter(c, c.type == 'Ready').all(c, c.status == 'False')", false),
            ("self.status.conditions.exists_one(c, c.status == 'False')", true),
            ("has(self.status.phase) && !has(self.status.reason)", true),
            ("self.status.?reason.orValue('none') == 'none'", true),
            ("size(self.status.conditions) > 1 && self.status.phase.startsWith('Run')", true),
            ("self.status.phase in ['Running', 'Done'] && self.status.share < 1.0", true),
            ("self.status['phase'] == 'Running' ? true : false", true),
        ] {
            assert_eq!(fault(text), None, "{text}");
            assert_eq!(holds(text, &thing()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_an_expression_cannot_know_is_an_error_and_not_an_answer() {
        for text in ["self.status.missing == 1", "self.status.phase", "self.spec.replicas / 0 == 1", "self.a.b.c"] {
            assert!(holds(text, &thing()).is_err(), "{text}");
        }
        assert_eq!(words("self.status.phase", &thing()).as_deref(), Some("Running"));
        assert_eq!(words("self.status.missing", &thing()), None);
    }

    #[test]
    fn unsound_expressions_are_told_before_they_see_an_object() {
        for (text, told) in [
            ("self.status.phase = 'x'", "column"),
            ("self.status.phase == ", "column"),
            ("status.phase == 'x'", "`status` is not there; the object is `self`"),
            ("self.list.all(x, y == 1)", "`y` is not there"),
            ("self.name.matches('a+')", "`matches` is no function here"),
            ("now() == 1", "`now` is no function here"),
            ("self.a.map(x, [x, x]).size() > 1", "`map` is not there"),
            ("self.a.all(x, x.all(y, y.all(z, z)))", "more than 2 loops"),
            ("{'a': self}.a == self", "makes no mappings"),
        ] {
            let found = fault(text).unwrap_or_default();
            assert!(found.contains(told), "{text}: {found:?}");
        }
        assert!(fault(&"self.a == 1 || ".repeat(400)).unwrap().contains("longer"));
    }

    #[test]
    fn deep_expressions_are_refused_before_they_are_read_and_the_deepest_that_are_not_end_well() {
        let nested = |count: usize| format!("{}self.a{}", "(".repeat(count), ")".repeat(count));
        let chain = |sign: &str, count: usize| format!("1{}", format!("{sign}1").repeat(count));
        let all = |count: [usize; 5]| {
            [
                nested(count[0]),
                format!("{}true", "!".repeat(count[1])),
                chain("+", count[1]),
                format!("{}true", "true ? true : ".repeat(count[1])),
                format!("self{}", ".a".repeat(count[2])),
                chain("==", count[3]),
                chain(" in ", count[4]),
            ]
        };
        for text in all([41, 41, 101, 101, 41]) {
            assert!(fault(&text).is_some_and(|it| it.contains("more than")), "{text}");
        }
        for text in all([40, 40, 100, 100, 40]) {
            assert!(holds(&text, &thing()).is_err() || fault(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn an_object_with_a_very_long_list_is_not_walked() {
        let long = json!({ "status": { "items": vec![1; ITEMS + 1] } });
        assert!(holds("self.status.items.all(x, x == 1)", &long).unwrap_err().contains("more than 1000 items"));
        let most = json!({ "status": { "items": vec![1; ITEMS] } });
        assert_eq!(holds("self.status.items.all(x, x == 1)", &most), Ok(true));
        let nested = "self.status.items.all(x, self.status.items.all(y, x == y))";
        assert!(holds(nested, &most).unwrap_err().contains("more than 100 items"));
        let few = json!({ "status": { "items": vec![1; ITEMS_OF_NESTED] } });
        assert_eq!(holds(nested, &few), Ok(true));
    }
}
