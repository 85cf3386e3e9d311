//! YAML and JSON in, as the catalogue reads them.

use serde::de::DeserializeOwned;
use serde_json::Value;

mod unique;

use unique::Unique;

/// Says what is wrong in a file of the catalogue, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceError {
    /// The file, relative to the catalogue.
    pub file: String,
    /// The line, counted from one, where it is known.
    pub line: Option<u64>,
    /// What is wrong: a lowercase fragment.
    pub message: String,
}

/// Prints `monitoring/prometheus/component.yaml:3: unknown field …`.
impl std::fmt::Display for SourceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for SourceError {}

/// Reads one document into `T`; the name of the file says whether it is JSON, which is read many times as fast as YAML.
pub(crate) fn document<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, SourceError> {
    if file.ends_with(".json") {
        return serde_json::from_str(text).map_err(|error| SourceError {
            file: file.to_owned(),
            line: u64::try_from(error.line()).ok(),
            message: error.to_string(),
        });
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| source_error(file, &error))
}

/// Reads all documents of a text, of a file of JSON the only one; documents without content are left out.
pub(crate) fn documents(file: &str, text: &str) -> Result<Vec<Value>, SourceError> {
    if file.ends_with(".json") {
        return if text.trim().is_empty() { Ok(Vec::new()) } else { document(file, text).map(|it| vec![it]) };
    }
    if let Some(all) = json_documents(text) {
        return Ok(all);
    }
    let all: Vec<Value> =
        serde_saphyr::from_multiple_with_options(text, options()).map_err(|error| source_error(file, &error))?;
    Ok(all.into_iter().filter(|value| !value.is_null()).collect())
}

/// Reads documents that are mappings in JSON, which YAML has within it: objects that a template printed as values, or that a program
/// wrote. Nothing when one of them is anything else, or has two members of one name.
fn json_documents(text: &str) -> Option<Vec<Value>> {
    let text = text.trim_start();
    let parts = text.strip_prefix("---\n").unwrap_or(text).split("\n---\n").map(str::trim);
    let read =
        |part: &str| if part.starts_with('{') { serde_json::from_str(part).ok().map(|Unique(it)| it) } else { None };
    parts.filter(|it| !it.is_empty()).map(read).collect()
}

/// `yes` stays text and `0755` stays octal, as the API server's own clients read them.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! { strict_booleans: true, legacy_octal_numbers: true, with_snippet: false }
}

fn source_error(file: &str, error: &serde_saphyr::Error) -> SourceError {
    let error = error.without_snippet();
    let line = error.location().map(|location| location.line()).filter(|line| *line > 0);
    let text = error.to_string();
    let message = text.lines().next().unwrap_or_default().to_owned();
    SourceError { file: file.to_owned(), line, message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_read_as_kubernetes_reads_them() {
        let values = documents("f", "{ mode: 0755, word: yes, number: 1e3 }").unwrap();
        assert_eq!(values, [json!({ "mode": 493, "word": "yes", "number": 1000.0 })]);
    }

    #[test]
    fn json_is_one_document() {
        assert_eq!(documents("f.json", "{ \"mode\": 493 }").unwrap(), [json!({ "mode": 493 })]);
        assert!(documents("f.json", "\n").unwrap().is_empty());
        assert!(documents("f.json", "{}\n---\n{}").is_err());
    }

    #[test]
    fn objects_written_as_values_are_read_as_the_same_in_yaml() {
        let read_as_yaml = |text| -> Vec<Value> {
            let all: Vec<Value> = serde_saphyr::from_multiple_with_options(text, options()).unwrap();
            all.into_iter().filter(|it| !it.is_null()).collect()
        };
        let texts = [
            "\n---\n{\"a\":1.0,\"b\":\"\\u003c\\n---\\n\"}\n---\n\n---\n{\"c\":[null]}\n\n",
            "{\"a\":1}\n--- {\"b\":2}\n",
            "{\"a\":1}\n---\n{ b: 2 }\n",
            "{\"a\":1}\n---\nb: 2\n",
            "",
        ];
        let is_json = texts.map(|it| json_documents(it).is_some());
        assert_eq!(is_json, [true, false, false, false, true]);
        for text in texts {
            assert_eq!(documents("f", text).unwrap(), read_as_yaml(text), "{text}");
        }
        assert!(documents("f", "{\"a\":1}\n---\n{\n").unwrap_err().line.is_some());
        let twice = "{\"a\":1}\n---\n{\"b\":[{\"c\":1,\n\"c\":2}]}\n";
        assert_eq!(documents("f", twice).unwrap_err().line, Some(4));
    }

    #[test]
    fn documents_without_content_are_left_out() {
        assert_eq!(documents("f", "---\na: 1\n---\n# nothing\n---\nb: 2\n").unwrap().len(), 2);
        assert!(documents("f", "\n").unwrap().is_empty());
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let error = documents("a/b.yaml", "x: 1\ny: [\n").unwrap_err();
        assert!(error.to_string().starts_with("a/b.yaml:"), "{error}");
        let error = documents("a/b.json", "{ \"x\": 1,\n  y: 2 }").unwrap_err();
        assert!(error.to_string().starts_with("a/b.json:2: "), "{error}");
    }
}
