//! What is said of a catalogue that is not sound.

use ks_model::Facts;
use ks_plan::{Catalogue, compile};
use serde_json::json;

use crate::support::{config, with_spec};

const ECHO: (&str, &str) = ("m/echo/component.yaml", "{ name: echo, description: Answers. }");
const POD: &str = "{ apiVersion: v1, kind: Pod, metadata: { name: echo, namespace: default } }";

fn faults(files: &[(&str, &str)]) -> String {
    Catalogue::from_files(files.iter().copied()).unwrap_err().to_string()
}

/// What compiling says of one template in a component with the setting `port`.
fn compile_faults(template: &str) -> String {
    let component = "{ name: echo, description: Answers., settings: { port: { default: 80 } } }";
    let files = [("m/echo/component.yaml", component), ("m/echo/pod.yaml.j2", template)];
    let catalogue = Catalogue::from_files(files).unwrap();
    compile(&catalogue, &config(&with_spec(json!({}))), &Facts::default()).unwrap_err().to_string()
}

#[test]
fn a_component_with_an_unknown_key() {
    let text = "name: echo\ndescription: Answers.\nrequire: [other]\n";
    insta::assert_snapshot!(faults(&[("m/echo/component.yaml", text)]), @"m/echo/component.yaml:3: unknown field `require`, expected one of name, description, when, requires, after, settings, sensitive, readiness at line 3, column 1");
}

#[test]
fn a_setting_with_an_unknown_key() {
    let text = "name: echo\ndescription: Answers.\nsettings:\n  port: { form: a.b }\n";
    insta::assert_snapshot!(faults(&[("m/echo/component.yaml", text)]), @"m/echo/component.yaml:4: unknown field `form`, expected one of description, example, from, keep, find, compute, default, certificate, leaves, blankIsUnset, sensitive at line 4, column 11");
}

#[test]
fn names_that_lead_nowhere() {
    let other = "{ name: other, description: Other., requires: [echo, nothing], after: [never] }";
    insta::assert_snapshot!(faults(&[ECHO, ("m/other/component.yaml", other)]), @"
        m/other/component.yaml: `requires` names nothing, which is no component
        m/other/component.yaml: `after` names never, which is no component
        ");
}

#[test]
fn a_circle() {
    let component = |name: &str, needs: &str| format!("{{ name: {name}, description: It., {needs} }}");
    let files = [
        ("m/a/component.yaml", component("a", "requires: [b]")),
        ("m/b/component.yaml", component("b", "after: [c]")),
        ("m/c/component.yaml", component("c", "requires: [b]")),
    ];
    insta::assert_snapshot!(Catalogue::from_files(files).unwrap_err().to_string(), @"b → c → b: `requires` and `after` form a circle");
}

#[test]
fn names_that_are_taken_or_differ_from_their_folder() {
    let files = [ECHO, ("n/echo/component.yaml", ECHO.1), ("n/other/component.yaml", ECHO.1)];
    insta::assert_snapshot!(faults(&files), @"
        n/other/component.yaml: `name: echo` must equal the name of the folder
        n/echo/component.yaml: component echo is declared in m/echo/component.yaml already
        ");
}

#[test]
fn files_out_of_place() {
    let files =
        [ECHO, ("m/echo/notes.txt", ""), ("m/stray/pod.yaml", POD), ("m/echo/crds/a.yaml.j2", ""), ("a/README.md", "")];
    insta::assert_snapshot!(faults(&files), @"
        m/echo/notes.txt: neither component.yaml, *.yaml, *.json, *.yaml.j2 nor below files/ of a component, nor shared/*.j2
        m/echo/crds/a.yaml.j2: neither component.yaml, *.yaml, *.json, *.yaml.j2 nor below files/ of a component, nor shared/*.j2
        m/stray: there is no component.yaml
        ");
}

#[test]
fn settings_that_mean_nothing() {
    let text = "
name: echo
description: Answers.
when: [spec.a ==, settings.b]
settings:
  a: {}
  b: { default: 1, compute: '1' }
  c: { leaves: true, default: [1] }
  d-e: { default: 1 }
  f: { compute: nodes }
  g: { keep: nonsense }
";
    insta::assert_snapshot!(faults(&[("m/echo/component.yaml", text)]), @"m/echo/component.yaml:11: `nonsense` is not of the form `APIVERSION KIND [NAMESPACE/]NAME#/POINTER` at line 11, column 14");
    let text = text.replace("  g: { keep: nonsense }\n", "");
    insta::assert_snapshot!(faults(&[("m/echo/component.yaml", &text)]), @"
        m/echo/component.yaml: setting a: has no `from`, `keep`, `find`, `compute`, `default` or `certificate`
        m/echo/component.yaml: setting b: has both `default` and `compute`
        m/echo/component.yaml: setting c: `leaves` needs a `default` that is a mapping, and neither `keep` nor `compute`
        m/echo/component.yaml: setting d-e: must be named with letters, digits and `_`, starting with a letter
        m/echo/component.yaml: in `spec.a ==`: syntax error: unexpected end of input, expected expression
        m/echo/component.yaml: in `settings.b`: `settings.b` is neither `spec` nor `facts` nor a function
        m/echo/component.yaml: in `nodes`: `nodes` is neither `spec` nor `facts` nor a function
        ");
}

#[test]
fn templates_that_name_what_is_not_there() {
    let template =
        "a: {{ settings.port }}\nb: {{ spec.port }}\nc: {{ image('echo') }}\nd: {{ include_text('files/a') }}\n";
    insta::assert_snapshot!(faults(&[ECHO, ("m/echo/pod.yaml.j2", template)]), @"
        m/echo/pod.yaml.j2: reads `settings.port`, which is neither a declared setting nor a function
        m/echo/pod.yaml.j2: reads `spec.port`, which is neither a declared setting nor a function
        m/echo/pod.yaml.j2: `echo` is not in images.yaml
        m/echo/pod.yaml.j2: there is no m/echo/files/a
        ");
    insta::assert_snapshot!(faults(&[ECHO, ("m/echo/pod.yaml.j2", "a: 1\nb: {{ 1 +\n")]), @"m/echo/pod.yaml.j2:2: syntax error: unexpected end of input, expected expression");
}

#[test]
fn static_manifests_that_are_not_sound() {
    let files = [
        ECHO,
        ("m/echo/a.yaml", POD),
        ("m/echo/b.yaml", POD),
        ("m/echo/c.yaml", "{ apiVersion: v1, kind: Pod, metadata: { name: lost } }"),
        ("m/echo/d.yaml", "{ apiVersion: v1, kind: Namespace, metadata: { name: n, namespace: n } }"),
        ("m/echo/e.yaml", "{ kind: Pod }"),
        ("m/echo/f.yaml", "a: 1\nb: [\n"),
    ];
    insta::assert_snapshot!(faults(&files), @"
        m/echo/e.yaml: `apiVersion` must be a non-empty string
        m/echo/f.yaml:2: unclosed bracket '[' at line 2, column 4
        m/echo/c.yaml: Pod lost carries no namespace
        m/echo/d.yaml: Namespace n/n is cluster-scoped and carries a namespace
        m/echo/b.yaml: Pod default/echo is in m/echo/a.yaml already
        ");
}

#[test]
fn templates_that_fail_name_file_and_line() {
    insta::assert_snapshot!(compile_faults("a: 1\nb: {{ settings.port.number.low }}\n"), @"m/echo/pod.yaml.j2:2: undefined value: `settings.port.number` is undefined");
    insta::assert_snapshot!(compile_faults("a: 1\nb: {{ image('ec' ~ 'ho') }}\n"), @"m/echo/pod.yaml.j2:2: invalid operation: `echo` is not in images.yaml");
    insta::assert_snapshot!(compile_faults("a: 1\nb: [ {{ settings.port }}\n"), @"m/echo/pod.yaml.j2: what it renders is no YAML: line 2: unclosed bracket '[' at line 2, column 4");
    insta::assert_snapshot!(compile_faults("kind: {{ settings.port }}\n"), @"m/echo/pod.yaml.j2: `apiVersion` must be a non-empty string");
    insta::assert_snapshot!(compile_faults(&format!("{POD}\n---\n{POD}\n")), @"m/echo/pod.yaml.j2: Pod default/echo is in m/echo/pod.yaml.j2 already");
    insta::assert_snapshot!(compile_faults(&POD.replace(", namespace: default", "")), @"m/echo/pod.yaml.j2: Pod echo carries no namespace");
}

#[test]
fn an_overlay_replaces_files_and_images_and_takes_manifests_away() {
    let base = Catalogue::from_files([
        ("images.yaml", "{ echo: { repository: a/echo, tag: v1 }, other: { repository: a/other, tag: v1 } }"),
        ECHO,
        ("m/echo/pod.yaml", POD),
    ]);
    let laid = base.unwrap().overlay([
        ("images.yaml", "{ echo: { repository: b/echo, tag: v2 } }"),
        ("m/echo/pod.yaml", "# none\n"),
        ("m/more/component.yaml", "{ name: more, description: More., requires: [echo] }"),
        ("m/more/pod.yaml", POD),
    ]);
    let catalogue = laid.unwrap();
    assert_eq!(catalogue.images().get("echo").unwrap().tag, "v2");
    assert_eq!(catalogue.images().get("other").unwrap().tag, "v1");
    let compiled = compile(&catalogue, &config(&with_spec(json!({}))), &Facts::default()).unwrap();
    let counts: Vec<usize> = compiled.bundles.iter().map(|bundle| bundle.objects.len()).collect();
    assert_eq!(counts, [0, 1]);
}

#[test]
fn readiness_that_cannot_be_judged_is_told_with_its_lines() {
    let text = "\
name: echo
description: Answers.
readiness:
  Thing.example.org:
    ready: status.phase == 'Running'
    failed: self.status.phase = 'Broken'
    message: now()
  Other.example.org:
    ready: self.status.done
  Deployment.apps:
    ready: 'true'
  things:
    ready: 'true'
";
    let other = "{ name: other, description: It., readiness: { Other.example.org: { ready: self.status.done } } }";
    insta::assert_snapshot!(faults(&[("m/echo/component.yaml", text), ("m/other/component.yaml", other)]), @"
        m/echo/component.yaml:11: readiness of `Deployment.apps`: the kind has a rule of its own
        m/echo/component.yaml:5: readiness of `Thing.example.org`: ready: `status` is not there; the object is `self`
        m/echo/component.yaml:6: readiness of `Thing.example.org`: failed: Syntax error: token recognition error at: '= ' (at column 19)
        m/echo/component.yaml:7: readiness of `Thing.example.org`: message: `now` is no function here
        m/echo/component.yaml:13: readiness of `things`: write a custom kind as KIND.GROUP
        m/other/component.yaml:1: readiness of `Other.example.org`: component echo says it already
        ");
    let unknown = text.replace("    message:", "    massage:");
    assert!(
        faults(&[("m/echo/component.yaml", &unknown)]).starts_with("m/echo/component.yaml:7: unknown field `massage`")
    );
}
