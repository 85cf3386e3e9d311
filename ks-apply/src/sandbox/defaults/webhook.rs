//! Webhook configurations.

use serde_json::Value;

use super::Filling;
use super::fields::{absent, at, each, mapping};

/// Completes each webhook of a configuration.
pub(super) fn fill(filling: &mut Filling<'_>) {
    let mutating = filling.object["kind"] == "MutatingWebhookConfiguration";
    each(filling.object, "/webhooks", |webhook| fill_webhook(webhook, mutating));
}

fn fill_webhook(webhook: &mut Value, mutating: bool) {
    absent(webhook, &["failurePolicy"], "Fail");
    absent(webhook, &["matchPolicy"], "Equivalent");
    absent(webhook, &["timeoutSeconds"], 10);
    mapping(webhook, &["namespaceSelector"]);
    mapping(webhook, &["objectSelector"]);
    if mutating {
        absent(webhook, &["reinvocationPolicy"], "Never");
    }
    at(webhook, "/clientConfig/service", |service| absent(service, &["port"], 443));
    each(webhook, "/rules", |rule| absent(rule, &["scope"], "*"));
}
