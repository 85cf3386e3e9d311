//! The tools, and what a user of each types.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::delay::Delay;
use crate::measure::Step;
use crate::stage::Stage;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// Everything, on a cluster without it; nothing is waited for that is not needed to get the next object taken.
    Install,
    /// The same until everything is ready.
    InstallReady,
    /// A look at what would change, where nothing would.
    Plan,
    /// A look at what would change after a change to the input.
    PlanChange,
    /// An apply where nothing changes.
    Apply,
}

impl Story {
    /// In the order of the table.
    pub const ALL: [Self; 5] = [Self::Plan, Self::PlanChange, Self::Apply, Self::Install, Self::InstallReady];
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Install => "first install, no waits",
            Self::InstallReady => "first install until ready",
            Self::Plan => "plan, unchanged",
            Self::PlanChange => "plan, one change",
            Self::Apply => "apply, unchanged",
        })
    }
}

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Ks,
    Kubectl,
    Helm,
    Kapp,
    Nelm,
    Kluctl,
}

/// A tool that was found, with what it works on.
pub struct Contender {
    tool: Tool,
    program: PathBuf,
    folder: PathBuf,
    has_helm_diff: bool,
}

impl Contender {
    /// `ks`, and the tools that are on PATH.
    pub fn found(stage: &Stage) -> Vec<Self> {
        let tools = [
            (Tool::Kubectl, "kubectl"),
            (Tool::Helm, "helm"),
            (Tool::Kapp, "kapp"),
            (Tool::Nelm, "nelm"),
            (Tool::Kluctl, "kluctl"),
        ];
        let others = tools.into_iter().filter_map(|(tool, name)| Some(Self::new(tool, on_path(name)?, stage)));
        std::iter::once(Self::ks(stage)).chain(others).collect()
    }

    /// The one that is compared with the others.
    pub fn ks(stage: &Stage) -> Self {
        Self::new(Tool::Ks, stage.ks().to_owned(), stage)
    }

    fn new(tool: Tool, program: PathBuf, stage: &Stage) -> Self {
        let has_helm_diff = tool == Tool::Helm && answer(&program, &["diff", "version"]).is_some();
        Self { tool, program, folder: stage.folder().to_owned(), has_helm_diff }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self.tool {
            Tool::Ks => "ks",
            Tool::Kubectl => "kubectl",
            Tool::Helm => "helm",
            Tool::Kapp => "kapp",
            Tool::Nelm => "nelm",
            Tool::Kluctl => "kluctl",
        }
    }

    /// Whether it is the one that is compared with the others.
    pub fn is_ks(&self) -> bool {
        self.tool == Tool::Ks
    }

    /// What it says of its version.
    pub fn version(&self) -> String {
        let arguments: &[&str] = match self.tool {
            Tool::Ks => &["--version"],
            Tool::Kubectl => &["version", "--client"],
            Tool::Helm => &["version", "--short"],
            Tool::Kapp | Tool::Nelm | Tool::Kluctl => &["version"],
        };
        let told = answer(&self.program, arguments).unwrap_or_default();
        told.lines().next().unwrap_or_default().to_owned()
    }

    /// Whether it does that.
    pub fn can(&self, story: Story) -> bool {
        match (self.tool, story) {
            (Tool::Helm, Story::Plan | Story::PlanChange) => self.has_helm_diff,
            (Tool::Ks, Story::InstallReady) => true,
            (_, Story::InstallReady) => false,
            _ => true,
        }
    }

    /// What a user types.
    pub fn command(&self, story: Story, way: &Delay) -> Vec<Step> {
        let changed = story == Story::PlanChange;
        let prefix = if changed { "changed-" } else { "" };
        let (objects, chart) = (format!("{prefix}objects.yaml"), format!("./{prefix}chart"));
        let text = match (self.tool, story) {
            (Tool::Ks, Story::Plan) => "plan -f cc.yaml --manifests own".to_owned(),
            (Tool::Ks, Story::PlanChange) => "plan -f changed-cc.yaml --manifests own".to_owned(),
            (Tool::Ks, Story::Install) => "apply --yes --wait=false -f cc.yaml --manifests own".to_owned(),
            (Tool::Ks, _) => "apply --yes -f cc.yaml --manifests own".to_owned(),
            (Tool::Kubectl, Story::Plan | Story::PlanChange) => format!("diff --server-side -f {objects}"),
            (Tool::Kubectl, Story::Apply) => format!("apply --server-side -f {objects}"),
            (Tool::Kubectl, _) => {
                let definitions = "apply --server-side -f definitions.yaml";
                let wait = "wait --for=condition=Established -f definitions.yaml";
                return self.steps(&[definitions, wait, &format!("apply --server-side -f {objects}")], way);
            }
            (Tool::Helm, Story::Plan | Story::PlanChange) => format!("diff upgrade peers {chart} -n default"),
            (Tool::Helm, _) => format!("upgrade --install peers {chart} -n default"),
            (Tool::Kapp, Story::Plan | Story::PlanChange) => {
                format!("deploy -a peers -n default -f {objects} --diff-run --diff-changes")
            }
            (Tool::Kapp, _) => format!("deploy -a peers -n default -f {objects} --yes --wait=false"),
            (Tool::Nelm, Story::Plan | Story::PlanChange) => {
                format!("release plan install -r peers -n default {chart}")
            }
            (Tool::Nelm, _) => format!("release install -r peers -n default {chart}"),
            (Tool::Kluctl, Story::Plan | Story::PlanChange) => format!("diff --project-dir {prefix}kluctl -t peers"),
            (Tool::Kluctl, _) => format!("deploy --project-dir {prefix}kluctl -t peers --yes --no-wait"),
        };
        self.steps(&[&text], way)
    }

    /// A look of kubectl at what would change, where nothing would, as the manager that has applied everything: any other would
    /// have conflicts with that one.
    pub fn diff_as(&self, manager: &str, way: &Delay) -> Vec<Step> {
        self.steps(&[&format!("diff --server-side --field-manager={manager} -f objects.yaml")], way)
    }

    /// A first install of ks with so many writes at once.
    pub fn install_with(&self, concurrency: usize, waits: bool, way: &Delay) -> Vec<Step> {
        let text = format!("apply --yes --wait={waits} -f cc.yaml --manifests own --concurrency {concurrency}");
        self.steps(&[&text], way)
    }

    fn steps(&self, texts: &[&str], way: &Delay) -> Vec<Step> {
        let variable = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        let step = |text: &&str| Step {
            program: self.program.display().to_string(),
            arguments: text.split(' ').map(str::to_owned).collect(),
            variables: vec![
                variable("HOME", &self.folder),
                variable("KUBECONFIG", &way.kubeconfig()),
                ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
                ("HELM_PLUGINS".to_owned(), std::env::var("HELM_PLUGINS").unwrap_or_default()),
            ],
            folder: self.folder.clone(),
            // With 1, kubectl diff says that something would change.
            codes: if self.tool == Tool::Kubectl && text.starts_with("diff") { vec![0, 1] } else { vec![0] },
        };
        texts.iter().map(step).collect()
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|it| it.join(program)).find(|it| it.is_file())
}

fn answer(program: &Path, arguments: &[&str]) -> Option<String> {
    let run = Command::new(program).args(arguments).output().ok().filter(|it| it.status.success())?;
    Some(String::from_utf8_lossy(&run.stdout).trim().to_owned())
}
