//! Configurations: any text is read to an answer, and each problem stands where the text is.

use ks_model::config::{ClusterConfiguration, Location, Parsed, Problem, Problems, Severity, Source};
use serde_json::{Value, json};

/// The name of the text.
const NAME: &str = "cc.yaml";

/// Reads the bytes as a configuration.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let source = Source::new(NAME, text.as_ref());
    let read = ClusterConfiguration::parse(&source);
    assert!(read == ClusterConfiguration::parse(&source), "the same text is read in two ways");
    sound(&read, &source);
    if let Ok(parsed) = &read {
        origins(parsed, &source);
        again(&parsed.config);
    }
    other_spellings(&text, &read);
}

/// A refused text has an error, a taken one has none; all of them have a place in the text.
fn sound(read: &Result<Parsed, Problems>, source: &Source) {
    match read {
        Ok(parsed) => {
            assert!(parsed.warnings.iter().all(|it| it.severity == Severity::Warning), "a taken text has an error");
            parsed.warnings.iter().for_each(|it| placed(it, source));
        }
        Err(problems) => {
            assert!(problems.has_errors(), "a text is refused without an error");
            problems.iter().for_each(|it| placed(it, source));
            assert!(!problems.to_string().is_empty());
        }
    }
}

fn placed(problem: &Problem, source: &Source) {
    let text = &source.text;
    let span = problem.span.unwrap_or_else(|| unplaced(problem));
    let is_inside = span.start <= span.end && span.end <= text.len();
    assert!(is_inside && text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{problem}: {span:?}");
    assert_eq!(problem.location.as_ref(), Some(&source.location(span.start)), "{problem}");
    problem.location.iter().for_each(|it| inside(it, text));
    assert!(!problem.message.is_empty() && !problem.code.is_empty());
}

#[expect(clippy::panic, reason = "the law does not hold")]
fn unplaced(problem: &Problem) -> ! {
    panic!("{problem} has no place in the text");
}

fn inside(location: &Location, text: &str) {
    let line = text.split('\n').nth((location.line - 1) as usize).expect("a line of the text");
    assert!(location.column >= 1 && location.column as usize <= line.chars().count() + 1, "{location:?}");
}

/// Whatever is set has an origin in the text.
fn origins(parsed: &Parsed, source: &Source) {
    let Value::Object(fields) = parsed.config.spec() else { unreachable!("a spec is a map") };
    for name in fields.keys() {
        if let Some(origin) = parsed.config.origin(name) {
            let location = origin.location.expect("a text has places");
            inside(&location, &source.text);
            assert_eq!(location.file, NAME);
        }
    }
}

/// The normal form, given as an object and as JSON, is the same configuration.
fn again(config: &ClusterConfiguration) {
    let object = json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": config.name(), "namespace": config.namespace() },
        "spec": config.spec(),
    });
    let text = Source::new("-", object.to_string());
    for read in [ClusterConfiguration::from_object(object), ClusterConfiguration::parse(&text)] {
        let read = read.expect("the normal form of what was taken is taken").config;
        assert_eq!(read.spec(), config.spec(), "the normal form has another normal form");
        assert_eq!(read.typed(), config.typed());
    }
}

/// A mark of the byte order and ends of lines as Windows has them change nothing.
fn other_spellings(text: &str, read: &Result<Parsed, Problems>) {
    if !text.starts_with('\u{feff}') {
        same(&format!("\u{feff}{text}"), read);
    }
    if !text.contains('\r') {
        same(&text.replace('\n', "\r\n"), read);
    }
}

fn same(text: &str, read: &Result<Parsed, Problems>) {
    let source = Source::new(NAME, text);
    let other = ClusterConfiguration::parse(&source);
    sound(&other, &source);
    let spec = |it: &Result<Parsed, Problems>| it.as_ref().ok().map(|it| it.config.spec().clone());
    assert_eq!(spec(&other), spec(read), "spelled otherwise it is another configuration: {text:?}");
}
