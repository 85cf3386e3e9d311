//! Rights as objects: roles and their bindings.

use serde_json::{Value, json};

use super::{RBAC, Rights};

/// Who gets the rights.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A user, as the API server knows them.
    User(String),
    /// A ServiceAccount.
    ServiceAccount {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

impl Subject {
    fn document(&self) -> Value {
        match self {
            Self::User(name) => json!({ "kind": "User", "apiGroup": RBAC, "name": name }),
            Self::ServiceAccount { namespace, name } => {
                json!({ "kind": "ServiceAccount", "namespace": namespace, "name": name })
            }
        }
    }
}

impl Rights {
    /// The roles and their bindings: one ClusterRole, and a Role for each namespace.
    pub fn documents(&self, name: &str, subject: &Subject) -> Vec<Value> {
        let cluster = ("ClusterRole", None, self.cluster.rules(None));
        let namespaced =
            self.namespaces.iter().map(|(place, rows)| ("Role", Some(place), rows.rules(Some(&self.cluster))));
        let all = [cluster].into_iter().chain(namespaced).filter(|(.., rules)| !rules.is_empty());
        let documents = all.flat_map(|(role, place, rules)| {
            let mut metadata = json!({ "name": name });
            if let Some(place) = place {
                metadata["namespace"] = json!(place);
            }
            let api_version = format!("{RBAC}/v1");
            let reference = json!({ "apiGroup": RBAC, "kind": role, "name": name });
            let binding = format!("{role}Binding");
            [
                json!({ "apiVersion": api_version, "kind": role, "metadata": metadata, "rules": rules }),
                json!({ "apiVersion": api_version, "kind": binding, "metadata": metadata, "roleRef": reference,
                    "subjects": [subject.document()] }),
            ]
        });
        documents.collect()
    }
}
