//! What templates printed, read into values.

use serde_json::Value;

use super::unique::Unique;
use crate::yaml::{self, SourceError};

/// Reads all documents that a template printed. Where it printed whole objects, each as one value, they are JSON.
pub(crate) fn documents(file: &str, text: &str) -> Result<Vec<Value>, SourceError> {
    json_documents(text).map_or_else(|| yaml::documents(file, text), Ok)
}

/// Reads documents that are mappings in JSON; nothing when one of them is anything else, or has two members of one name.
fn json_documents(text: &str) -> Option<Vec<Value>> {
    let text = text.trim_start();
    let parts = text.strip_prefix("---\n").unwrap_or(text).split("\n---\n").map(str::trim);
    let read =
        |part: &str| if part.starts_with('{') { serde_json::from_str(part).ok().map(|Unique(it)| it) } else { None };
    parts.filter(|it| !it.is_empty()).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_printed_as_values_are_read_as_the_same_in_yaml() {
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
            assert_eq!(documents("f", text), yaml::documents("f", text), "{text}");
        }
        assert!(documents("f", "{\"a\":1}\n---\n{\n").unwrap_err().line.is_some());
        let twice = "{\"a\":1}\n---\n{\"b\":[{\"c\":1,\n\"c\":2}]}\n";
        assert_eq!(documents("f", twice).unwrap_err().line, yaml::documents("f", twice).unwrap_err().line);
    }
}
