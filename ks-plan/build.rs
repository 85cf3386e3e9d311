//! Embeds `manifests/`: each file as it is and, where it is YAML or JSON, also what it says as JSON, so that starting the program
//! reads no YAML that was known when it was built. A CustomResourceDefinition, the bulk of all, comes in pieces that are read
//! only when something asks for them. A template that says the same for everyone is rendered here, once for all starts.
//! `src/catalogue/embedded.rs` has the types of the table that is written here.

#![expect(clippy::disallowed_methods, reason = "building reads the catalogue and writes it; the crate itself is pure")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use minijinja::Environment;
use serde_json::{Map, Value};

#[path = "src/render/language.rs"]
mod language;
#[path = "src/yaml/mod.rs"]
mod yaml;

const ROOT: &str = "../manifests";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    println!("cargo::rerun-if-changed=src/yaml");
    println!("cargo::rerun-if-changed=src/render/language.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = BTreeMap::new();
    collect(Path::new(ROOT), "", &mut files)?;
    let mut made = made(&files)?;
    let mut table = String::from("&[\n");
    for (number, (path, text)) in files.iter().enumerate() {
        let pieces = Pieces { out: &out, number };
        let content = match made.remove(path) {
            Some(documents) => format!("Content::Made({})", pieces.piece("made", &serde_json::to_string(&documents)?)?),
            None => pieces.content(path, text)?,
        };
        let text = format!("include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{ROOT}/{path}\"))");
        writeln!(table, "File {{ path: {path:?}, text: {text}, content: {content} }},")?;
    }
    table.push(']');
    fs::write(out.join("files.rs"), table)?;
    Ok(())
}

/// Gathers the files of the catalogue by their paths with forward slashes; what is there for readers is left out.
fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("{} is no text", name.display()))?;
        let path = format!("{prefix}{name}");
        if name.starts_with('.') || name.ends_with(".md") || path == "examples" {
            continue;
        } else if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            let text = fs::read_to_string(entry.path()).map_err(|error| format!("read {path}: {error}"))?;
            files.insert(path, text);
        }
    }
    Ok(())
}

/// What those templates say that read no setting, no image and no fact: it is the same for everyone.
fn made(files: &BTreeMap<String, String>) -> Result<BTreeMap<String, Vec<Value>>, Box<dyn Error>> {
    let texts = files.iter().map(|(path, text)| (path.clone(), text.clone().into())).collect();
    let mut environment = language::of_templates(texts, yaml::document);
    let templates: Vec<&String> = files.keys().filter(|it| it.ends_with(".j2")).collect();
    for path in &templates {
        environment.add_template_owned((*path).clone(), files[*path].clone())?;
    }
    let (macros, templates): (Vec<&String>, Vec<&String>) = templates.iter().partition(|it| it.starts_with("shared/"));
    if !macros.iter().all(|it| reads_nothing(&environment, it)) {
        return Ok(BTreeMap::new());
    }
    let mut made = BTreeMap::new();
    for path in templates.into_iter().filter(|it| reads_nothing(&environment, it)) {
        let text = environment.get_template(path)?.render(())?;
        made.insert(path.clone(), yaml::documents(path, &text).map_err(|error| error.to_string())?);
    }
    Ok(made)
}

/// Whether a template asks for nothing but the texts beside it.
fn reads_nothing(environment: &Environment, path: &str) -> bool {
    let found = environment.get_template(path).map(|it| it.undeclared_variables(false));
    found.is_ok_and(|it| it.iter().all(|name| environment.globals().any(|(global, _)| global == name)))
}

/// Writes the pieces of one file.
struct Pieces<'a> {
    out: &'a Path,
    number: usize,
}

impl Pieces<'_> {
    /// The expression that holds what the file says.
    fn content(&self, path: &str, text: &str) -> Result<String, Box<dyn Error>> {
        if !(path.ends_with(".yaml") || path.ends_with(".json")) {
            return Ok("Content::Text".to_owned());
        }
        let documents = yaml::documents(path, text).map_err(|error| error.to_string())?;
        match documents.as_slice() {
            [definition] if definition["kind"] == "CustomResourceDefinition" && !path.contains("/files/") => {
                self.definition(definition)
            }
            _ => Ok(format!("Content::Documents({})", self.piece("documents", &serde_json::to_string(&documents)?)?)),
        }
    }

    fn definition(&self, definition: &Value) -> Result<String, Box<dyn Error>> {
        let members = definition.as_object().ok_or("a definition is a mapping")?;
        let metadata = members.keys().position(|it| it == "metadata").ok_or("a definition has metadata")?;
        let yaml = |members: Map<String, Value>| match members.is_empty() {
            true => Ok(String::new()),
            false => serde_saphyr::to_string(&members),
        };
        let part =
            |range: &mut dyn Iterator<Item = (&String, &Value)>| range.map(|(k, v)| (k.clone(), v.clone())).collect();
        let before = yaml(part(&mut members.iter().take(metadata)))?;
        let after = yaml(part(&mut members.iter().skip(metadata + 1)))?;
        let pieces = [
            ("outline", self.piece("outline", &outline(definition).to_string())?),
            ("whole", self.piece("whole", &definition.to_string())?),
            ("before", self.piece("before", &before)?),
            ("after", self.piece("after", &after)?),
        ];
        let pieces = pieces.map(|(name, piece)| format!("{name}: {piece}"));
        Ok(format!("Content::Definition(Prepared {{ {} }})", pieces.join(", ")))
    }

    /// Writes a file, and gives the expression that includes it.
    fn piece(&self, name: &str, text: &str) -> Result<String, Box<dyn Error>> {
        let file = format!("{}-{name}", self.number);
        fs::write(self.out.join(&file), text)?;
        Ok(format!("include_str!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))"))
    }
}

/// A definition without the schemas of its versions.
fn outline(definition: &Value) -> Value {
    let mut outline = definition.clone();
    let versions = outline.pointer_mut("/spec/versions").and_then(Value::as_array_mut);
    for version in versions.into_iter().flatten().filter_map(Value::as_object_mut) {
        version.shift_remove("schema");
    }
    outline
}
