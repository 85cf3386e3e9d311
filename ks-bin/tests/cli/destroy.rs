//! The end of everything on the command line: what goes is shown, data goes with a consent that names it, and a
//! configuration that leaves nothing on is no accident.

use std::fs;

use super::runner::{Room, Run};

fn ks(room: &Room, line: &str) -> Run {
    room.ks(&line.split(' ').collect::<Vec<_>>())
}

fn installed() -> Room {
    let room = Room::with_small();
    assert_eq!(ks(&room, "apply --sandbox --yes -f cc.yaml").code, Some(0));
    room
}

fn state(room: &Room) -> String {
    fs::read_to_string(room.path().join(".ks/sandbox.json")).unwrap()
}

fn nothing_is_left(room: &Room) {
    let again = ks(room, "destroy --sandbox --yes");
    assert!(again.code == Some(0) && again.out.contains("Nothing to change."), "{again:?}");
}

/// All consents that a refusal asks for, as it prints them.
pub fn consents(refused: &Run) -> Vec<String> {
    let asked = refused.err.lines().filter_map(|it| it.split_once("allow it with --allow '"));
    let mut all = Vec::new();
    for (_, consent) in asked {
        all.extend(["--allow".to_owned(), consent.trim_end_matches('\'').to_owned()]);
    }
    all
}

#[test]
fn everything_goes_with_the_consents_that_the_refusal_prints_and_no_configuration() {
    let room = installed();
    fs::remove_file(room.path().join("cc.yaml")).unwrap();
    let before = state(&room);
    let refused = ks(&room, "destroy --sandbox --yes");
    assert_eq!(refused.code, Some(9), "{refused:?}");
    assert_eq!(state(&room), before, "nothing was written");
    for named in [
        "data-loss=Namespace kubesphere-monitoring-system",
        "data-loss=CustomResourceDefinition.apiextensions.k8s.io prometheuses.monitoring.coreos.com",
        "data-loss=PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0",
    ] {
        assert!(refused.err.contains(named), "{refused:?}");
    }
    assert!(!refused.err.contains("data-loss=Secret"), "an apply writes them again: {refused:?}");

    let consents = consents(&refused);
    let mut line = vec!["destroy", "--sandbox", "--yes"];
    line.extend(consents.iter().map(String::as_str));
    let gone = room.ks(&line);
    assert_eq!(gone.code, Some(0), "{gone:?}");
    assert!(gone.out.contains("everything is gone"), "{gone:?}");
    nothing_is_left(&room);
}

#[test]
fn a_saved_destroy_is_shown_and_applied_as_it_is() {
    let room = installed();
    let saved = ks(&room, "destroy --sandbox --out gone.json");
    assert_eq!(saved.code, Some(0), "{saved:?}");
    assert_eq!(ks(&room, "show gone.json").out, saved.out);
    let refused = ks(&room, "apply --sandbox gone.json");
    assert!(refused.code == Some(9) && refused.err.contains("--allow removal=everything"), "{refused:?}");
    let refused = ks(&room, "apply --sandbox gone.json --allow removal=everything");
    let consents = consents(&refused);
    let mut line = vec!["apply", "--sandbox", "gone.json", "--allow", "removal=everything"];
    line.extend(consents.iter().map(String::as_str));
    assert_eq!(room.ks(&line).code, Some(0));
    nothing_is_left(&room);
}

/// A component without its gate.
fn without_gate(text: &str) -> String {
    let mut is_gate = false;
    let is_kept = |line: &&str| {
        is_gate = if line.starts_with([' ', '-']) { is_gate } else { line.starts_with("when:") };
        !is_gate
    };
    text.lines().filter(is_kept).map(|it| format!("{it}\n")).collect()
}

#[test]
fn a_configuration_that_leaves_nothing_on_is_refused() {
    let mut room = installed();
    let components = ks(&room, "status --sandbox -f cc.yaml -o json").out;
    let components: serde_json::Value = serde_json::from_str(&components).unwrap();
    let names =
        components["components"].as_array().unwrap().iter().map(|it| it["component"].as_str().unwrap().to_owned());
    let names: Vec<String> = names.collect();
    let catalogue = concat!(env!("CARGO_MANIFEST_DIR"), "/../manifests");
    for module in ["monitoring", "platform"] {
        for name in &names {
            let Ok(text) = fs::read_to_string(format!("{catalogue}/{module}/{name}/component.yaml")) else { continue };
            let closed = format!("{}when: ['false']\n", without_gate(&text));
            room = room.with(&format!("off/{module}/{name}/component.yaml"), &closed);
        }
    }
    let before = state(&room);
    let refused = ks(&room, "apply --sandbox --yes -f cc.yaml --manifests off");
    assert_eq!(refused.code, Some(9), "{refused:?}");
    insta::assert_snapshot!(refused.err, @r"
    error: nothing is left on, so everything that ks made would go; nothing was done
     hint: `ks destroy` removes everything; is this the right configuration, and the right --manifests?
     hint: allow it with --allow removal=everything
    ");
    assert_eq!(state(&room), before, "nothing was written");
}

#[test]
fn only_what_would_go_can_be_left() {
    let room = installed();
    let refused = ks(&room, "destroy --sandbox --leave default");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("leave Namespace default there"), "{refused:?}");
}
