//! Namespaces: each gets the account and the certificate that pods expect.

use serde_json::json;

use super::World;
use crate::sandbox::object;

const MANAGER: &str = "kube-controller-manager";

/// Makes the default ServiceAccount and the root certificate of namespaces that lack them.
pub(super) fn step(world: &mut World<'_>) {
    for namespace in world.all("", "Namespace") {
        if object::is_terminating(&namespace) {
            continue;
        }
        let name = object::text(&namespace, "/metadata/name");
        if world.find("", "ServiceAccount", name, "default").is_none() {
            let metadata = json!({ "name": "default", "namespace": name });
            world.write(MANAGER, &json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata }));
        }
        if world.find("", "ConfigMap", name, "kube-root-ca.crt").is_none() {
            world.write(
                MANAGER,
                &json!({
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": { "name": "kube-root-ca.crt", "namespace": name },
                    "data": { "ca.crt": "no certificate: the sandbox speaks no TLS\n" },
                }),
            );
        }
    }
}
