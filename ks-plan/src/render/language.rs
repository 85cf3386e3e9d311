//! What templates and expressions can do, whatever they are rendered for. The build script reads it too: it knows of no configuration.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use md5::{Digest, Md5};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior};
use serde_json::Value;

use crate::yaml::SourceError;

/// Files by their paths; what is built in is not copied.
pub(crate) type Texts = BTreeMap<String, Cow<'static, str>>;

/// How many instructions one template or expression may run.
const FUEL: u64 = 500_000;

/// The language of templates; `texts` are what `include_text` and `include_yaml` find, by path, and `read` reads one document.
pub(crate) fn of_templates(
    texts: Texts,
    read: impl Fn(&str, &str) -> Result<Value, SourceError> + Send + Sync + 'static,
) -> Environment<'static> {
    let mut environment = environment(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Json);
    let texts = Arc::new(texts);
    add_include_function(&mut environment, "include_text", &texts, |_, text| Ok(minijinja::Value::from(text)));
    add_include_function(&mut environment, "include_yaml", &texts, move |path, text| {
        let data = read(path, text).map_err(|error| fault(error.to_string()))?;
        Ok(minijinja::Value::from(Serde(data)))
    });
    environment
}

/// The path of a text that the template at `template` includes: relative to the folder of its component.
pub(crate) fn text_path(template: &str, text: &str) -> String {
    let folder: Vec<&str> = template.split('/').take(2).collect();
    format!("{}/{text}", folder.join("/"))
}

/// The language of expressions, which templates have too.
pub(crate) fn environment(undefined: UndefinedBehavior) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(undefined);
    environment.set_fuel(Some(FUEL));
    // So that errors know what they are about; the values that they know as well are never printed.
    environment.set_debug(true);
    environment.add_filter("b64encode", |text: &str| base64::engine::general_purpose::STANDARD.encode(text));
    environment.add_filter("md5", md5_hex);
    // What a macro printed is printed again as it is; as text it comes quoted.
    environment.add_filter("text", |printed: String| printed);
    environment.add_filter("canonical_json", |value: minijinja::Value| canonical_json(&value));
    environment.add_test("object_name", is_object_name);
    environment.add_filter("parse_json", |text: &str| {
        let value: Option<Value> = serde_json::from_str(text).ok();
        value.map_or(minijinja::Value::from(()), |it| minijinja::Value::from(Serde(it)))
    });
    environment
}

/// Whether a text can name an object: a DNS subdomain (RFC 1123), as most kinds want it.
fn is_object_name(text: minijinja::Value) -> bool {
    let Some(text) = text.as_str() else { return false };
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part = |it: &str| it.starts_with(edge) && it.ends_with(edge) && it.chars().all(|c| edge(c) || c == '-');
    text.len() <= 253 && text.split('.').all(part)
}

fn md5_hex(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON in one line, keys sorted by their bytes, nothing escaped that need not be.
fn canonical_json(value: &minijinja::Value) -> Result<String, Error> {
    let value = serde_json::to_value(value).map(sorted);
    value.map(|it| it.to_string()).map_err(|error| fault(error.to_string()))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.into_iter().map(|(key, it)| (key, sorted(it))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

pub(crate) fn fault(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn add_include_function(
    environment: &mut Environment<'static>,
    name: &'static str,
    texts: &Arc<Texts>,
    read: impl Fn(&str, &str) -> Result<minijinja::Value, Error> + Send + Sync + 'static,
) {
    let texts = Arc::clone(texts);
    environment.add_function(name, move |state: &State, text: &str| {
        let path = text_path(state.name(), text);
        let found = texts.get(&path).ok_or_else(|| fault(format!("there is no {path}")))?;
        read(&path, found)
    });
}
