//! What is applied: the catalogue with everything on, and small applications beside it.

use serde_json::{Value, json};

/// How many objects one application has.
const IN_APPLICATION: usize = 6;
/// How many applications share a namespace.
const IN_NAMESPACE: usize = 100;

/// The files of a component of our own with about so many objects; for each the objects in it.
pub fn synthetic(count: usize) -> Vec<(String, Vec<Value>)> {
    let applications = count / IN_APPLICATION;
    let namespaces = applications.div_ceil(IN_NAMESPACE);
    let namespace =
        |it: usize| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": format!("apps-{it}") } });
    let mut files = vec![("namespaces.yaml".to_owned(), (0..namespaces).map(namespace).collect())];
    for space in 0..namespaces {
        let first = space * IN_NAMESPACE;
        let apps = first..(first + IN_NAMESPACE).min(applications);
        files.push((
            format!("apps-{space}.yaml"),
            apps.flat_map(|it| application(it, &format!("apps-{space}"))).collect(),
        ));
    }
    files
}

fn application(number: usize, namespace: &str) -> [Value; IN_APPLICATION] {
    let name = format!("app-{number}");
    let labels = json!({ "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "apps" });
    let metadata = json!({ "name": name, "namespace": namespace, "labels": labels });
    let role = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name });
    [
        json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata }),
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
            "data": { "settings.yaml": "port: 8080\nlevel: info\n", "number": number.to_string() } }),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": metadata,
            "spec": { "selector": labels, "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }] } }),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata,
            "rules": [{ "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"] }] }),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
            "roleRef": role, "subjects": [{ "kind": "ServiceAccount", "name": name, "namespace": namespace }] }),
        json!({ "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata,
            "spec": { "podSelector": { "matchLabels": labels }, "policyTypes": ["Ingress"],
                "ingress": [{ "ports": [{ "port": 8080, "protocol": "TCP" }] }] } }),
    ]
}
