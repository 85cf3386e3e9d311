//! Services: ports, families, and an address of their own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Filling;
use super::fields::{absent, at, each, mapping, omit_empty};
use crate::sandbox::object;
use crate::sandbox::state::{State, scatter};

/// The first port that a node opens for a Service, and how many there are.
const NODE_PORTS: (u64, u64) = (30_000, 2_768);

/// Completes a Service.
pub(super) fn fill(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", |spec| omit_empty(spec, &["externalIPs", "loadBalancerSourceRanges", "selector"]));
    absent(filling.object, &["spec", "sessionAffinity"], "None");
    absent(filling.object, &["spec", "type"], "ClusterIP");
    each(filling.object, "/spec/ports", |port| {
        omit_empty(port, &["name"]);
        absent(port, &["protocol"], "TCP");
        let number = port["port"].clone();
        absent(port, &["targetPort"], number);
    });
    if filling.object["spec"]["sessionAffinity"] == "ClientIP" {
        absent(filling.object, &["spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"], 10800);
    } else {
        object::mapping_mut(filling.object, &["spec"]).shift_remove("sessionAffinityConfig");
    }
    if filling.object["spec"]["type"] != "ExternalName" {
        give_addresses(filling);
    }
    if matches!(object::text(filling.object, "/spec/type"), "NodePort" | "LoadBalancer") {
        open_to_the_outside(filling);
    }
    mapping(filling.object, &["status", "loadBalancer"]);
}

fn give_addresses(filling: &mut Filling<'_>) {
    if let Some(live) = filling.live {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            if let Some(value) = live["spec"].get(field) {
                absent(filling.object, &["spec", field], value.clone());
            }
        }
    }
    if object::text(filling.object, "/spec/clusterIP").is_empty() {
        let taken = filling.state.of_kind("", "Service").map(|(_, it)| object::text(it, "/spec/clusterIP")).collect();
        let address = free_address(filling.state, &taken);
        object::mapping_mut(filling.object, &["spec"]).insert("clusterIP".into(), address.into());
    }
    let address = filling.object["spec"]["clusterIP"].clone();
    let headless_without_selector = address == "None" && filling.object["spec"].get("selector").is_none();
    absent(filling.object, &["spec", "clusterIPs"], json!([address]));
    absent(filling.object, &["spec", "internalTrafficPolicy"], "Cluster");
    if headless_without_selector {
        absent(filling.object, &["spec", "ipFamilyPolicy"], "RequireDualStack");
        absent(filling.object, &["spec", "ipFamilies"], json!(["IPv4", "IPv6"]));
    }
    absent(filling.object, &["spec", "ipFamilies"], json!(["IPv4"]));
    absent(filling.object, &["spec", "ipFamilyPolicy"], "SingleStack");
}

fn open_to_the_outside(filling: &mut Filling<'_>) {
    absent(filling.object, &["spec", "externalTrafficPolicy"], "Cluster");
    if filling.object["spec"]["type"] == "LoadBalancer" {
        absent(filling.object, &["spec", "allocateLoadBalancerNodePorts"], true);
    }
    let before = filling.live.map_or(Value::Null, |live| live["spec"]["ports"].clone());
    let mut taken: BTreeSet<u64> = filling
        .state
        .of_kind("", "Service")
        .flat_map(|(_, service)| object::items(service, "/spec/ports"))
        .filter_map(|port| port["nodePort"].as_u64())
        .collect();
    let state = filling.state;
    each(filling.object, "/spec/ports", |port| {
        let same = |old: &&Value| old["port"] == port["port"] && old["protocol"] == port["protocol"];
        let kept = before.as_array().and_then(|ports| ports.iter().find(same)).and_then(|old| old["nodePort"].as_u64());
        let number = kept.unwrap_or_else(|| free_port(state, &taken));
        absent(port, &["nodePort"], number);
        taken.insert(number);
    });
}

fn free_address(state: &State, taken: &BTreeSet<&str>) -> String {
    let address = |step: u64| {
        let bits = scatter(state.revision().wrapping_mul(31).wrapping_add(step));
        format!("10.96.{}.{}", bits % 256, 1 + (bits >> 8) % 254)
    };
    (0..1_000).map(address).find(|it| !taken.contains(it.as_str())).unwrap_or_else(|| address(0))
}

fn free_port(state: &State, taken: &BTreeSet<u64>) -> u64 {
    let (first, count) = NODE_PORTS;
    let start = scatter(state.revision()) % count;
    (0..count).map(|step| first + (start + step) % count).find(|it| !taken.contains(it)).unwrap_or(first)
}
