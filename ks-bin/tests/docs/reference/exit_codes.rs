//! The exit codes.

use super::{MADE, code, head, ks, row};

/// The page.
pub fn page() -> String {
    let help = ks(&["--help"]);
    let (_, table) = help.split_once("Exit codes:\n").unwrap();
    let mut page = format!(
        "{MADE}\n\n# Exit codes\n\nWhat the end of a run means, for scripts. After this page a script can tell a refusal from a failure.\n\n{}",
        head(&["code", "meaning"])
    );
    for (number, meaning) in table.lines().filter_map(|it| it.trim().split_once("  ")) {
        page.push_str(&row(&[code(number), meaning.to_owned()]));
    }
    page
}
