//! Rights as a table: what is done with which resource, and the rules that say so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

type Verbs = BTreeSet<&'static str>;

/// Every resource of every group, as a rule names it.
const EVERYTHING: &str = "*";

/// What is done with one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    /// What is done with all objects of it.
    all: Verbs,
    /// What is done with single ones, by their names.
    named: BTreeMap<String, Verbs>,
}

/// What is done with which resource, by API group and name in addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows(BTreeMap<(String, String), Row>);

impl Rows {
    /// Adds what is done with all objects of a resource.
    pub(super) fn all(&mut self, group: &str, resource: String, verbs: &[&'static str]) {
        self.0.entry((group.to_owned(), resource)).or_default().all.extend(verbs);
    }

    /// Adds what is done with one object of a resource.
    pub(super) fn named(&mut self, group: &str, resource: String, name: &str, verbs: &[&'static str]) {
        let row = self.0.entry((group.to_owned(), resource)).or_default();
        row.named.entry(name.to_owned()).or_default().extend(verbs);
    }

    /// Adds what is done with all objects of every resource there is.
    pub(super) fn everything(&mut self, verbs: &[&'static str]) {
        self.all(EVERYTHING, EVERYTHING.to_owned(), verbs);
    }

    /// Whether a rule for all objects of a resource, or for everything, allows a verb.
    fn allows(&self, key: &(String, String), verb: &str) -> bool {
        self.0.get(key).is_some_and(|it| it.all.contains(verb)) || self.of_everything(verb)
    }

    /// Whether a rule for everything allows a verb.
    fn of_everything(&self, verb: &str) -> bool {
        let key = (EVERYTHING.to_owned(), EVERYTHING.to_owned());
        self.0.get(&key).is_some_and(|it| it.all.contains(verb))
    }

    /// Each thing that is done, by itself: group, resource, verb, and the object where only one is meant. What `wider` does
    /// everywhere is left out.
    pub(super) fn needs<'a>(
        &'a self,
        wider: Option<&'a Self>,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a str, Option<&'a String>)> {
        self.0.iter().flat_map(move |(key, row)| {
            let (group, resource) = key;
            let is_given = move |verb: &str| wider.is_some_and(|it| it.allows(key, verb));
            let all = row.all.iter().filter(move |it| !is_given(it)).map(|it| (*it, None));
            let named = row.named.iter().flat_map(move |(name, verbs)| {
                let own = verbs.iter().filter(move |it| !is_given(it) && !row.all.contains(**it));
                own.map(move |it| (*it, Some(name)))
            });
            all.chain(named).map(move |(verb, name)| (group.as_str(), resource.as_str(), verb, name))
        })
    }

    /// Rules that allow just this. Resources of one group with the same verbs stand together; so do names. What `wider` allows
    /// everywhere is left out, and so is what a rule for everything allows.
    pub(super) fn rules(&self, wider: Option<&Self>) -> Vec<Value> {
        let mut whole: BTreeMap<(&str, Vec<&str>), Vec<&str>> = BTreeMap::new();
        let mut single: BTreeMap<(&str, &str, Vec<&str>), Vec<&str>> = BTreeMap::new();
        for (key, row) in &self.0 {
            let (group, resource) = key;
            let is_given = |verb: &str| wider.is_some_and(|it| it.allows(key, verb));
            let is_wider = |verb: &str| resource != EVERYTHING && self.of_everything(verb);
            let all = row.all.iter().copied().filter(|it| !is_given(it) && !is_wider(it));
            let all: Vec<&str> = all.collect();
            if !all.is_empty() {
                whole.entry((group, all)).or_default().push(resource);
            }
            for (name, verbs) in &row.named {
                let verbs = verbs.iter().copied().filter(|it| !is_given(it) && !self.allows(key, it));
                let verbs: Vec<&str> = verbs.collect();
                if !verbs.is_empty() {
                    single.entry((group, resource, verbs)).or_default().push(name);
                }
            }
        }
        let whole = whole
            .into_iter()
            .map(|((group, verbs), resources)| json!({ "apiGroups": [group], "resources": resources, "verbs": verbs }));
        let single = single.into_iter().map(|((group, resource, verbs), names)| {
            json!({ "apiGroups": [group], "resources": [resource], "verbs": verbs, "resourceNames": names })
        });
        whole.chain(single).collect()
    }
}
