//! What to do about a fault.

use super::trouble::{Class, LogOf, Trouble};

/// Says what to do, or what to look at next.
pub fn advice(trouble: &Trouble) -> String {
    let named = trouble.pod.as_ref().map(|pod| {
        let namespace = pod.namespace.as_deref().unwrap_or_default();
        (namespace, pod.name.as_str())
    });
    let describe = match named {
        Some((namespace, pod)) => format!("kubectl describe pod -n {namespace} {pod}"),
        None => "kubectl get events".to_owned(),
    };
    let log = |(namespace, pod): (&str, &str)| {
        let container = trouble.container.as_ref().map(|it| format!(" -c {it}")).unwrap_or_default();
        let previous = if trouble.log == Some(LogOf::Previous) { " --previous" } else { "" };
        format!("kubectl logs -n {namespace} {pod}{container}{previous}")
    };
    match trouble.class {
        Class::ImageName => "correct the name of the image, or how it may be pulled".to_owned(),
        Class::Configuration => {
            "make the Secret or the ConfigMap that the container names, or the key in it".to_owned()
        }
        Class::Image => {
            "check the name of the image, and that the nodes reach its registry and may pull from it".to_owned()
        }
        Class::Crash | Class::Ended => match named {
            Some(named) => format!("read more of the log: {}", log(named)),
            None => describe,
        },
        Class::Claim => "check the storage class of the claim and what provides its volumes".to_owned(),
        Class::Unschedulable => {
            "make room on the nodes, or change what the pod asks for: requests, node selector, tolerations".to_owned()
        }
        Class::Refused => "check quotas and admission webhooks of the namespace".to_owned(),
        Class::Start | Class::Other | Class::Slow => format!("look closer: {describe}"),
    }
}
