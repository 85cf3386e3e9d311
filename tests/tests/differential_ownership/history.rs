//! How a live object comes about: writes of several managers, of all forms.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, DesiredObject, Manifest, Ownership};
use ks_plan::{Desired, Inventory};
use ks_tests::control_plane::{Patch, Writer};
use ks_tests::random::Random;
use serde_json::{Value, json};

use super::drawing::{any_value, derive, draw, set};
use super::kinds::{Kind, Part};

/// One object under test.
pub struct Subject<'a> {
    /// Sends the requests.
    pub writer: &'a Writer,
    /// The kind of the object.
    pub kind: &'a Kind,
    /// Its name.
    pub name: String,
    /// How much of it is meant to be ours.
    pub ownership: Ownership,
}

impl Subject<'_> {
    /// The path of the object with a query.
    pub fn at(&self, query: &str) -> String {
        format!("{}/{}{query}", self.kind.collection(), self.name)
    }

    /// What ks makes of an object that is wanted: the manifest without nulls, marked as a member, and its definition beside it.
    ///
    /// Nothing when it is no object, or a definition that cannot be read: such a thing gets no plan.
    pub fn desired(&self, object: &Value) -> Option<Desired> {
        let manifest = Manifest::parse(object.clone()).ok()?;
        let mut wanted = DesiredObject::new(manifest, "objects.yaml", BTreeSet::new());
        wanted.ownership = self.ownership;
        let definition = self.kind.definition.clone();
        let definition = definition.map(|it| DesiredObject::new(it, "objects.yaml", BTreeSet::new()));
        let objects = definition.into_iter().chain([wanted]).collect();
        let bundle = Bundle::new("subject".parse().unwrap(), objects);
        Desired::new(vec![bundle], Vec::new(), BTreeMap::new(), Inventory::default()).ok()
    }

    /// The manifest of the object under test.
    pub fn manifest<'a>(&self, desired: &'a Desired) -> &'a Manifest {
        desired.manifests().find(|it| it.object().name == self.name && it.object().kind.kind == self.kind.name).unwrap()
    }

    /// Applies as ks does.
    pub async fn apply(&self, object: &Value, force: bool) -> bool {
        let Some(desired) = self.desired(object) else { return false };
        let query = format!("?fieldManager=ks&fieldValidation=Strict&force={force}");
        self.writer.patch(&self.at(&query), Patch::Apply, self.manifest(&desired).value()).await.is_ok()
    }

    /// Reads the object.
    pub async fn live(&self) -> Option<Value> {
        self.writer.get(&self.at("")).await.unwrap()
    }

    /// Takes the object away, finalizers or not.
    pub async fn remove(&self) {
        let patch = json!({ "metadata": { "finalizers": null } });
        let _ = self.writer.patch(&self.at(""), Patch::Merge, &patch).await;
        self.writer.delete(&self.at("?gracePeriodSeconds=0")).await.unwrap();
    }

    /// Makes the object and lets several managers write to it. Gives what ks applied last; nothing when the server
    /// takes none of what was drawn.
    pub async fn live_through(&self, random: &mut Random) -> Option<Value> {
        let mut applied = None;
        for attempt in 0..6 {
            let drawn = draw(random, self.kind, &self.name, 12 / (attempt + 1));
            let is_ours = self.ownership == Ownership::Whole || self.by_another(&drawn, "creator", false).await;
            if is_ours && self.apply(&drawn, true).await {
                applied = Some(drawn);
                break;
            }
        }
        let mut applied = applied?;
        for _ in 0..random.below(5) {
            let Some(live) = self.live().await else { break };
            if random.percent(30) {
                let drawn = derive(random, self.kind, &applied, &live);
                if self.apply(&drawn, random.percent(50)).await {
                    applied = drawn;
                }
            } else {
                self.write(random, &applied, &live).await;
            }
        }
        Some(applied)
    }

    async fn by_another(&self, object: &Value, manager: &str, force: bool) -> bool {
        let query = format!("?fieldManager={manager}&force={force}");
        self.writer.patch(&self.at(&query), Patch::Apply, object).await.is_ok()
    }

    /// One write of somebody else. Refusals are part of life.
    pub async fn write(&self, random: &mut Random, applied: &Value, live: &Value) {
        let force = random.percent(40);
        match random.below(12) {
            0..=2 => drop(self.by_another(&self.few_fields(random, applied), "other", force).await),
            3 | 4 => drop(self.by_another(&derive(random, self.kind, applied, live), "second", force).await),
            5 | 6 => {
                let patch = self.few_fields(random, applied);
                let _ = self.writer.patch(&self.at("?fieldManager=kubectl-edit"), Patch::Merge, &patch).await;
            }
            7 | 8 => {
                let mut object = live.clone();
                for _ in 0..=random.below(2) {
                    let part = random.choose(&self.kind.parts);
                    set(&mut object, &part.0, any_value(random, part));
                }
                let _ = self.writer.replace(&self.at("?fieldManager=kubectl-replace"), &object).await;
            }
            9 if random.percent(30) => {
                let mut object = live.clone();
                object["metadata"]["managedFields"] = if random.percent(50) { json!([{}]) } else { json!([]) };
                let _ = self.writer.replace(&self.at("?fieldManager=reset"), &object).await;
            }
            _ => self.write_status(random).await,
        }
    }

    async fn write_status(&self, random: &mut Random) {
        let mut patch = json!({});
        for part in &self.kind.status {
            set(&mut patch, &part.0, any_value(random, part));
        }
        let path = self.at("/status?fieldManager=controller");
        let _ = self.writer.patch(&path, Patch::Merge, &patch).await;
    }

    /// The identity with a few fields, drawn anew or as ks has them.
    pub fn few_fields(&self, random: &mut Random, applied: &Value) -> Value {
        let mut object = json!({
            "apiVersion": self.kind.api_version, "kind": self.kind.name, "metadata": { "name": self.name },
        });
        if let Some(namespace) = self.kind.namespace {
            object["metadata"]["namespace"] = namespace.into();
        }
        // An item of a list cannot be named by its place in an object of its own.
        let is_plain = |part: &&Part| !part.0.split('/').any(|step| step.parse::<usize>().is_ok());
        let parts: Vec<&Part> = self.kind.parts.iter().filter(is_plain).collect();
        for _ in 0..=random.below(3) {
            let part = *random.choose(&parts);
            match applied.pointer(&part.0).filter(|_| random.percent(60)) {
                Some(same) => set(&mut object, &part.0, same),
                None => set(&mut object, &part.0, any_value(random, part)),
            }
        }
        object
    }
}
