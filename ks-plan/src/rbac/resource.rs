//! The names of kinds in addresses.

use ks_model::GroupKind;

use crate::desired::Desired;

/// The name of a kind in addresses: as its definition among the wanted objects says, else as Kubernetes forms it.
pub(super) fn resource(desired: &Desired, kind: &GroupKind) -> String {
    let defined = desired.definition_of(kind).and_then(|it| it.value().pointer("/spec/names/plural")?.as_str());
    defined.map_or_else(|| plural(&kind.kind.to_lowercase()), str::to_owned)
}

fn plural(kind: &str) -> String {
    let ends = |end: &str| kind.ends_with(end);
    match kind.strip_suffix('y') {
        _ if kind == "endpoints" => kind.to_owned(),
        Some(stem) if !["ay", "ey", "oy"].iter().any(|it| ends(it)) => format!("{stem}ies"),
        _ if ends("s") || ends("x") || ends("ch") => format!("{kind}es"),
        _ => format!("{kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_named_as_kubernetes_names_them() {
        let names = [
            ("networkpolicy", "networkpolicies"),
            ("storageclass", "storageclasses"),
            ("prometheus", "prometheuses"),
            ("ingress", "ingresses"),
            ("endpoints", "endpoints"),
            ("gateway", "gateways"),
            ("pod", "pods"),
        ];
        for (kind, resource) in names {
            assert_eq!(plural(kind), resource);
        }
    }
}
