use super::runner::{Room, SMALL};

#[test]
fn a_sound_configuration_is_valid() {
    insta::assert_snapshot!(Room::with_small().ks(&["validate", "-f", "cc.yaml"]).screen());
}

#[test]
fn every_problem_is_drawn_with_its_place() {
    let text = format!(
        "{SMALL}    replicas: two\n  monitoring:\n    prometheus:\n      replicas: many\n      volumeSize: 20Gx\n"
    );
    let room = Room::new().with("cc.yaml", &text);
    insta::assert_snapshot!(room.ks(&["validate", "-f", "cc.yaml"]).screen());
}

#[test]
fn problems_for_programs() {
    let text = format!("{SMALL}  monitoring:\n    prometheus:\n      replicas: many\n");
    let run = Room::new().ks_with_input(&["validate", "-f", "-", "-o", "json"], &text);
    insta::assert_snapshot!(run.screen());
}

#[test]
fn a_missing_file_is_bad_input() {
    insta::assert_snapshot!(Room::new().ks(&["validate", "-f", "nowhere.yaml"]).screen());
}

#[test]
fn an_empty_text_is_bad_input() {
    insta::assert_snapshot!(Room::new().ks_with_input(&["validate", "-f", "-"], "").screen());
}

#[test]
fn colours_come_when_asked_for_and_not_otherwise() {
    let room = Room::new().with("cc.yaml", "nothing: here\n");
    assert!(!room.ks(&["validate", "-f", "cc.yaml"]).err.contains('\u{1b}'));
    assert!(room.ks(&["validate", "-f", "cc.yaml", "--color", "always"]).err.contains("\u{1b}["));
}
