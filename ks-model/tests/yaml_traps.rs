//! What words of YAML mean.
//!
//! The right-hand side of each row is what kubectl 1.32 answered, not what a specification says: the row stood below `data`
//! of a ConfigMap, and `kubectl annotate --local -o json` printed it. A new row wants the same proof.

use ks_model::config::{ClusterConfiguration, Problems, Source};
use serde_json::Value;

/// Reads a mapping below a section that is carried through untouched.
fn read(body: &str) -> Result<Value, Problems> {
    let lines: String = body.split('\n').map(|line| format!("    {line}\n")).collect();
    let head = "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
        metadata: {name: ks-installer, namespace: kubesphere-system}\nspec:\n  logging:\n";
    let source = Source::new("traps.yaml", format!("{head}{lines}"));
    Ok(ClusterConfiguration::parse(&source)?.config.spec()["logging"].clone())
}

#[test]
fn every_word_means_what_it_means_to_kubectl() {
    let different: Vec<String> = MEANINGS
        .iter()
        .filter_map(|(body, wanted)| {
            let wanted: Value = serde_json::from_str(wanted).unwrap();
            match read(body) {
                Ok(found) if same(&found, &wanted) => None,
                Ok(found) => Some(format!("{body:?}: {found}, wanted {wanted}")),
                Err(problems) => Some(format!("{body:?}: {problems}, wanted {wanted}")),
            }
        })
        .collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Beyond 64 bits with a sign, kubectl holds a float and prints its shortest digits without an exponent.
fn same(found: &Value, wanted: &Value) -> bool {
    found == wanted || (found["x"].is_f64() && found["x"].as_f64() == wanted["x"].as_f64())
}

#[test]
fn what_kubectl_refuses_is_refused() {
    let taken: Vec<String> =
        REFUSED.iter().filter_map(|body| Some(format!("{body:?}: {}", read(body).ok()?))).collect();
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}

/// kubectl takes the last of the two; the strict validation of the API server refuses them, and so does ks.
#[test]
fn a_key_given_twice_is_refused() {
    let problems = read("x: 1\nx: 2").unwrap_err();
    assert_eq!(problems.iter().map(|it| it.code).collect::<Vec<_>>(), ["duplicate-key"]);
}

/// JSON is YAML, tabs and surrogate pairs included.
#[test]
fn json_is_read_as_it_is() {
    let body = "{\n\t\"a\": [1, 2.5, 1e3, true, null],\n\t\"b\": {\"c\":\"\\ud83d\\ude00 \\/ \\n\"}\n}";
    let wanted: Value = serde_json::from_str("{\"a\":[1,2.5,1000,true,null],\"b\":{\"c\":\"😀 / \\n\"}}").unwrap();
    let body = body.replace('\n', "\n    ");
    assert_eq!(read(&body).unwrap(), wanted);
}

#[rustfmt::skip]
const MEANINGS: &[(&str, &str)] = &[
    ("x: 1234567890123456789.0", "{\"x\": 1234567890123456800}"),
    ("x: 1.2345678901234567e18", "{\"x\": 1234567890123456800}"),
    ("x: 9007199254740993.0", "{\"x\": 9007199254740992}"),
    ("x: 5e-324", "{\"x\": 5e-324}"),
    ("x: yes", "{\"x\": true}"),
    ("x: Yes", "{\"x\": true}"),
    ("x: YES", "{\"x\": true}"),
    ("x: yEs", "{\"x\": \"yEs\"}"),
    ("x: y", "{\"x\": true}"),
    ("x: Y", "{\"x\": true}"),
    ("x: no", "{\"x\": false}"),
    ("x: No", "{\"x\": false}"),
    ("x: NO", "{\"x\": false}"),
    ("x: n", "{\"x\": false}"),
    ("x: N", "{\"x\": false}"),
    ("x: on", "{\"x\": true}"),
    ("x: On", "{\"x\": true}"),
    ("x: ON", "{\"x\": true}"),
    ("x: oN", "{\"x\": \"oN\"}"),
    ("x: off", "{\"x\": false}"),
    ("x: Off", "{\"x\": false}"),
    ("x: OFF", "{\"x\": false}"),
    ("x: true", "{\"x\": true}"),
    ("x: True", "{\"x\": true}"),
    ("x: TRUE", "{\"x\": true}"),
    ("x: TrUe", "{\"x\": \"TrUe\"}"),
    ("x: false", "{\"x\": false}"),
    ("x: False", "{\"x\": false}"),
    ("x: FALSE", "{\"x\": false}"),
    ("x: ~", "{\"x\": null}"),
    ("x: null", "{\"x\": null}"),
    ("x: Null", "{\"x\": null}"),
    ("x: NULL", "{\"x\": null}"),
    ("x: nULL", "{\"x\": \"nULL\"}"),
    ("x: 0", "{\"x\": 0}"),
    ("x: -0", "{\"x\": 0}"),
    ("x: +0", "{\"x\": 0}"),
    ("x: 00", "{\"x\": 0}"),
    ("x: 7", "{\"x\": 7}"),
    ("x: +7", "{\"x\": 7}"),
    ("x: -7", "{\"x\": -7}"),
    ("x: 07", "{\"x\": 7}"),
    ("x: 08", "{\"x\": 8}"),
    ("x: 0755", "{\"x\": 493}"),
    ("x: -017", "{\"x\": -15}"),
    ("x: 0o755", "{\"x\": 493}"),
    ("x: 0o8", "{\"x\": \"0o8\"}"),
    ("x: -0o17", "{\"x\": -15}"),
    ("x: 0O17", "{\"x\": 15}"),
    ("x: 0x1F", "{\"x\": 31}"),
    ("x: 0X1f", "{\"x\": 31}"),
    ("x: -0x1F", "{\"x\": -31}"),
    ("x: +0x1F", "{\"x\": 31}"),
    ("x: 0x", "{\"x\": \"0x\"}"),
    ("x: 0xG", "{\"x\": \"0xG\"}"),
    ("x: 0b11", "{\"x\": 3}"),
    ("x: 0B11", "{\"x\": 3}"),
    ("x: -0b11", "{\"x\": -3}"),
    ("x: 0b12", "{\"x\": \"0b12\"}"),
    ("x: 0b", "{\"x\": \"0b\"}"),
    ("x: 1_000", "{\"x\": 1000}"),
    ("x: 1__0", "{\"x\": 10}"),
    ("x: 1_", "{\"x\": 1}"),
    ("x: _1", "{\"x\": \"_1\"}"),
    ("x: 0_7", "{\"x\": 7}"),
    ("x: 0x_1F", "{\"x\": 31}"),
    ("x: -_1", "{\"x\": -1}"),
    ("x: +_", "{\"x\": \"+_\"}"),
    ("x: 9223372036854775807", "{\"x\": 9223372036854775807}"),
    ("x: 9223372036854775808", "{\"x\": 9223372036854776000}"),
    ("x: -9223372036854775808", "{\"x\": -9223372036854775808}"),
    ("x: -9223372036854775809", "{\"x\": -9223372036854776000}"),
    ("x: 18446744073709551615", "{\"x\": 18446744073709552000}"),
    ("x: 18446744073709551616", "{\"x\": 18446744073709552000}"),
    ("x: 99999999999999999999", "{\"x\": 100000000000000000000}"),
    ("x: 0xFFFFFFFFFFFFFFFF", "{\"x\": 18446744073709552000}"),
    ("x: 0xFFFFFFFFFFFFFFFFFFFF", "{\"x\": \"0xFFFFFFFFFFFFFFFFFFFF\"}"),
    ("x: 0777777777777777777777777", "{\"x\": 7.777777777777778e+23}"),
    ("x: 1.0", "{\"x\": 1}"),
    ("x: 1.5", "{\"x\": 1.5}"),
    ("x: 1.10", "{\"x\": 1.1}"),
    ("x: 1.", "{\"x\": 1}"),
    ("x: .5", "{\"x\": 0.5}"),
    ("x: +.5", "{\"x\": 0.5}"),
    ("x: -.5", "{\"x\": -0.5}"),
    ("x: -00.50", "{\"x\": -0.5}"),
    ("x: -0.0", "{\"x\": 0}"),
    ("x: .", "{\"x\": \".\"}"),
    ("x: ..", "{\"x\": \"..\"}"),
    ("x: ._1", "{\"x\": \"._1\"}"),
    ("x: .1_0", "{\"x\": 0.1}"),
    ("x: .1__0", "{\"x\": \".1__0\"}"),
    ("x: .1_", "{\"x\": \".1_\"}"),
    ("x: 1._5", "{\"x\": 1.5}"),
    ("x: 1e3", "{\"x\": 1000}"),
    ("x: 1E3", "{\"x\": 1000}"),
    ("x: 1e+3", "{\"x\": 1000}"),
    ("x: 1e-3", "{\"x\": 0.001}"),
    ("x: +1e3", "{\"x\": 1000}"),
    ("x: 1e", "{\"x\": \"1e\"}"),
    ("x: 1e1_0", "{\"x\": 10000000000}"),
    ("x: .5e1", "{\"x\": 5}"),
    ("x: .5e1_0", "{\"x\": 5000000000}"),
    ("x: .e1", "{\"x\": \".e1\"}"),
    ("x: 0e0", "{\"x\": 0}"),
    ("x: 1e20", "{\"x\": 100000000000000000000}"),
    ("x: 1e21", "{\"x\": 1e+21}"),
    ("x: 1e400", "{\"x\": \"1e400\"}"),
    ("x: 1.5e300", "{\"x\": 1.5e+300}"),
    ("x: 9.3e18", "{\"x\": 9300000000000000000}"),
    ("x: 1.0e18", "{\"x\": 1000000000000000000}"),
    ("x: 0.1", "{\"x\": 0.1}"),
    ("x: 0.30000000000000004", "{\"x\": 0.30000000000000004}"),
    ("x: 12345678.9", "{\"x\": 12345678.9}"),
    ("x: 685_230.15", "{\"x\": 685230.15}"),
    ("x: 1e-400", "{\"x\": 0}"),
    ("x: 1.2.3", "{\"x\": \"1.2.3\"}"),
    ("x: 0.0.0.0", "{\"x\": \"0.0.0.0\"}"),
    ("x: 192.168.0.2", "{\"x\": \"192.168.0.2\"}"),
    ("x: 1h", "{\"x\": \"1h\"}"),
    ("x: 20Gi", "{\"x\": \"20Gi\"}"),
    ("x: 500m", "{\"x\": \"500m\"}"),
    ("x: 1m", "{\"x\": \"1m\"}"),
    ("x: 7d", "{\"x\": \"7d\"}"),
    ("x: 190:20:30", "{\"x\": \"190:20:30\"}"),
    ("x: 1:30", "{\"x\": \"1:30\"}"),
    ("x: 2001-01-01", "{\"x\": \"2001-01-01\"}"),
    ("x: 2001-12-14t21:59:43.10-05:00", "{\"x\": \"2001-12-14t21:59:43.10-05:00\"}"),
    ("x: 2001-12-14T21:59:43Z", "{\"x\": \"2001-12-14T21:59:43Z\"}"),
    ("x: v3.4", "{\"x\": \"v3.4\"}"),
    ("x: 3.4", "{\"x\": 3.4}"),
    ("x: +", "{\"x\": \"+\"}"),
    ("x: =", "{\"x\": \"=\"}"),
    ("x: <<", "{\"x\": \"<<\"}"),
    ("x: <a", "{\"x\": \"<a\"}"),
    ("x: inf", "{\"x\": \"inf\"}"),
    ("x: nan", "{\"x\": \"nan\"}"),
    ("x: NaN", "{\"x\": \"NaN\"}"),
    ("x: Infinity", "{\"x\": \"Infinity\"}"),
    ("x: 0x1p-2", "{\"x\": \"0x1p-2\"}"),
    ("x: .1p4", "{\"x\": \".1p4\"}"),
    ("x: ~x", "{\"x\": \"~x\"}"),
    ("x: tru", "{\"x\": \"tru\"}"),
    ("x: yess", "{\"x\": \"yess\"}"),
    ("x:", "{\"x\": null}"),
    ("x: \"\"", "{\"x\": \"\"}"),
    ("x: ''", "{\"x\": \"\"}"),
    ("x: \"yes\"", "{\"x\": \"yes\"}"),
    ("x: 'no'", "{\"x\": \"no\"}"),
    ("x: \"0755\"", "{\"x\": \"0755\"}"),
    ("x: '1e3'", "{\"x\": \"1e3\"}"),
    ("x: |\n  5\n", "{\"x\": \"5\\n\"}"),
    ("x: |-\n  yes\n", "{\"x\": \"yes\"}"),
    ("x: >\n  a\n  b\n", "{\"x\": \"a b\\n\"}"),
    ("x: a\n  b", "{\"x\": \"a b\"}"),
    ("x: \"a\\\n  b\"", "{\"x\": \"ab\"}"),
    ("x: \"\\u00e9\\x41\\t\"", "{\"x\": \"éA\\t\"}"),
    ("x: a # note", "{\"x\": \"a\"}"),
    ("x: a#b", "{\"x\": \"a#b\"}"),
    ("x: \"a # b\"", "{\"x\": \"a # b\"}"),
    ("x: !!str 5", "{\"x\": \"5\"}"),
    ("x: !!str yes", "{\"x\": \"yes\"}"),
    ("x: !!str", "{\"x\": \"\"}"),
    ("x: !!int \"5\"", "{\"x\": 5}"),
    ("x: !!float 1", "{\"x\": 1}"),
    ("x: !!float \"1.5\"", "{\"x\": 1.5}"),
    ("x: !!bool \"yes\"", "{\"x\": true}"),
    ("x: !!null ~", "{\"x\": null}"),
    ("x: !foo 5", "{\"x\": \"5\"}"),
    ("x: ! 5", "{\"x\": \"5\"}"),
    ("x: !!map {}", "{\"x\": {}}"),
    ("x: !!timestamp 2001-01-01", "{\"x\": \"2001-01-01\"}"),
    ("x: !!set {a, b}", "{\"x\": {\"a\": null, \"b\": null}}"),
    ("yes: a", "{\"true\": \"a\"}"),
    ("y: a", "{\"true\": \"a\"}"),
    ("0x10: a", "{\"16\": \"a\"}"),
    ("1e3: a", "{\"1000\": \"a\"}"),
    (".5: a", "{\"0.5\": \"a\"}"),
    ("1.50: a", "{\"1.5\": \"a\"}"),
    ("!!str 5: a", "{\"5\": \"a\"}"),
    ("\"yes\": a", "{\"yes\": \"a\"}"),
    ("010: a", "{\"8\": \"a\"}"),
    ("x: &a {p: 1, q: 2}\ny1: {<<: *a, p: 5}", "{\"x\": {\"p\": 1, \"q\": 2}, \"y1\": {\"p\": 5, \"q\": 2}}"),
    ("x: &a {p: 1, q: 2}\ny1: {p: 5, <<: *a}", "{\"x\": {\"p\": 1, \"q\": 2}, \"y1\": {\"p\": 1, \"q\": 2}}"),
    ("x: &a {p: 1, q: 2}\ny1: {\"<<\": *a, p: 5}", "{\"x\": {\"p\": 1, \"q\": 2}, \"y1\": {\"<<\": {\"p\": 1, \"q\": 2}, \"p\": 5}}"),
    ("x: &a {p: 1, q: 2}\nz: &b {p: 9, r: 1}\ny1: {<<: [*a, *b], q: 5}", "{\"x\": {\"p\": 1, \"q\": 2}, \"y1\": {\"p\": 1, \"q\": 5, \"r\": 1}, \"z\": {\"p\": 9, \"r\": 1}}"),
    ("x: {<<: {p: 1}, q: 5}", "{\"x\": {\"p\": 1, \"q\": 5}}"),
    ("x: &a 5\ny1: *a", "{\"x\": 5, \"y1\": 5}"),
    ("x: &a yes\n*a : b", "{\"true\": \"b\", \"x\": true}"),
    ("x: &a [1, 2]\ny1: [*a, *a]", "{\"x\": [1, 2], \"y1\": [[1, 2], [1, 2]]}"),
    ("x: &a 1\ny1: &a 2\nz: *a", "{\"x\": 1, \"y1\": 2, \"z\": 2}"),
    ("x: [a: 1, b]", "{\"x\": [{\"a\": 1}, \"b\"]}"),
    ("x: {a, b: }", "{\"x\": {\"a\": null, \"b\": null}}"),
    ("x: [1, 2,]", "{\"x\": [1, 2]}"),
    ("x: {a: 1,}", "{\"x\": {\"a\": 1}}"),
    ("x:\n- 1\n- - 2\n  - 3", "{\"x\": [1, [2, 3]]}"),
    ("x:\n  - a: 1\n    b: 2", "{\"x\": [{\"a\": 1, \"b\": 2}]}"),
    ("x: {\"a\":1}", "{\"x\": {\"a\": 1}}"),
    ("x: {a:1}", "{\"x\": {\"a:1\": null}}"),
    ("x: [a,b]", "{\"x\": [\"a\", \"b\"]}"),
    ("x: a\ty", "{\"x\": \"a\\ty\"}"),
    ("x: \ta", "{\"x\": \"a\"}"),
    ("? x\n: y", "{\"x\": true}"),
    ("x: ?a", "{\"x\": \"?a\"}"),
    ("x: :a", "{\"x\": \":a\"}"),
    ("x: -a", "{\"x\": \"-a\"}"),
    ("x: --", "{\"x\": \"--\"}"),
    ("x: ---", "{\"x\": \"---\"}"),
    ("x: ...", "{\"x\": \"...\"}"),
    ("x: \"😀\"", "{\"x\": \"😀\"}"),
    ("x: é", "{\"x\": \"é\"}"),
];

#[rustfmt::skip]
const REFUSED: &[&str] = &[
    "x: !!int two",
    "x: !!bool maybe",
    "x: !!null a",
    "x: !!int 1.5",
    "x: .inf",
    "x: -.INF",
    "x: .nan",
    "~: a",
    "null: a",
    "? [a]\n: b",
    "? {a: b}\n: c",
    "x: {<<: 5, q: 5}",
    "x: {<<: [5], q: 5}",
    "x: {? <<, q: 5}",
    "x: &a [*a]",
    "x: *a",
    "x: [1, , 2]",
    "x: - a",
    "x: a: b",
    "x: @a",
    "x: `a`",
    "x: %a",
    "x: \"a",
    "x: {a: 1",
    "x: \"\\q\"",
    "x: a:",
    "x: !!binary x",
    "x: *",
    "x: &",
];

/// Each anchor keeps its value, so anchors around a large value keep it many times.
#[test]
fn anchors_around_anchors_are_counted_like_aliases() {
    let nested = |anchors: usize| {
        let open: String = (0..anchors).map(|it| format!("&a{it} [")).collect();
        read(&format!("x: {open}{}{}", "1,".repeat(2000), "]".repeat(anchors)))
    };
    assert!(nested(20).is_ok());
    let problems = nested(100).unwrap_err();
    assert!(problems.to_string().contains("multiply without measure"), "{problems}");
}
