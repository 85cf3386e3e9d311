//! A compile that takes over what an earlier one gave.

use ks_model::Manifest;
use ks_plan::{Catalogue, Compiled, compile, compile_again};

use crate::support::{config, example_with_everything, nodes};

/// All objects in their order.
fn objects(compiled: &Compiled) -> Vec<(String, Manifest)> {
    compiled.bundles.iter().flat_map(|it| &it.objects).map(|it| (it.file.clone(), it.manifest.clone())).collect()
}

/// The files whose objects are the very trees of the earlier compile.
fn taken_over(before: &Compiled, after: &Compiled) -> Vec<String> {
    let (before, after) = (objects(before), objects(after));
    let is_taken = |(_, it): &&(String, Manifest)| before.iter().any(|(_, old)| old.is_copy_of(it));
    after.iter().filter(is_taken).map(|(file, _)| file.clone()).collect()
}

#[test]
fn a_file_is_rendered_again_only_where_it_reads_what_changed() {
    let text = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: NAME, namespace: default }, data: { a: A } }";
    let map = |name: &str, value: &str| text.replace("NAME", name).replace("{ a: A }", value);
    let catalogue = Catalogue::from_files([
        (
            "m/echo/component.yaml",
            "{ name: echo, description: Answers., settings: { port: { default: 80 },
                pods: { compute: facts.nodes }, size: { default: { of: { a: 1 } } } } }",
        ),
        ("m/echo/asks.yaml.j2", &map("asks", "{ a: {{ server_at_least('1.20') | string | tojson }} }")),
        ("m/echo/fixed.yaml", &map("fixed", "{ a: b }")),
        ("m/echo/pods.yaml.j2", &map("pods", "{ a: '{{ settings.pods }}' }")),
        ("m/echo/port.yaml.j2", &map("port", "{ a: '{{ settings.port }}-{{ settings.size.of.a }}' }")),
    ]);
    let (catalogue, config) = (catalogue.unwrap(), config(&example_with_everything()));
    let few = compile(&catalogue, &config, &nodes(1)).unwrap();
    let many = compile_again(few.clone(), &catalogue, &config, &nodes(5)).unwrap();
    assert_eq!(taken_over(&few, &many), ["m/echo/asks.yaml.j2", "m/echo/fixed.yaml", "m/echo/port.yaml.j2"]);
    assert_eq!(objects(&many), objects(&compile(&catalogue, &config, &nodes(5)).unwrap()));

    let mut newer = nodes(5);
    newer.version.minor = 1;
    let old = compile_again(many.clone(), &catalogue, &config, &newer).unwrap();
    assert_eq!(taken_over(&many, &old), ["m/echo/fixed.yaml", "m/echo/pods.yaml.j2", "m/echo/port.yaml.j2"]);
    assert_eq!(objects(&old), objects(&compile(&catalogue, &config, &newer).unwrap()));
}

#[test]
fn what_is_taken_over_is_what_would_be_rendered() {
    let (catalogue, config) = (Catalogue::embedded().unwrap(), config(&example_with_everything()));
    let guess = compile(&catalogue, &config, &Default::default()).unwrap();
    let again = compile_again(guess, &catalogue, &config, &nodes(3)).unwrap();
    let anew = compile(&catalogue, &config, &nodes(3)).unwrap();
    assert_eq!(objects(&again), objects(&anew));
    assert_eq!(again.closed, anew.closed);
}
