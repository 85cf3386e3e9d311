//! Phrases said and read back.

use super::{Language, Phrasebook, Phrases};
use crate::say;

const TABLE: &Phrases = &[
    ("{have} of {wanted} pods is available", "{have}/{wanted} 个 Pod 可用"),
    ("{step}: not ready after {time}, {why}", "{step}：{time} 后仍未就绪，{*why}"),
    ("the data of {what} would go away", "{*what}的数据将丢失"),
    ("{n} objects", "{n} 个对象"),
    ("{name}: {why}", "{name}：{*why}"),
    ("list {kind}: {why}", "列出 {kind}：{*why}"),
    ("get {object}: {why}", "读取 {object}：{*why}"),
    ("it is lost", "已丢失"),
];

const SAID: &Phrases = &[("{field} belongs to {owner}", "{owner} 拥有 {field}")];

fn chinese() -> Phrasebook {
    Phrasebook::new(Language::Chinese, &[SAID], &[TABLE])
}

#[test]
fn holes_are_filled_by_name_so_that_a_language_has_its_own_order() {
    let (field, manager) = (".spec", "kubectl");
    assert_eq!(say!(chinese(), "{field} belongs to {owner}", field, owner = manager), "kubectl 拥有 .spec");
    assert_eq!(
        say!(Phrasebook::ENGLISH, "{field} belongs to {owner}", field, owner = manager),
        ".spec belongs to kubectl"
    );
    assert_eq!(say!(chinese(), "nobody wrote {field} down", field), "nobody wrote .spec down");
}

#[test]
fn a_value_with_braces_is_not_filled_again() {
    assert_eq!(say!(chinese(), "{field} belongs to {owner}", field = "{owner}", owner = "a"), "a 拥有 {owner}");
    assert_eq!(chinese().read("{wanted} of a pods is available"), "{wanted}/a 个 Pod 可用");
}

#[test]
fn what_is_read_back_is_the_phrase_that_says_most() {
    let read = |text| chinese().read(text).into_owned();
    assert_eq!(read("0 of 1 pods is available"), "0/1 个 Pod 可用");
    assert_eq!(
        read("wait for Pod a/b: not ready after 3s, 0 of 1 pods is available"),
        "wait for Pod a/b：3s 后仍未就绪，0/1 个 Pod 可用"
    );
    assert_eq!(read("the data of 2 objects would go away"), "2 个对象的数据将丢失");
    assert_eq!(read("many objects"), "many objects");
    assert_eq!(read("a belongs to b"), "a belongs to b", "said, and never read");
    assert_eq!(read(""), "");
}

#[test]
fn a_name_takes_no_sentence() {
    let read = |text| chinese().read(text).into_owned();
    assert_eq!(read("get Pod a/b: it is lost"), "读取 Pod a/b：已丢失");
    assert_eq!(read("list pods: it is lost"), "列出 pods：已丢失");
    for other in ["list what is left: it is lost", "get the pod: it is lost", "get Pod a of b: it is lost"] {
        assert_eq!(read(other), other);
    }
}

#[test]
fn lines_are_read_one_by_one_and_keep_their_margin() {
    assert_eq!(
        chinese().read("2 objects\n  .spec: it is lost\n  etcd says no"),
        "2 个对象\n  .spec：已丢失\n  etcd says no"
    );
}

#[test]
fn english_is_not_touched() {
    assert_eq!(Phrasebook::new(Language::English, &[SAID], &[TABLE]).read("it is lost"), "it is lost");
}
