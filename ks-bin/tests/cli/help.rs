use super::runner::Room;

#[test]
fn the_whole_help() {
    insta::assert_snapshot!(Room::new().ks(&["--help"]).out);
}

#[test]
fn each_command_has_a_help_with_examples() {
    let room = Room::new();
    let help = room.ks(&["--help"]).out;
    let listed = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands = listed.lines().filter_map(|it| it.split_whitespace().next());
    let commands: Vec<&str> = commands.filter(|it| *it != "help").collect();
    assert!(commands.len() > 16, "{commands:?}");
    for command in commands {
        let run = room.ks(&[command, "--help"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.out.contains("Examples:"), "{}", run.out);
    }
}

#[test]
fn the_version_is_told_both_ways() {
    let room = Room::new();
    let short = room.ks(&["--version"]).out;
    assert_eq!(short, format!("ks {}\n", env!("CARGO_PKG_VERSION")));
    assert!(room.ks(&["version"]).out.starts_with(&short));
}

#[test]
fn the_version_for_programs_says_what_was_built() {
    let run = Room::new().ks(&["version", "-o", "json"]);
    let build: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(build["version"], env!("CARGO_PKG_VERSION"));
    assert!(build["target"].as_str().unwrap().contains('-'), "{build}");
    assert!(build["rustc"].as_str().unwrap().starts_with("1."), "{build}");
    if let Some(commit) = build["commit"].as_str() {
        assert!(commit.len() >= 7 && commit.bytes().all(|it| it.is_ascii_hexdigit()), "{build}");
    }
    assert_eq!(build.as_object().unwrap().len(), 5, "{build}");
}

#[test]
fn completion_scripts_are_printed() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish"] {
        let run = room.ks(&["completion", shell]);
        assert!(run.code == Some(0) && run.out.contains("ks"), "{run:?}");
    }
}
