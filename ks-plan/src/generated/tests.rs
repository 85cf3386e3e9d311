use serde_json::json;

use super::*;
use crate::fixture::object;

fn request() -> CertificateRequest {
    CertificateRequest { secret: "home/cert".parse().unwrap(), dns_names: vec!["hook.home.svc".into()] }
}

fn usable() -> CertificateState {
    CertificateState::Usable { certificate: "Y2VydA==".into(), ca: "Y2E=".into() }
}

fn secret(value: &Value) -> Manifest {
    object("v1", "Secret", "home/cert", json!({ "data": { "tls.crt": value["certificate"], "tls.key": value["key"] } }))
}

#[test]
fn what_serves_is_kept_and_what_does_not_is_made() {
    let kept = setting(&request(), Some(&usable()));
    assert_eq!((&kept.value["certificate"], &kept.value["ca"]), (&json!("Y2VydA=="), &json!("Y2E=")));
    assert_eq!(shown(&kept.value)["key"], "<kept by apply>");
    let made = setting(&request(), Some(&CertificateState::Unusable { because: "it does not exist".into() }));
    assert_eq!(*shown(&made.value), json!({ "certificate": SHOWN, "key": SHOWN, "ca": SHOWN }));
}

#[test]
fn a_placeholder_is_filled_where_a_value_is_known() {
    let made = secret(&setting(&request(), None).value);
    assert_eq!(waiting(&made).len(), 2);
    let filled = filled(&made, |it| match it {
        Generated::Made { part: Part::Key, .. } => Some("a2V5".into()),
        _ => None,
    });
    assert_eq!(filled.value()["data"]["tls.key"], "a2V5");
    assert_eq!(waiting(&filled).len(), 1);
}

#[test]
fn a_key_goes_into_its_own_secret_and_nowhere_else() {
    let value = setting(&request(), None).value;
    let elsewhere = object("v1", "ConfigMap", "home/cert", json!({ "data": { "a": value["key"] } }));
    assert!(is_misplaced(&elsewhere) && !is_misplaced(&secret(&value)));
    assert!(filled(&elsewhere, |_| Some("a2V5".into())).value()["data"]["a"] != "a2V5");
    let ca = object("v1", "ConfigMap", "home/ca", json!({ "data": { "a": value["ca"] } }));
    assert!(!is_misplaced(&ca));
    let inside = format!("CA={}", value["ca"].as_str().unwrap());
    assert!(is_misplaced(&object("v1", "ConfigMap", "home/ca", json!({ "data": { "a": inside } }))));
}

#[test]
fn a_secret_that_stays_takes_the_key_of_the_live_one() {
    let wanted = secret(&setting(&request(), Some(&usable())).value);
    let mut live = json!({ "data": { "tls.crt": wanted.value()["data"]["tls.crt"], "tls.key": "a2V5" } });
    assert_eq!(with_live_key(&wanted, || Some(&live)).value()["data"]["tls.key"], "a2V5");
    assert!(lacks_live_key(&wanted) && !lacks_live_key(&with_live_key(&wanted, || Some(&live))));
    live["data"]["tls.crt"] = json!("bmV3");
    assert!(lacks_live_key(&with_live_key(&wanted, || Some(&live))), "the key of another certificate");
}

#[test]
fn others_get_what_is_known_and_no_secret_without_its_key() {
    let value = setting(&request(), None).value;
    assert!(applicable(&secret(&value)).is_none());
    let hook = object("v1", "ConfigMap", "home/hook", json!({ "hooks": [{ "ca": value["ca"], "name": "a" }] }));
    assert_eq!(applicable(&hook).unwrap().value()["hooks"], json!([{ "name": "a" }]));
}

#[test]
fn texts_of_users_are_no_placeholders() {
    for text in ["", "plain", "{\"liveKey\":{\"secret\":\"home/cert\"}}", "\u{1}", "\u{1}{}"] {
        assert_eq!(Generated::parse(text), None, "{text:?}");
    }
}
