//! The JSON schemas.

use serde_json::Value;

use super::{MADE, code, head, ks, row};

const SCHEMAS: [(&str, &[&str], &str); 3] = [
    ("saved-plan.schema.json", &["plan", "--schema"], "the file that `ks plan --out` writes and `ks apply` takes"),
    (
        "plan.schema.json",
        &["plan", "--schema=output"],
        "what `ks plan`, `ks show` and `ks history show` print with `-o json`",
    ),
    (
        "events.schema.json",
        &["apply", "--schema"],
        "each line that `ks apply`, `destroy`, `rollback` and `wait` print with `-o json`",
    ),
];

/// The schemas, with the names of their files below `docs`.
pub fn files() -> Vec<(&'static str, String)> {
    SCHEMAS.iter().map(|(file, arguments, _)| (*file, ks(arguments))).collect()
}

/// The page.
pub fn page() -> String {
    let mut page = format!(
        "{MADE}\n\n# JSON for programs\n\nThe forms that programs may rely on. After this page you can check what `ks` writes, or make types of \
         it. The schemas are made from the types of the program.\n\n{}",
        head(&["schema", "printed by", "of"])
    );
    for (file, arguments, of) in SCHEMAS {
        let link = format!("[{file}](../{file})");
        page.push_str(&row(&[link, code(format!("ks {}", arguments.join(" "))), of.to_owned()]));
    }
    for (file, text) in files() {
        let schema: Value = serde_json::from_str(&text).unwrap();
        page.push_str(&format!("\n## {file}\n\n{}", members(&schema)));
    }
    page
}

/// The members of an object, or the events of a stream.
fn members(schema: &Value) -> String {
    let description = |it: &Value| it["description"].as_str().unwrap_or_default().to_owned();
    match schema["oneOf"].as_array() {
        Some(events) => {
            let rows = events.iter().map(|it| {
                let event = it["properties"]["event"]["const"].as_str().unwrap();
                let others = it["properties"].as_object().unwrap().keys().filter(|name| *name != "event").map(code);
                row(&[code(event), others.collect::<Vec<_>>().join(", "), description(it)])
            });
            head(&["event", "members", "meaning"]) + &rows.collect::<String>()
        }
        None => {
            let members = schema["properties"].as_object().unwrap();
            let rows = members.iter().map(|(name, member)| row(&[code(name), description(member)]));
            head(&["member", "meaning"]) + &rows.collect::<String>()
        }
    }
}
