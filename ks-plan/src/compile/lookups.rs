//! What has to be looked up in a cluster before a configuration can be compiled for it.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::config::ClusterConfiguration;
use ks_model::{CertificateRequest, Facts, LiveField, LiveSearch};

use super::{Inputs, gate};
use crate::catalogue::Catalogue;

/// Lists live values that the settings of components ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lookups {
    /// Fields of single objects that are kept when the configuration is silent.
    pub kept: BTreeSet<LiveField>,
    /// Fields of all objects of a kind.
    pub searches: BTreeSet<LiveSearch>,
    /// Certificates, which have to be judged.
    pub certificates: BTreeSet<CertificateRequest>,
}

/// Collects what the components ask for that a configuration switches on in a cluster of which `facts` are known
/// so far. What is off costs no request.
///
/// # Example
/// ```
/// use ks_model::Facts;
/// use ks_model::config::{ClusterConfiguration, Source};
/// use ks_plan::{Catalogue, lookups};
///
/// let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
///     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} }"#;
/// let config = ClusterConfiguration::parse(&Source::new("cc.json", text))?.config;
/// let wanted = lookups(&Catalogue::embedded()?, &config, &Facts::default());
/// assert!(wanted.kept.iter().any(|field| field.pointer == "/spec/retention"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lookups(catalogue: &Catalogue, configuration: &ClusterConfiguration, facts: &Facts) -> Lookups {
    let inputs = Inputs::new(catalogue, configuration, facts);
    let mut closed = BTreeMap::new();
    let mut wanted = Lookups::default();
    for component in catalogue.in_order() {
        match gate::closed_gate(component, &inputs, &closed) {
            Ok(Some(gate)) => {
                closed.insert(component.name.clone(), gate);
            }
            Ok(None) => {
                let rules = || component.settings.values();
                wanted.kept.extend(rules().flat_map(|rule| rule.keep.clone()));
                wanted.searches.extend(rules().filter_map(|rule| rule.find.clone()));
                wanted.certificates.extend(rules().filter_map(|rule| rule.certificate.clone()));
            }
            // Compiling tells it.
            Err(_) => {}
        }
    }
    wanted
}
