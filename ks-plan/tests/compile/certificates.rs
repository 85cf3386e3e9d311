//! Settings that are certificates: what a catalogue may ask for, and where their parts may stand.

use ks_model::{CertificateState, Facts, Origin};
use ks_plan::generated::{SHOWN, shown};
use ks_plan::{Catalogue, compile, lookups};
use serde_json::json;

use crate::support::{EXAMPLE, config, with_spec};

fn component(settings: &str) -> (&'static str, String) {
    ("m/hook/component.yaml", format!("name: hook\ndescription: Answers.\nsettings:\n{settings}"))
}

fn faults(settings: &str) -> String {
    Catalogue::from_files([component(settings)]).unwrap_err().to_string()
}

const CERTIFICATE: &str = "  cert: { certificate: { secret: home/cert, dnsNames: [hook.home.svc] } }";

fn map(value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: ca, namespace: home }}\ndata: {{ ca: {value} }}")
}

#[test]
fn a_certificate_has_names_and_is_the_only_source() {
    let fault =
        "m/hook/component.yaml: setting cert: `certificate` needs at least one DNS name, and no other source beside it";
    for rule in [
        "{ certificate: { secret: home/cert, dnsNames: [] } }",
        "{ certificate: { secret: home/cert, dnsNames: [a..b] } }",
        "{ certificate: { secret: home/cert, dnsNames: [a_b] } }",
        "{ certificate: { secret: home/cert, dnsNames: [a] }, default: 1 }",
    ] {
        assert_eq!(faults(&format!("  cert: {rule}")), fault, "{rule}");
    }
    let text = faults("  cert: { certificate: { secret: cert, dnsNames: [a] } }");
    assert!(text.contains("`cert` is not of the form `NAMESPACE/NAME`"), "{text}");
}

#[test]
fn one_secret_holds_one_certificate() {
    let other =
        format!("{CERTIFICATE}\n  other: {{ certificate: {{ secret: home/cert, dnsNames: [other.home.svc] }} }}");
    assert_eq!(
        faults(&other),
        "m/hook/component.yaml: setting other: wants another certificate than cert of hook in the same Secret"
    );
    let same = format!("{CERTIFICATE}\n{}", CERTIFICATE.replacen("cert:", "same:", 1));
    let catalogue = Catalogue::from_files([component(&same)]).unwrap();
    assert_eq!(lookups(&catalogue, &config(EXAMPLE), &Facts::default()).certificates.len(), 1);
}

#[test]
fn parts_stand_alone_and_the_key_at_home() {
    let compiled = |value: &str| {
        let template = ("m/hook/map.yaml.j2", map(value));
        let catalogue = Catalogue::from_files([component(CERTIFICATE), template]).unwrap();
        compile(&catalogue, &config(&with_spec(json!({}))), &Facts::default())
    };
    let fault = "m/hook/map.yaml.j2: ConfigMap home/ca: parts of a certificate are whole values, and its key stands in its own Secret only";
    for value in ["{{ settings.cert.key }}", "{{ 'CA=' ~ settings.cert.ca }}"] {
        assert_eq!(compiled(value).unwrap_err().to_string(), fault, "{value}");
    }
    let bundle = compiled("{{ settings.cert.ca }}").unwrap().bundles.remove(0);
    assert_eq!(shown(bundle.objects[0].manifest.value())["data"]["ca"], SHOWN);
}

#[test]
fn what_is_known_of_the_cluster_decides() {
    let template = ("m/hook/map.yaml.j2", map("{{ settings.cert.ca }}"));
    let catalogue = Catalogue::from_files([component(CERTIFICATE), template]).unwrap();
    let with = |state: CertificateState| {
        let mut facts = Facts::default();
        facts.certificates.insert("home/cert".parse().unwrap(), state);
        compile(&catalogue, &config(&with_spec(json!({}))), &facts).unwrap().bundles.remove(0)
    };
    let usable = with(CertificateState::Usable { certificate: "Y2VydA==".into(), ca: "Y2E=".into() });
    assert_eq!(usable.objects[0].manifest.value()["data"]["ca"], "Y2E=");
    let secret = "home/cert".parse().unwrap();
    assert_eq!(usable.settings["cert"].origin, Origin::LiveCertificate { secret });
    let unusable = with(CertificateState::Unusable { because: "it is late".into() });
    let Origin::Generated { because, .. } = &unusable.settings["cert"].origin else { panic!() };
    assert_eq!(because, "it is late");
}
