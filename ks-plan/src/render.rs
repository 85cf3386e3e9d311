//! Templates and expressions: the only place that knows the template engine.
//!
//! A template sees `settings` and the functions below, nothing else, so whatever shapes an object has a name and a reason.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ks_model::ServerVersion;
use minijinja::{Environment, Error, UndefinedBehavior, value::Serde};
use serde_json::Value;

use crate::catalogue::embedded;
use crate::images::ResolvedImage;
use crate::yaml::SourceError;

mod language;

pub(crate) use language::{Texts, text_path};
use language::{environment, fault};

/// The names that templates and expressions may use beside their variables.
const FUNCTIONS: &[&str] = &["image", "tag", "version", "include_text", "include_yaml", "server_at_least"];

/// The functions that give an image.
pub(crate) const IMAGE_FUNCTIONS: [&str; 3] = ["image", "tag", "version"];

/// What stands before the names under which a template can read other values than those it is rendered with.
pub(crate) const OTHER: &str = "ks_other_";

/// Holds the templates of a catalogue, compiled once.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Starts without templates; `texts` are what `include_text` and `include_yaml` find, by path.
    pub(crate) fn new(texts: Texts) -> Self {
        Self { environment: language::of_templates(texts, embedded::document) }
    }

    /// Compiles one more template.
    pub(crate) fn add(&mut self, path: &str, source: Cow<'static, str>) -> Result<(), SourceError> {
        let added = self.environment.add_template_owned(path.to_owned(), source);
        added.map_err(|error| source_error(path, &error))
    }

    /// The variables that a template reads, as paths, without the functions that every template has.
    pub(crate) fn variables(&self, path: &str) -> BTreeSet<String> {
        let template = self.environment.get_template(path);
        let found = template.map(|it| it.undeclared_variables(true)).unwrap_or_default();
        found.into_iter().filter(|name| !is_function(&self.environment, name)).collect()
    }

    /// Makes the templates ready for one configuration.
    pub(crate) fn renderer(&self, images: BTreeMap<String, ResolvedImage>, version: ServerVersion) -> Renderer {
        let mut environment = self.environment.clone();
        add_image_functions(&mut environment, "", images);
        add_server_at_least(&mut environment, version);
        Renderer { environment }
    }
}

/// Renders the templates for one configuration.
#[derive(Clone)]
pub(crate) struct Renderer {
    environment: Environment<'static>,
}

impl Renderer {
    /// Renders one template with the values of its settings.
    pub(crate) fn render(&self, path: &str, settings: &Value) -> Result<String, SourceError> {
        self.render_in(path, minijinja::context! { settings => Serde(settings) })
    }

    /// Renders one template that reads some settings under a second name, with other values.
    pub(crate) fn render_beside(&self, path: &str, settings: &Value, other: &Value) -> Result<String, SourceError> {
        self.render_in(path, minijinja::context! { settings => Serde(settings), ks_other_settings => Serde(other) })
    }

    fn render_in(&self, path: &str, context: minijinja::Value) -> Result<String, SourceError> {
        let rendered = self.environment.get_template(path).and_then(|template| template.render(context));
        rendered.map_err(|error| source_error(path, &error))
    }

    /// The same with another text in place of one template.
    pub(crate) fn with_source(&self, path: &str, source: String) -> Result<Self, SourceError> {
        let mut environment = self.environment.clone();
        let added = environment.add_template_owned(path.to_owned(), source);
        added.map(|()| Self { environment }).map_err(|error| source_error(path, &error))
    }

    /// The same with other images.
    pub(crate) fn with_images(&self, images: BTreeMap<String, ResolvedImage>) -> Self {
        let mut environment = self.environment.clone();
        add_image_functions(&mut environment, "", images);
        Self { environment }
    }

    /// The same with other images under a second set of functions.
    pub(crate) fn with_images_beside(&self, images: BTreeMap<String, ResolvedImage>) -> Self {
        let mut environment = self.environment.clone();
        add_image_functions(&mut environment, OTHER, images);
        Self { environment }
    }

    /// The same for another API server.
    pub(crate) fn with_version(&self, version: ServerVersion) -> Self {
        let mut environment = self.environment.clone();
        add_server_at_least(&mut environment, version);
        Self { environment }
    }
}

/// Evaluates expressions over `spec` and `facts`. What a configuration does not say is undefined, at any depth.
pub(crate) struct Expressions {
    environment: Environment<'static>,
    context: minijinja::Value,
}

impl Expressions {
    /// Makes expressions ready for one configuration and one cluster.
    pub(crate) fn new(spec: &Value, facts: &Value, version: ServerVersion) -> Self {
        let mut environment = environment(UndefinedBehavior::Chainable);
        add_server_at_least(&mut environment, version);
        let context = minijinja::context! { spec => Serde(spec), facts => Serde(facts) };
        Self { environment, context }
    }

    /// The value of an expression; undefined is null.
    pub(crate) fn value(&self, expression: &str) -> Result<Value, String> {
        let value = self.eval(expression)?;
        serde_json::to_value(value).map_err(|error| error.to_string())
    }

    /// Whether an expression holds.
    pub(crate) fn holds(&self, expression: &str) -> Result<bool, String> {
        Ok(self.eval(expression)?.is_true())
    }

    fn eval(&self, expression: &str) -> Result<minijinja::Value, String> {
        let value = self.environment.compile_expression(expression).and_then(|it| it.eval(&self.context));
        value.map_err(|error| message(&error))
    }
}

/// The variables that an expression reads, as paths: `spec.alerting.enabled`.
///
/// # Errors
/// When the expression does not parse.
pub(crate) fn expression_variables(expression: &str) -> Result<BTreeSet<String>, String> {
    let environment = environment(UndefinedBehavior::Chainable);
    let compiled = environment.compile_expression(expression).map_err(|error| message(&error))?;
    let found = compiled.undeclared_variables(true);
    Ok(found.into_iter().filter(|name| !is_function(&environment, name)).collect())
}

/// Lists what the calls `function("…")` of a template name. Computed names show only when it is rendered.
pub(crate) fn literal_arguments<'a>(source: &'a str, function: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for (start, _) in source.match_indices(function) {
        let is_whole_word = !source[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let call = source[start + function.len()..].trim_start().strip_prefix('(').map(str::trim_start);
        if let (true, Some(argument)) = (is_whole_word, call.and_then(quoted)) {
            found.insert(argument);
        }
    }
    found
}

/// What stands between quotes, when it is all that the call at `text` gives.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (inside, rest) = text[1..].split_once(quote)?;
    rest.trim_start().starts_with(')').then_some(inside)
}

fn is_function(environment: &Environment, name: &str) -> bool {
    FUNCTIONS.contains(&name) || environment.globals().any(|(global, _)| global == name)
}

/// Adds `image`, `tag` and `version`, each behind a prefix.
fn add_image_functions(environment: &mut Environment<'static>, prefix: &str, images: BTreeMap<String, ResolvedImage>) {
    let images = Arc::new(images);
    let [image, tag, version] = IMAGE_FUNCTIONS.map(|name| format!("{prefix}{name}"));
    add_image_function(environment, image, &images, ResolvedImage::reference);
    add_image_function(environment, tag, &images, |image| image.tag.clone());
    add_image_function(environment, version, &images, ResolvedImage::version);
}

fn add_image_function(
    environment: &mut Environment<'static>,
    name: String,
    images: &Arc<BTreeMap<String, ResolvedImage>>,
    text: impl Fn(&ResolvedImage) -> String + Send + Sync + 'static,
) {
    let images = Arc::clone(images);
    environment.add_function(name, move |wanted: &str| {
        images.get(wanted).map(&text).ok_or_else(|| fault(format!("`{wanted}` is not in images.yaml")))
    });
}

fn add_server_at_least(environment: &mut Environment<'static>, server: ServerVersion) {
    environment.add_function("server_at_least", move |wanted: &str| {
        let wanted: Result<ServerVersion, _> = wanted.parse();
        wanted.map(|it| server >= it).map_err(|error| fault(error.to_string()))
    });
}

fn source_error(file: &str, error: &Error) -> SourceError {
    SourceError { file: file.to_owned(), line: error.line().map(|line| line as u64), message: message(error) }
}

/// What the engine says, without place and without the values of variables.
fn message(error: &Error) -> String {
    let about = error.template_source().zip(error.range()).and_then(|(source, range)| source.get(range));
    match (error.detail(), about) {
        (Some(detail), _) => format!("{}: {detail}", error.kind()),
        (None, Some(about)) => format!("{}: `{about}`", error.kind()),
        (None, None) => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(source: &str, settings: Value) -> Result<String, SourceError> {
        let texts = [("m/c/files/a.txt", "hello\n"), ("m/c/files/a.yaml", "{ z: [1, <b>], a: yes }")];
        let mut templates = Templates::new(texts.map(|(path, text)| (path.to_owned(), text.into())).into());
        templates.add("shared/m.j2", "{% macro named(it) %}{{ it | canonical_json }}{% endmacro %}".into()).unwrap();
        templates.add("m/c/t.yaml.j2", source.to_owned().into())?;
        let version = "1.24".parse().unwrap();
        templates.renderer(BTreeMap::new(), version).render("m/c/t.yaml.j2", &settings)
    }

    #[test]
    fn values_print_as_json_and_composed_texts_are_quoted() {
        let text = render(
            "a: {{ settings.map }}\nb: {{ '--p=' ~ settings.port }}",
            json!({ "map": { "x": ["<"] }, "port": 1 }),
        );
        assert_eq!(text.unwrap(), "a: {\"x\":[\"<\"]}\nb: \"--p=1\"");
    }

    #[test]
    fn a_setting_that_is_not_there_names_file_and_line() {
        let error = render("a: 1\nb: {{ settings.nothing }}", json!({})).unwrap_err();
        assert_eq!((error.file.as_str(), error.line), ("m/c/t.yaml.j2", Some(2)));
    }

    #[test]
    fn texts_are_found_beside_the_template_and_encoded() {
        assert_eq!(render("{{ include_text('files/a.txt') | b64encode }}", json!({})).unwrap(), "\"aGVsbG8K\"");
        let error = render("{{ include_text('files/b.txt') }}", json!({})).unwrap_err();
        assert!(error.message.ends_with("there is no m/c/files/b.txt"), "{error}");
    }

    #[test]
    fn data_is_found_beside_the_template_and_shaped_by_macros() {
        let import = "{% from 'shared/m.j2' import named %}";
        let text = render(&format!("{import}a: {{{{ named(include_yaml('files/a.yaml')) }}}}"), json!({})).unwrap();
        assert_eq!(text, r#"a: "{\"a\":\"yes\",\"z\":[1,\"<b>\"]}""#);
    }

    #[test]
    fn what_a_macro_printed_can_become_a_text() {
        let import = "{% macro pair(it) %}[1,{{ it }}]{% endmacro %}";
        let text = render(&format!("{import}{{{{ pair('a') }}}} {{{{ pair('a') | text }}}}"), json!({})).unwrap();
        assert_eq!(text, r#"[1,"a"] "[1,\"a\"]""#);
    }

    #[test]
    fn names_of_objects_are_told_from_other_texts() {
        let text =
            render("{{ 'cpu-1.a' is object_name }} {{ 'CPU' is object_name }} {{ 7 is object_name }}", json!({}));
        assert_eq!(text.unwrap(), "true false false");
    }

    #[test]
    fn text_that_is_no_json_is_none() {
        let text = render("{{ '[1]' | parse_json | first }} {{ '[1' | parse_json is none }}", json!({}));
        assert_eq!(text.unwrap(), "1 true");
    }

    #[test]
    fn digests_are_lower_case_hex() {
        // echo -n hello | md5sum
        assert_eq!(render("{{ 'hello' | md5 }}", json!({})).unwrap(), "\"5d41402abc4b2a76b9719d911017c592\"");
    }

    #[test]
    fn endless_templates_run_out_of_fuel() {
        let error = render("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", json!({}));
        assert!(error.unwrap_err().message.contains("fuel"));
    }

    #[test]
    fn what_the_configuration_does_not_say_is_undefined_at_any_depth() {
        let expressions = Expressions::new(&json!({ "a": {} }), &json!({ "nodes": 3 }), "1.30".parse().unwrap());
        assert!(!expressions.holds("spec.a.b.c").unwrap());
        assert!(expressions.holds("spec.a.b.c != 'external' and facts.nodes >= 3").unwrap());
        assert_eq!(expressions.value("spec.a.b").unwrap(), Value::Null);
        assert_eq!(expressions.value("'v1' if server_at_least('1.25') else 'v1beta1'").unwrap(), json!("v1"));
    }

    #[test]
    fn literal_arguments_are_whole_calls() {
        let source = r#"{{ image("a") }} {{ my_image("b") }} {{ image("c" ~ x) }} {{ image(name) }} {{ image('d') }}"#;
        assert_eq!(literal_arguments(source, "image"), BTreeSet::from(["a", "d"]));
    }
}
