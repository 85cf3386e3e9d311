//! How much of a random test is run: a share in every test run, all of it in a campaign. See `tests/README.md`.

use std::env;
use std::str::FromStr;

/// The size of a run.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// The seed: same seed, same cases.
    pub seed: u64,
    /// How many cases are run.
    pub cases: usize,
    /// The one part of the run that is wanted, to look at a failure again.
    pub only: Option<u64>,
}

impl Campaign {
    /// What `KS_CAMPAIGN_CASES`, `KS_CAMPAIGN_SEED` and `KS_CAMPAIGN_ONLY` say, or else the share of a usual test run.
    pub fn or_share(cases: usize) -> Self {
        Self {
            seed: read("KS_CAMPAIGN_SEED").unwrap_or(1),
            cases: read("KS_CAMPAIGN_CASES").unwrap_or(cases),
            only: read("KS_CAMPAIGN_ONLY"),
        }
    }

    /// What to type to see one part of this run again.
    pub fn again(&self, part: u64) -> String {
        format!("KS_CAMPAIGN_SEED={} KS_CAMPAIGN_ONLY={part}", self.seed)
    }
}

fn read<T: FromStr>(name: &str) -> Option<T> {
    env::var(name).ok()?.parse().ok()
}
