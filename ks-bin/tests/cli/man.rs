use std::fs;
use std::process::Command;

use super::runner::Room;

/// The names of all commands, from the help.
fn commands(room: &Room) -> Vec<String> {
    let help = room.ks(&["--help"]).out;
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let names = list.lines().take_while(|it| !it.is_empty()).filter_map(|it| it.split_whitespace().next());
    names.filter(|it| *it != "help").map(str::to_owned).collect()
}

/// The long flags that a help tells of.
fn flags(help: &str) -> Vec<String> {
    let lines = help.lines().map(str::trim_start).filter(|it| it.starts_with('-'));
    let flag = |line: &str| {
        let start = line.find("--")?;
        Some(line[start..].chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '-').collect())
    };
    lines.filter_map(flag).collect()
}

#[test]
fn each_command_has_a_page_with_each_of_its_flags() {
    let room = Room::new();
    let run = room.ks(&["man", "pages"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let commands = commands(&room);
    assert!(commands.iter().any(|it| it == "man"));
    for command in commands {
        let page = fs::read_to_string(room.path().join(format!("pages/ks-{command}.1"))).unwrap();
        let page = page.replace("\\-", "-");
        let flags = flags(&room.ks(&[&command, "--help"]).out);
        assert!(flags.len() > 5, "{flags:?}");
        flags.iter().for_each(|flag| assert!(page.contains(flag.as_str()), "ks-{command}.1 lacks {flag}"));
    }
}

#[test]
fn the_page_of_ks_itself_is_printed() {
    let room = Room::new();
    let run = room.ks(&["man"]);
    assert!(run.code == Some(0) && run.out.contains(".TH ks 1"), "{run:?}");
    assert!(run.out.contains("Exit codes:") && run.out.contains("ks\\-plan(1)"), "{run:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn pages_render_without_a_warning() {
    let room = Room::new();
    room.ks(&["man", "pages"]);
    let render = |program: &str, arguments: &[&str], page: &str| {
        let page = room.path().join("pages").join(page);
        Command::new(program).args(arguments).arg(page).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "80").output()
    };
    let Ok(output) = render("man", &["--warnings", "-l"], "ks-plan.1") else {
        eprintln!("skipped: no man on PATH");
        return;
    };
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("SYNOPSIS") && text.contains("detailed-exitcode"), "{text}");
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let room = Room::new().with("file", "");
    let run = room.ks(&["man", "file/pages"]);
    assert!(run.code == Some(1) && run.err.contains("write the manual pages to file/pages"), "{run:?}");
}
