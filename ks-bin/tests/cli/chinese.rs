//! The main path as somebody meets it who reads Chinese. Programs get the same as ever.

use super::runner::{Room, SMALL};

const LOCALE: [(&str, &str); 1] = [("LANG", "zh_CN.UTF-8")];

fn is_chinese(line: &str) -> bool {
    line.chars().any(|it| ('\u{4e00}'..='\u{9fff}').contains(&it))
}

/// A screen without the name that a sandbox has by chance.
fn without_uid(screen: &str) -> String {
    let Some((before, rest)) = screen.split_once("集群 UID ") else { return screen.to_owned() };
    let end = rest.find(['\n', '。']).unwrap_or(rest.len());
    without_times(&format!("{before}集群 UID …{}", &rest[end..]))
}

/// A screen without the times at which managers wrote.
fn without_times(screen: &str) -> String {
    let mut parts = screen.split("(Update, ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "(Update, …" + part.split_once(" UTC").map_or(part, |(_, rest)| rest))
}

/// A room whose sandbox is as the configuration wants it.
fn applied() -> Room {
    let room = Room::with_small();
    assert_eq!(room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml"]).code, Some(0));
    room
}

#[test]
fn the_first_plan() {
    let run = Room::with_small().ks_with_variables(&["plan", "--sandbox", "-f", "cc.yaml"], &LOCALE);
    insta::assert_snapshot!(without_uid(&run.screen()));
}

#[test]
fn a_plan_of_changes() {
    let text = format!("{SMALL}  monitoring:\n    prometheus:\n      replicas: 2\n      volumeSize: 30Gi\n");
    let room = applied().with("cc.yaml", &text);
    insta::assert_snapshot!(without_uid(&room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--lang", "zh"]).screen()));
}

#[test]
fn the_same_as_markdown() {
    let room = applied().with("cc.yaml", &format!("{SMALL}  monitoring:\n    prometheus:\n      replicas: 2\n"));
    let run = room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--lang", "zh", "-o", "markdown"]);
    insta::assert_snapshot!(without_uid(&run.screen()));
}

#[test]
fn a_first_apply() {
    let run = Room::with_small().ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml", "--lang", "zh"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let english: Vec<&str> = run.err.lines().filter(|it| !is_chinese(it)).collect();
    assert_eq!(english, Vec::<&str>::new());
    for words in ["已创建   Namespace kubesphere-system\n", "已写入   对象清单\n"] {
        assert!(run.err.contains(words), "{words}: {run:?}");
    }
    for words in ["计划：新建 ", "\n完成：已应用 ", "，全部就绪，用时 ", "\n共 "] {
        assert!(run.out.contains(words), "{words}: {run:?}");
    }
}

#[test]
fn nobody_to_ask() {
    let run = Room::with_small().ks(&["apply", "--sandbox", "-f", "cc.yaml", "--lang", "zh"]);
    assert_eq!(run.code, Some(9), "{run:?}");
    insta::assert_snapshot!(run.err, @"
    错误：无法询问确认；未执行任何操作
    提示：标准输入不是终端：请加上 --yes 以免询问
    ");
}

#[test]
fn an_end_without_consent() {
    let run = applied().ks(&["destroy", "--sandbox", "--yes", "--lang", "zh"]);
    assert_eq!(run.code, Some(9), "{run:?}");
    insta::assert_snapshot!(without_uid(&run.screen()));
}

#[test]
fn problems_of_a_configuration() {
    let text = format!(
        "{SMALL}    replicas: two\n  monitoring:\n    prometheus:\n      replicas: \"2\"\n      volumeSize: 20GB\n      sise: 1\n"
    );
    let room = Room::new().with("cc.yaml", &text);
    insta::assert_snapshot!(room.ks(&["validate", "-f", "cc.yaml", "--lang", "zh"]).screen());
    insta::assert_snapshot!(Room::with_small().ks(&["validate", "-f", "cc.yaml", "--lang", "zh"]).out, @"cc.yaml：有效，0 个警告");
}

#[test]
fn no_cluster() {
    let room = Room::with_small();
    insta::assert_snapshot!(room.ks(&["plan", "-f", "cc.yaml", "--kubeconfig", "nowhere", "--lang", "zh"]).screen());
}

#[test]
fn a_wait_that_fails() {
    let run = Room::with_small().ks(&["wait", "--sandbox", "-f", "cc.yaml", "--timeout", "1s", "--lang", "zh"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.starts_with("正在等待 "), "{run:?}");
    assert!(run.out.contains("Namespace kubesphere-system：尚不存在\n"), "{run:?}");
    assert!(run.out.contains("后仍未就绪，尚不存在\n"), "{run:?}");
    let english: Vec<&str> = run.err.lines().filter(|it| !is_chinese(it)).collect();
    assert_eq!(english, Vec::<&str>::new());
    assert!(run.err.contains("提示：--timeout 可为对象留出更多时间"), "{run:?}");
}

#[test]
fn how_the_components_are() {
    insta::assert_snapshot!(applied().ks(&["status", "--sandbox", "-f", "cc.yaml", "--lang", "zh"]).screen());
    insta::assert_snapshot!(Room::with_small().ks(&["status", "--sandbox", "-f", "cc.yaml", "--lang", "zh"]).screen());
}

#[test]
fn a_saved_plan_that_the_cluster_has_left_behind() {
    let room = Room::with_small();
    assert_eq!(room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--out", "plan.json"]).code, Some(0));
    assert_eq!(room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml"]).code, Some(0));
    let run = room.ks(&["apply", "--sandbox", "plan.json", "--lang", "zh"]);
    assert_eq!(run.code, Some(10), "{run:?}");
    let lines: Vec<&str> = run.err.lines().collect();
    assert!(
        lines[0].starts_with("错误：自保存计划以来，") && lines[0].ends_with(" 个对象已变更；未执行任何操作"),
        "{run:?}"
    );
    assert!(lines.iter().all(|it| is_chinese(it)), "{run:?}");
}

#[test]
fn programs_get_the_same_in_every_language() {
    let room = applied();
    let plan = ["plan", "--sandbox", "-f", "cc.yaml", "-o", "json"];
    let status = ["status", "--sandbox", "-f", "cc.yaml", "-o", "json"];
    let validate = ["validate", "-f", "cc.yaml", "-o", "json"];
    let html = ["plan", "--sandbox", "-f", "cc.yaml", "-o", "html"];
    for arguments in [&plan[..], &status, &validate, &html] {
        let (english, chinese) = (room.ks(arguments), room.ks_with_variables(arguments, &LOCALE));
        assert!(!english.out.is_empty() && english.code == chinese.code, "{arguments:?}");
        assert_eq!(english.out, chinese.out, "{arguments:?}");
    }
    let fresh = Room::with_small();
    let wait = ["wait", "--sandbox", "-f", "cc.yaml", "--timeout", "1s", "-o", "json"];
    let apply = ["apply", "--sandbox", "--yes", "-f", "cc.yaml", "-o", "json"];
    for arguments in [&wait[..], &apply] {
        let run = fresh.ks_with_variables(arguments, &LOCALE);
        // The components that a plan quotes have Chinese of their own.
        let mut events = run.out.lines().filter(|it| !it.starts_with("{\"event\":\"planned\""));
        assert!(run.out.lines().count() > 10 && !events.any(is_chinese), "{arguments:?}");
    }
}

#[test]
fn the_option_beats_the_locale_and_another_language_is_english() {
    let arguments = ["validate", "-f", "cc.yaml"];
    let room = Room::with_small();
    let out =
        |more: &[&str], variables: &[(&str, &str)]| room.ks_with_variables(&[&arguments, more].concat(), variables).out;
    let english = "cc.yaml: valid, 0 warnings\n";
    assert_eq!(out(&[], &[]), english);
    assert_eq!(out(&[], &[("LANG", "fr_FR.UTF-8")]), english);
    assert_eq!(out(&["--lang", "en"], &LOCALE), english);
    assert_eq!(out(&[], &[("LANG", "en_US.UTF-8"), ("KS_LANG", "zh")]), "cc.yaml：有效，0 个警告\n");
    assert_eq!(out(&[], &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C.UTF-8")]), english);
}
