//! The pictures of terminals: what the program prints, drawn as it is.

use std::fs;

use anstyle_svg::Term;
use regex_lite::Regex;

use super::pages::hold_if;
use super::screen::settled;
use super::shell::Room;

#[test]
fn a_plan_and_its_apply() {
    let room = Room::new();
    fs::copy(room.path().join("manifests/examples/cluster-configuration.yaml"), room.path().join("cc.yaml")).unwrap();
    let run = |command: &str| room.run(&[command.to_owned()]).remove(0);
    assert_eq!(run("ks apply --sandbox --yes -f cc.yaml").code, 0);
    run("sed -i -e '/^  alerting:/,/enabled:/ s/enabled: false/enabled: true/' \
         -e 's/^    # prometheus:/    prometheus:/' -e 's/^    #   retention: 7d /      retention: 15d /' cc.yaml");
    let plan = run("ks plan --sandbox --color always -f cc.yaml 2>/dev/null");
    draw("docs/plan.svg", "ks plan --sandbox -f cc.yaml", &plan.printed);
    let apply = run("ks apply --sandbox --yes --color always -f cc.yaml | sed -e '1,/ to delete/d' -e /Slowest:/d");
    assert!(plan.code == 0 && apply.printed.contains("everything is ready"), "{apply:?}");
    draw("docs/apply.svg", "ks apply --sandbox --yes -f cc.yaml", &apply.printed);
}

/// Holds a picture to a screen. Writes beside each other end in any order and after any time: the lines count.
fn draw(file: &str, command: &str, printed: &str) {
    let svg = Term::new().render_svg(&format!("$ {command}\n{printed}"));
    hold_if(file, &svg, |there| lines(there) == lines(&svg));
}

/// The lines of text in a picture, sorted, without what differs from run to run; waits are told
/// of only where they take long.
fn lines(svg: &str) -> Vec<String> {
    let tag = Regex::new("<[^>]*>").unwrap();
    let is_lasting = |it: &&str| !["waiting ", "ready "].iter().any(|word| it.contains(word));
    let texts = svg.lines().filter(|it| it.contains("<tspan")).filter(is_lasting);
    let mut lines: Vec<String> = texts.map(|it| settled(&tag.replace_all(it, ""))).collect();
    lines.sort();
    lines
}

#[test]
fn a_picture_is_its_lines() {
    let first = Term::new().render_svg("a 1.2s\nb\n");
    let second = Term::new().render_svg("b\na 3.4s\n");
    assert_eq!(lines(&first), lines(&second));
    assert_ne!(lines(&first), lines(&Term::new().render_svg("a 1.2s\nc\n")));
    assert!(lines(&first).iter().any(|it| it.contains("a TIME")), "{:?}", lines(&first));
}
