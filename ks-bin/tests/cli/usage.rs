use super::runner::Room;

#[test]
fn wrong_usage_is_code_2_and_says_what_is_possible() {
    let room = Room::with_small();
    let wrong = [
        &["frobnicate"][..],
        &["plan", "--sandbox", "--context", "kind"],
        &["apply", "--allow", "everything"],
        &["apply", "--timeout", "5"],
        &["plan", "-o", "xml"],
        &["completion", "tcl"],
    ];
    let screens: Vec<String> =
        wrong.iter().map(|it| format!("$ ks {}\n{}", it.join(" "), room.ks(it).screen())).collect();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn without_a_command_the_help_is_shown() {
    let run = Room::new().ks(&[]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("Usage: ks"), "{run:?}");
}

#[test]
fn a_missing_folder_of_manifests_is_told() {
    insta::assert_snapshot!(Room::with_small().ks(&["graph", "-f", "cc.yaml", "--manifests", "nowhere"]).screen());
}

#[test]
fn a_broken_overlay_is_told_with_file_and_line() {
    let room = Room::with_small().with("mine/demo/echo/component.yaml", "name: echo\ndescripton: x\n");
    insta::assert_snapshot!(room.ks(&["graph", "-f", "cc.yaml", "--manifests", "mine"]).screen());
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_is_no_error() {
    let room = Room::with_small();
    let ks = env!("CARGO_BIN_EXE_ks");
    let script = format!("{ks} render -f cc.yaml | true; {ks} render -f cc.yaml | head -n 1");
    let run = std::process::Command::new("sh").args(["-c", &script]).current_dir(room.path()).output().unwrap();
    let errors = String::from_utf8(run.stderr).unwrap();
    assert!(errors.lines().all(|it| it.starts_with("note: ")), "{errors}");
}
