//! A plan whose questions are asked before it is known what is wanted.

use std::collections::BTreeSet;
use std::sync::Arc;

use ks_model::config::ClusterConfiguration;
use ks_model::{Facts, GroupKind};
use ks_plan::{Catalogue, Desired, Inventory, Lookups, Sieve, compile, lookups};

use crate::cluster::{Cluster, RequestCount};
use crate::observe::{Survey, further_reads, member_reads, survey};
use crate::planned::{Guess, PlanError, PlanOptions, Planned, Wanted, desire, plan_from};
use crate::read_ahead::{ReadAhead, Task};

/// Holds a look at a cluster that is under way on tasks of its own while components are read and compiled.
///
/// It gives the plan that [`plan`](crate::plan) gives, with the same requests, in less time: what the inventory names is
/// listed as soon as it is known, and what the wanted objects take besides is known from compiling them on a guess, while the
/// first answers come in. What the guess does not foresee is read later.
///
/// An object that the inventory names and that stays as it is is dropped as soon as it has been compared: [`Sieve`]. So the memory of a
/// plan follows from what is wanted and what changes, not from what the cluster holds of it.
///
/// # Example
/// ```no_run
/// use std::sync::Arc;
/// use ks_apply::{ConnectOptions, KubeCluster, Outlook, PlanOptions};
///
/// # async fn example(config: &ks_model::ClusterConfiguration) -> Result<(), Box<dyn std::error::Error>> {
/// let cluster = KubeCluster::connect(ConnectOptions::default()).await?;
/// let outlook = Outlook::begin(Arc::new(cluster));
/// let catalogue = ks_plan::Catalogue::embedded()?;
/// let planned = outlook.plan(&catalogue, config, &PlanOptions::default()).await?;
/// # Ok(())
/// # }
/// ```
pub struct Outlook {
    ahead: Arc<ReadAhead>,
    survey: Task<Survey>,
    before: RequestCount,
}

impl Outlook {
    /// Begins to look. Must be called within a tokio runtime; what is under way ends when this is dropped.
    pub fn begin(cluster: Arc<dyn Cluster>) -> Self {
        let before = cluster.requests();
        let ahead = Arc::new(ReadAhead::new(cluster));
        let cluster = Arc::clone(&ahead);
        let survey = Task::begin(async move {
            let survey = survey(&*cluster).await?;
            cluster.expect(member_reads(&survey));
            Ok(survey)
        });
        Self { ahead, survey, before }
    }

    /// Plans a configuration as [`plan`](crate::plan) does.
    ///
    /// # Errors
    /// As `plan`.
    pub async fn plan(
        self,
        catalogue: &Catalogue,
        config: &ClusterConfiguration,
        options: &PlanOptions,
    ) -> Result<Planned, PlanError> {
        let mut guess = compile(catalogue, config, &Facts::default()).ok();
        let desired = guess.as_mut().and_then(|it| Desired::unordered(catalogue, it, Inventory::default()).ok());
        let desired = desired.map(|it| Arc::new(it.with_resolutions(options.resolutions.clone())));
        // This is done at the first use otherwise; there is time for it now.
        desired.iter().for_each(|it| it.read_whole());
        let mut survey = self.survey.end().await?;
        let wanted = lookups(catalogue, config, &survey.facts);
        self.ahead.sift(desired.clone().map(|it| sieve(it, &survey, &wanted, options)));
        if let Some(desired) = &desired {
            self.ahead.expect(further_reads(&survey, desired, &wanted));
        }
        // What settings ask for comes first: what is wanted is compiled, and its graph is drawn, while all others come in.
        let asked = asked(&wanted);
        survey.sightings.note(self.ahead.members(|it| asked.contains(&it.kind)).await?);
        let guess = Guess { compiled: guess, desired };
        let wanted = Wanted { catalogue, config, options };
        let desired = desire(&*self.ahead, &mut survey, guess, wanted).await?;
        survey.sightings.note(self.ahead.members(|_| true).await?);
        self.ahead.sift(None);
        let mut planned = plan_from(&*self.ahead, survey, desired).await?;
        planned.requests = self.ahead.requests().since(self.before);
        Ok(planned)
    }
}

/// The kinds of the objects that are looked up by name.
fn asked(wanted: &Lookups) -> BTreeSet<GroupKind> {
    let secrets = wanted.certificates.iter().map(|it| it.secret.object().kind);
    wanted.kept.iter().map(|it| it.object.kind.clone()).chain(secrets).collect()
}

/// What members are compared with as they come. What settings ask for stays whole.
fn sieve(desired: Arc<Desired>, survey: &Survey, wanted: &Lookups, options: &PlanOptions) -> Sieve {
    let inventory = survey.sightings.inventory(desired.inventory()).flatten();
    let kept = wanted.kept.iter().map(|it| it.object.clone());
    let asked = kept.chain(wanted.certificates.iter().map(|it| it.secret.object()));
    let sieve = Sieve::new(desired, &survey.facts, inventory).keeping(asked);
    if options.for_saving { sieve.for_saving(&survey.facts) } else { sieve }
}
