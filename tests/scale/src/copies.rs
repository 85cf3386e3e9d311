//! The catalogue once more, under other names.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, ComponentName, DesiredObject, Manifest, Ownership};
use serde_json::{Value, json};

/// At most `count` objects of a further round: those that belong to `ks`, but for the definitions of custom kinds, which are what the
/// copies of their objects need as well.
pub(crate) fn of(originals: &[Bundle], round: usize, count: usize) -> Vec<Bundle> {
    let names = Names::of(originals, round);
    let mut left = count;
    let homes = names.foreign.iter().map(|name| names.home(name)).collect();
    let room = Bundle::new(names.component("room"), homes);
    let copies = originals.iter().map(|it| names.bundle(it));
    let mut bundles: Vec<Bundle> = [room].into_iter().chain(copies).collect();
    for bundle in &mut bundles {
        bundle.objects.truncate(left);
        left -= bundle.objects.len();
    }
    bundles.retain(|it| !it.objects.is_empty());
    bundles
}

/// What is called otherwise in this round.
struct Names {
    round: usize,
    /// Namespaces that the originals live in, made by them or not.
    namespaces: BTreeSet<String>,
    /// Those that they do not make.
    foreign: BTreeSet<String>,
    /// Names without a namespace.
    cluster: BTreeSet<String>,
    components: BTreeMap<ComponentName, ComponentName>,
}

fn copied(bundle: &Bundle) -> impl Iterator<Item = &DesiredObject> {
    let is_definition =
        |it: &DesiredObject| it.manifest.object().kind.is("apiextensions.k8s.io", "CustomResourceDefinition");
    bundle.objects.iter().filter(move |it| it.ownership == Ownership::Whole && !is_definition(it))
}

impl Names {
    fn of(originals: &[Bundle], round: usize) -> Self {
        let objects = || originals.iter().flat_map(copied).map(|it| it.manifest.object());
        let named = |is_home: bool| {
            let all = objects().filter(|it| it.namespace.is_none());
            all.filter(move |it| it.kind.is("", "Namespace") == is_home).map(|it| it.name.clone())
        };
        let made: BTreeSet<String> = named(true).collect();
        let lived: BTreeSet<String> = objects().filter_map(|it| it.namespace.clone()).collect();
        let component = |it: &Bundle| (it.component.clone(), renamed(&it.component, round));
        Self {
            round,
            foreign: lived.difference(&made).cloned().collect(),
            namespaces: lived.union(&made).cloned().collect(),
            cluster: named(false).collect(),
            components: originals.iter().map(component).collect(),
        }
    }

    fn component(&self, name: &str) -> ComponentName {
        format!("{name}-{}", self.round).parse().expect("a name with a number is a name")
    }

    fn home(&self, name: &str) -> DesiredObject {
        let name = self.numbered(name);
        let home = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        let home = Manifest::parse(home).expect("a namespace is an object");
        DesiredObject::new(home, "copies.yaml", BTreeSet::new())
    }

    fn numbered(&self, name: &str) -> String {
        format!("{name}-{}", self.round)
    }

    fn bundle(&self, original: &Bundle) -> Bundle {
        let others = |names: &BTreeSet<ComponentName>| {
            names.iter().map(|it| self.components.get(it).unwrap_or(it).clone()).collect()
        };
        let mut bundle = original.clone();
        bundle.component = renamed(&original.component, self.round);
        bundle.requires = others(&original.requires);
        bundle.after = others(&original.after);
        bundle.objects = copied(original).map(|it| self.object(it)).collect();
        bundle
    }

    fn object(&self, original: &DesiredObject) -> DesiredObject {
        let mut value = original.manifest.value().clone();
        self.rename(&mut value, "");
        let manifest = Manifest::parse(value).expect("another name makes no other object");
        let mut object = original.clone();
        object.manifest = manifest;
        object
    }

    /// Namespaces are renamed wherever they are named alone, other names where an object without a namespace is named.
    fn rename(&self, value: &mut Value, field: &str) {
        match value {
            Value::Object(map) => map.iter_mut().for_each(|(name, value)| self.rename(value, name)),
            Value::Array(items) => items.iter_mut().for_each(|it| self.rename(it, field)),
            Value::String(text)
                if self.namespaces.contains(text) || (field == "name" && self.cluster.contains(text)) =>
            {
                *text = self.numbered(text);
            }
            _ => {}
        }
    }
}

fn renamed(component: &ComponentName, round: usize) -> ComponentName {
    format!("{component}-{round}").parse().expect("a name with a number is a name")
}
