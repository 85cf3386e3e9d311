//! What was measured.

use std::time::Duration;

use crate::contender::Story;
use crate::measure::Taken;
use crate::requests::Requests;

/// What takes longer than this altogether is not repeated.
const LONG: Duration = Duration::from_secs(150);

/// One command of one tool, run several times.
#[derive(Clone, Debug)]
pub struct Row {
    /// Who.
    pub tool: String,
    /// What is done.
    pub story: Story,
    runs: Vec<(Taken, Requests)>,
    /// Why there are no runs, in the words of the tool.
    pub failure: Option<String>,
}

impl Row {
    /// Nothing yet.
    pub fn new(tool: &str, story: Story) -> Self {
        Self { tool: tool.to_owned(), story, runs: Vec::new(), failure: None }
    }

    /// Adds a run.
    pub fn add(&mut self, run: Result<(Taken, Requests), String>) {
        match run {
            Ok(run) => {
                eprintln!(
                    "{}, {}: {:.3} s, {} requests",
                    self.tool,
                    self.story,
                    run.0.wall.as_secs_f64(),
                    run.1.total()
                );
                self.runs.push(run);
            }
            Err(said) => {
                eprintln!("{}, {}: {said}", self.tool, self.story);
                self.failure = Some(said);
            }
        }
    }

    /// Whether it is not run again: it took long, or failed.
    pub fn is_enough(&self) -> bool {
        self.failure.is_some() || self.runs.iter().map(|it| it.0.wall).sum::<Duration>() > LONG
    }

    /// Whether it has figures: at least one run, and none that failed.
    pub fn is_sound(&self) -> bool {
        self.failure.is_none() && !self.runs.is_empty()
    }

    /// How often it was run.
    pub fn rounds(&self) -> usize {
        self.runs.len()
    }

    /// The shortest, the median and the longest time, in seconds.
    pub fn walls(&self) -> [f64; 3] {
        let mut walls: Vec<Duration> = self.runs.iter().map(|it| it.0.wall).collect();
        walls.sort();
        [walls[0], middle(&walls), walls[walls.len() - 1]].map(|it| it.as_secs_f64())
    }

    /// The median time, in seconds.
    pub fn wall(&self) -> f64 {
        self.walls()[1]
    }

    /// The median time of the processors, in seconds.
    pub fn cpu(&self) -> f64 {
        self.median(|it| it.cpu).as_secs_f64()
    }

    /// The median of the largest memory, in MiB.
    pub fn memory(&self) -> f64 {
        self.median(|it| it.memory) as f64 / f64::from(1 << 20)
    }

    /// The requests of the last run.
    pub fn requests(&self) -> &Requests {
        &self.runs[self.runs.len() - 1].1
    }

    fn median<T: Ord + Copy>(&self, of: impl Fn(&Taken) -> T) -> T {
        let mut all: Vec<T> = self.runs.iter().map(|it| of(&it.0)).collect();
        all.sort();
        middle(&all)
    }
}

/// Of an even number the upper one.
fn middle<T: Copy>(sorted: &[T]) -> T {
    sorted[sorted.len() / 2]
}

/// All rows of one latency.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// What is added to each way there and back, in milliseconds.
    pub latency: u64,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// Adds a row that has something to tell.
    pub fn add(&mut self, row: Row) {
        if row.is_sound() || row.failure.is_some() {
            self.rows.push(row);
        }
    }

    /// The sound rows of a story.
    pub fn of(&self, story: Story) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |it| it.story == story && it.is_sound())
    }

    /// The sound row of a tool.
    pub fn find(&self, story: Story, tool: &str) -> Option<&Row> {
        self.of(story).find(|it| it.tool == tool)
    }
}

/// The same plan with so many objects.
#[derive(Clone, Debug)]
pub struct Size {
    /// How many objects are wanted.
    pub objects: usize,
    /// The requests alone.
    pub floor: Row,
    /// The plan.
    pub ks: Row,
    /// The same question to `kubectl diff`, where it was asked.
    pub kubectl: Option<Row>,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// How many objects the catalogue has.
    pub objects: usize,
    /// How often each command was run.
    pub rounds: usize,
    /// The tools, with what they say of their versions.
    pub versions: Vec<(String, String)>,
    /// One for each latency.
    pub comparisons: Vec<Comparison>,
    /// One for each size.
    pub sizes: Vec<Size>,
}
