//! The figures as a table in Markdown, and the same as a plot.

use std::fmt;
use std::time::Duration;

use crate::contender::Story;
use crate::measure::Taken;
use crate::requests::Requests;

/// What takes longer than this altogether is not repeated.
const LONG: Duration = Duration::from_secs(240);

/// One command of one tool, run several times.
pub struct Row {
    tool: String,
    story: Story,
    runs: Vec<(Taken, Requests)>,
}

impl Row {
    /// Nothing yet.
    pub fn new(tool: &str, story: Story) -> Self {
        Self { tool: tool.to_owned(), story, runs: Vec::new() }
    }

    /// Adds a run.
    pub fn add(&mut self, run: (Taken, Requests)) {
        eprintln!("{} {}: {:.2?}, {} requests", self.tool, self.story, run.0.wall, run.1.total());
        self.runs.push(run);
    }

    /// Whether it took so long that it is not run again.
    pub fn is_enough(&self) -> bool {
        self.runs.iter().map(|it| it.0.wall).sum::<Duration>() > LONG
    }

    fn walls(&self) -> [Duration; 3] {
        let mut walls: Vec<Duration> = self.runs.iter().map(|it| it.0.wall).collect();
        walls.sort();
        [walls[0], walls[walls.len() / 2], walls[walls.len() - 1]]
    }

    fn median<T: Ord + Copy>(&self, of: impl Fn(&Taken) -> T) -> T {
        let mut all: Vec<T> = self.runs.iter().map(|it| of(&it.0)).collect();
        all.sort();
        all[all.len() / 2]
    }
}

/// All rows of one latency.
pub struct Table {
    title: String,
    rows: Vec<Row>,
}

impl Table {
    /// Without a row.
    pub fn new(title: String) -> Self {
        Self { title, rows: Vec::new() }
    }

    /// Adds a row that has a run.
    pub fn add(&mut self, row: Row) {
        if !row.runs.is_empty() {
            self.rows.push(row);
        }
    }
}

/// Prints a table for each story, with the ratio to the median of `ks`, and a plot of the medians.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.title)?;
        writeln!(f, "| | tool | wall, median | min to max | to ks | processor | memory | requests |")?;
        writeln!(f, "|---|---|---:|---:|---:|---:|---:|---|")?;
        for story in Story::ALL {
            let rows: Vec<&Row> = self.rows.iter().filter(|it| it.story == story).collect();
            let ours = rows.iter().find(|it| it.tool == "ks").map(|it| it.walls()[1].as_secs_f64());
            for (place, row) in rows.iter().enumerate() {
                let [least, median, most] = row.walls().map(|it| it.as_secs_f64());
                let ratio = ours.map_or_else(String::new, |ours| format!("{:.2}", median / ours));
                let title = if place == 0 { story.to_string() } else { String::new() };
                let (cpu, memory) = (row.median(|it| it.cpu).as_secs_f64(), row.median(|it| it.memory) >> 20);
                let (asked, tool) = (row.runs.last().map(|it| &it.1), &row.tool);
                let asked = asked.map_or_else(String::new, |it| format!("{}: {it}", it.total()));
                let runs = row.runs.len();
                writeln!(
                    f,
                    "| {title} | {tool} | {median:.3} s | {least:.3} to {most:.3} ({runs}) | {ratio} | {cpu:.2} s | {memory} MiB | {asked} |"
                )?;
            }
        }
        for story in Story::ALL {
            let rows: Vec<&Row> = self.rows.iter().filter(|it| it.story == story).collect();
            if rows.len() > 1 {
                let names: Vec<String> = rows.iter().map(|it| format!("{:?}", it.tool)).collect();
                let walls: Vec<String> = rows.iter().map(|it| format!("{:.3}", it.walls()[1].as_secs_f64())).collect();
                writeln!(f, "\n```mermaid\nxychart-beta horizontal\n    title \"{story}, seconds, {}\"", self.title)?;
                writeln!(f, "    x-axis [{}]\n    bar [{}]\n```", names.join(", "), walls.join(", "))?;
            }
        }
        Ok(())
    }
}
