use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_model::{CertificateRequest, CertificateState, Manifest};
use ks_plan::generated::{Generated, Part};
use serde_json::{Value, json};

use super::{Made, judge};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn request(names: &[&str]) -> CertificateRequest {
    let dns_names = names.iter().map(|it| (*it).to_owned()).collect();
    CertificateRequest { secret: "home/cert".parse().unwrap(), dns_names }
}

fn wanted(request: &CertificateRequest) -> Manifest {
    let part = |part| Generated::Made { request: request.clone(), part }.placeholder();
    Manifest::parse(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": "home", "name": "cert" },
        "type": "kubernetes.io/tls",
        "data": { "tls.crt": part(Part::Certificate), "tls.key": part(Part::Key) },
    }))
    .unwrap()
}

fn made(names: &[&str]) -> Value {
    let wanted = wanted(&request(names));
    Made::for_all([&wanted]).unwrap().fill(&wanted).value().clone()
}

fn refused(secret: Option<&Value>, request: &CertificateRequest, now: SystemTime) -> String {
    match judge(secret, request, now) {
        CertificateState::Unusable { because } => because,
        CertificateState::Usable { .. } => panic!("it serves"),
    }
}

#[test]
fn what_is_made_serves_and_gives_its_ca() {
    let secret = made(&["hook.home.svc", "hook"]);
    let now = SystemTime::now();
    let CertificateState::Usable { certificate, ca } = judge(Some(&secret), &request(&["hook.home.svc"]), now) else {
        panic!("{}", refused(Some(&secret), &request(&["hook.home.svc"]), now));
    };
    assert_eq!(secret["data"]["tls.crt"], certificate);
    let pem = |encoded: &str| String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
    assert!(pem(&certificate).ends_with(&pem(&ca)) && pem(&ca).starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn one_run_gives_every_object_the_same_and_another_run_something_else() {
    let request = request(&["hook.home.svc"]);
    let ca = Generated::Made { request: request.clone(), part: Part::Ca };
    let other = Manifest::parse(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "ca" },
        "data": { "ca": ca.placeholder() } }))
    .unwrap();
    let secret = wanted(&request);
    let run = Made::for_all([&secret, &other]).unwrap();
    let live = run.fill(&secret).value().clone();
    let CertificateState::Usable { ca, .. } = judge(Some(&live), &request, SystemTime::now()) else { panic!() };
    assert_eq!(run.fill(&other).value()["data"]["ca"], ca);
    assert_ne!(Made::for_all([&other]).unwrap().fill(&other).value()["data"]["ca"], ca);
    assert_eq!(run.hide(live), *secret.value());
}

#[test]
fn nothing_and_what_goes_away_do_not_serve() {
    let (request, now) = (request(&["hook.home.svc"]), SystemTime::now());
    assert_eq!(refused(None, &request, now), "it does not exist");
    let mut leaving = made(&["hook.home.svc"]);
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(refused(Some(&leaving), &request, now), "it is being deleted");
}

#[test]
fn a_certificate_for_another_name_does_not_serve() {
    let because = refused(Some(&made(&["hook.home.svc"])), &request(&["hook.other.svc"]), SystemTime::now());
    assert_eq!(because, "its certificate is not for hook.other.svc");
}

#[test]
fn time_runs_out_before_the_end() {
    let (secret, request, now) = (made(&["hook.home.svc"]), request(&["hook.home.svc"]), SystemTime::now());
    let at = |days: u32| judge(Some(&secret), &request, now + DAY * days);
    assert!(matches!(at(6 * 365), CertificateState::Usable { .. }));
    assert!(refused(Some(&secret), &request, now + DAY * 7 * 365).starts_with("its certificate expires on 20"));
    assert!(refused(Some(&secret), &request, now + DAY * 11 * 365).starts_with("its certificate expired on 20"));
    assert!(refused(Some(&secret), &request, now - DAY).starts_with("its certificate is not valid before 20"));
}

#[test]
fn a_key_of_another_certificate_does_not_serve() {
    let (mut secret, request) = (made(&["hook.home.svc"]), request(&["hook.home.svc"]));
    secret["data"]["tls.key"] = made(&["hook.home.svc"])["data"]["tls.key"].clone();
    let because = refused(Some(&secret), &request, SystemTime::now());
    assert_eq!(because, "its tls.key is not the key of its certificate");
}

#[test]
fn a_chain_needs_its_own_ca() {
    let (mut secret, request) = (made(&["hook.home.svc"]), request(&["hook.home.svc"]));
    let pem = |secret: &Value| {
        String::from_utf8(STANDARD.decode(secret["data"]["tls.crt"].as_str().unwrap()).unwrap()).unwrap()
    };
    let begin = "-----BEGIN CERTIFICATE-----";
    let own = pem(&secret);
    let leaf = &own[..own.rfind(begin).unwrap()];
    secret["data"]["tls.crt"] = STANDARD.encode(leaf).into();
    assert_eq!(refused(Some(&secret), &request, SystemTime::now()), "its tls.crt holds no CA");
    let other = pem(&made(&["hook.home.svc"]));
    let other = &other[other.rfind(begin).unwrap()..];
    secret["data"]["tls.crt"] = STANDARD.encode(format!("{leaf}{other}")).into();
    assert_eq!(refused(Some(&secret), &request, SystemTime::now()), "its CA does not vouch for its certificate");
    secret["data"]["tls.crt"] = STANDARD.encode(format!("{leaf}{leaf}")).into();
    assert_eq!(refused(Some(&secret), &request, SystemTime::now()), "its tls.crt holds no CA");
}

#[test]
fn garbage_does_not_serve() {
    let (secret, request, now) = (made(&["hook.home.svc"]), request(&["hook.home.svc"]), SystemTime::now());
    let text = |text: &str| json!(STANDARD.encode(text));
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cases = [
        ("tls.crt", json!(null), "it has no tls.crt"),
        ("tls.crt", json!("%%%"), "its tls.crt is no text"),
        ("tls.crt", text("hello"), "its tls.crt holds no certificate"),
        ("tls.crt", text(&bad.repeat(2)), "its tls.key is not the key of its certificate"),
        ("tls.key", json!(null), "it has no tls.key"),
        ("tls.key", text("hello"), "its tls.key holds no key that can be read"),
    ];
    for (field, value, because) in cases {
        let mut broken = secret.clone();
        broken["data"][field] = value;
        assert_eq!(refused(Some(&broken), &request, now), because, "{field}");
    }
}
