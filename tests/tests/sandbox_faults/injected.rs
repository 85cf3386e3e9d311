//! What goes wrong in one run.

use std::time::Duration;

use ks_apply::ClusterError;
use ks_apply::sandbox::FaultPlan;
use ks_tests::random::Random;

/// What every injected error says.
pub const WORDS: &str = "the test says so";

/// The faults of one run: which request meets which, and when the clock of the cluster jumps.
#[derive(Clone, Debug)]
pub struct Injected {
    strikes: Vec<(u64, Strike)>,
    /// Whether the requests are counted from the beginning of the plan on, not from its end.
    pub is_while_planning: bool,
    /// After which time the clock jumps, and how far.
    pub jump: Option<(Duration, Duration)>,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum Strike {
    /// Too many requests (429), with the seconds of its Retry-After.
    TooMany(u64),
    /// An internal error (500).
    Internal,
    /// The server is not available (503).
    Unavailable,
    /// Nobody answers at the address.
    Refused,
    /// No answer in time; whether the server did it.
    TimedOut(bool),
    /// The connection ends; whether the server did it.
    Reset(bool),
    /// The answer comes after so many seconds.
    Late(u64),
    /// A watch misses what happens for so many seconds; it is begun anew then.
    Deaf(u64),
    /// A watch tells first what there was when the faults began.
    Old,
}

impl Injected {
    /// Draws faults among the requests of planning and applying: some single ones, or one that lasts for a while.
    pub fn draw(random: &mut Random, (planning, applying): (u64, u64)) -> Self {
        let is_while_planning = random.percent(25);
        let requests = if is_while_planning { planning + applying } else { applying };
        let anywhere = |random: &mut Random| 1 + random.number() % requests;
        let strikes = if random.percent(30) {
            let (first, strike) = (anywhere(random), Strike::draw(random));
            let length = 2 + random.number() % 40;
            (first..first + length).map(|nth| (nth, strike)).collect()
        } else {
            (0..1 + random.below(12)).map(|_| (anywhere(random), Strike::draw(random))).collect()
        };
        let jump = random.percent(25).then(|| {
            let (after, far) = (random.number() % 3_000, 1 + random.number() % 86_400);
            (Duration::from_millis(after), Duration::from_secs(far))
        });
        Self { strikes, is_while_planning, jump }
    }

    /// The faults, as the sandbox takes them.
    pub fn plan(&self) -> FaultPlan {
        self.strikes.iter().fold(FaultPlan::default(), |plan, (nth, strike)| strike.add(plan, *nth))
    }

    /// Whether many requests in a row are struck.
    pub fn is_lasting(&self) -> bool {
        self.strikes.len() > 1 && self.strikes.windows(2).all(|it| it[0].0 + 1 == it[1].0)
    }

    /// A word for the record.
    pub fn kind(&self) -> &'static str {
        match (self.is_lasting(), self.jump.is_some(), self.is_while_planning) {
            (true, true, _) => "one that lasts, and a jump of the clock",
            (true, false, _) => "one that lasts",
            (false, true, _) => "single ones, and a jump of the clock",
            (false, false, true) => "single ones, from planning on",
            (false, false, false) => "single ones",
        }
    }
}

impl Strike {
    fn draw(random: &mut Random) -> Self {
        match random.below(9) {
            0 => Self::TooMany(1 + random.number() % 40),
            1 => Self::Internal,
            2 => Self::Unavailable,
            3 => Self::Refused,
            4 => Self::TimedOut(random.percent(50)),
            5 => Self::Reset(random.percent(50)),
            6 => Self::Late(1 + random.number() % 60),
            7 => Self::Deaf(1 + random.number() % 120),
            _ => Self::Old,
        }
    }

    fn add(self, plan: FaultPlan, nth: u64) -> FaultPlan {
        let transient = |code: &str, retry_after| ClusterError::Transient {
            action: "ask".to_owned(),
            message: format!("{code}: {WORDS}"),
            retry_after,
        };
        match self {
            Self::TooMany(seconds) => plan.fail_nth(nth, transient("429", Some(seconds))),
            Self::Internal => plan.fail_nth(nth, transient("500", None)),
            Self::Unavailable => plan.fail_nth(nth, transient("503", None)),
            Self::Refused => {
                plan.fail_nth(nth, ClusterError::Unreachable { server: "it".to_owned(), reason: WORDS.to_owned() })
            }
            Self::TimedOut(is_done) => {
                let error = ClusterError::TimedOut { action: WORDS.to_owned(), seconds: 30 };
                if is_done { plan.lose_answer_nth(nth, error) } else { plan.fail_nth(nth, error) }
            }
            Self::Reset(true) => plan.lose_answer_nth(nth, transient("the connection is lost", None)),
            Self::Reset(false) => plan.fail_nth(nth, transient("the connection is lost", None)),
            Self::Late(seconds) => plan.late_nth(nth, Duration::from_secs(seconds)),
            Self::Deaf(seconds) => plan.deafen_nth(nth, Duration::from_secs(seconds)),
            Self::Old => plan.old_news_nth(nth),
        }
    }
}
