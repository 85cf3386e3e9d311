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
    assert_eq!(room.ks(&["version"]).out, room.ks(&["--version"]).out);
}

#[test]
fn completion_scripts_are_printed() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish"] {
        let run = room.ks(&["completion", shell]);
        assert!(run.code == Some(0) && run.out.contains("ks"), "{run:?}");
    }
}
