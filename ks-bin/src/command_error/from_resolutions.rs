//! Resolutions of conflicts that make no sense, and what would.

use std::fmt::Display;

use ks_plan::{FieldAddressError, ResolutionProblems};

use super::{CommandError, Kind};

/// How many fields are named in full.
const SHOWN: usize = 10;

impl From<ResolutionProblems> for CommandError {
    fn from(problems: ResolutionProblems) -> Self {
        let error = Self::new(Kind::BadInput, problems.to_string());
        let possible = &problems.possible;
        let error =
            possible.iter().take(SHOWN).fold(error, |error, it| error.hint(format!("possible: {}", quoted(it))));
        match possible.len().checked_sub(SHOWN) {
            None if possible.is_empty() => error.hint("no field is in conflict, and none is kept"),
            None | Some(0) => error,
            Some(rest) => error.hint(format!("{rest} more are possible; `ks plan` shows them")),
        }
    }
}

impl From<Vec<FieldAddressError>> for CommandError {
    fn from(faults: Vec<FieldAddressError>) -> Self {
        let lines: Vec<String> = faults.iter().map(|it| format!("\n  {it}")).collect();
        Self::new(Kind::BadInput, format!("read --take and --keep:{}", lines.concat()))
            .hint("a field is written as plans print it: '.spec.replicas@Deployment NAMESPACE/NAME'")
    }
}

/// A text as one word of a shell.
pub fn quoted(text: &impl Display) -> String {
    format!("'{}'", text.to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_inside_of_quotes_is_taken_out_of_them() {
        assert_eq!(quoted(&r#".a["b"]@X y"#), r#"'.a["b"]@X y'"#);
        assert_eq!(quoted(&"it's"), r"'it'\''s'");
    }
}
