//! A state with its file, its time and its faults: what stands between the pure core and the requests.

use std::path::Path;
use std::sync::Arc;

use super::clock::{Clock, Moment};
use super::controllers::{self, World};
use super::error::SandboxError;
use super::fault::FaultPlan;
use super::file::{Stamp, StateFile};
use super::merge::Types;
use super::options::{Pace, SandboxOptions};
use super::seed;
use super::state::{State, scatter};

/// Holds a sandbox between two requests.
pub(super) struct Core {
    pub state: State,
    pub types: Types,
    pub faults: FaultPlan,
    /// The state when the faults were set, where one of them tells old news.
    pub earlier: Option<State>,
    clock: Arc<dyn Clock>,
    pace: Pace,
    controllers: bool,
    file: Option<(StateFile, Option<Stamp>)>,
    /// The definitions that `types` knows.
    known: u64,
}

impl Core {
    /// Makes a sandbox that is gone with the process.
    pub fn in_memory(options: SandboxOptions, clock: Arc<dyn Clock>) -> Self {
        let seed = options.seed.unwrap_or_else(|| scatter(clock.now().0));
        let state = State::new(options.version, seed);
        let mut core = Self::around(state, &options, clock, None);
        let at = core.clock.now();
        let mut world = core.world(at);
        seed::seed(&mut world, options.nodes);
        controllers::settle(&mut world);
        core.catch_up();
        core
    }

    /// Opens the sandbox in a file, and creates it when absent.
    pub fn open(path: &Path, options: SandboxOptions, clock: Arc<dyn Clock>) -> Result<Self, SandboxError> {
        let file = StateFile::at(path);
        let _lock = file.lock()?;
        let Some(stamp) = file.stamp()? else {
            let mut core = Self::in_memory(options, clock);
            core.file = Some((file, None));
            core.save()?;
            return Ok(core);
        };
        let state = file.load()?;
        Ok(Self::around(state, &options, clock, Some((file, Some(stamp)))))
    }

    fn around(
        state: State,
        options: &SandboxOptions,
        clock: Arc<dyn Clock>,
        file: Option<(StateFile, Option<Stamp>)>,
    ) -> Self {
        let (types, known) = (Types::of(&state), state.definitions());
        Self {
            state,
            types,
            faults: options.faults.clone(),
            earlier: None,
            clock,
            pace: options.pace,
            controllers: options.controllers,
            file,
            known,
        }
    }

    /// Names the sandbox.
    pub fn describe(&self) -> String {
        match &self.file {
            Some((file, _)) => format!("sandbox {}", file.path().display()),
            None => "sandbox in memory".to_owned(),
        }
    }

    /// The pace of the controllers.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// Answers a question about the state as it is now.
    pub fn read<T>(&mut self, question: impl FnOnce(&Self) -> T) -> Result<T, SandboxError> {
        self.refresh()?;
        self.catch_up();
        Ok(question(self))
    }

    /// Changes the state, lets the controllers see the change, and saves it.
    pub fn write<T>(&mut self, change: impl FnOnce(&mut Self, Moment) -> T) -> Result<T, SandboxError> {
        let lock = self.file.as_ref().map(|(file, _)| file.lock()).transpose()?;
        self.refresh()?;
        let at = self.catch_up();
        let before = self.state.revision();
        let answer = change(self, at);
        if self.state.revision() != before {
            self.know_definitions();
            controllers::settle(&mut self.world(at));
            self.catch_up();
            self.save()?;
        }
        drop(lock);
        Ok(answer)
    }

    /// Reads the file again when another process has written it.
    fn refresh(&mut self) -> Result<(), SandboxError> {
        let Some((file, known)) = &mut self.file else { return Ok(()) };
        let stamp = file.stamp()?;
        if stamp != *known || stamp.is_none() {
            self.state = file.load()?;
            *known = stamp;
            self.known = u64::MAX;
            self.know_definitions();
        }
        Ok(())
    }

    fn save(&mut self) -> Result<(), SandboxError> {
        let Some((file, known)) = &mut self.file else { return Ok(()) };
        // When saving fails, the next request reads what is in the file.
        *known = None;
        file.save(&self.state)?;
        *known = file.stamp()?;
        Ok(())
    }

    fn catch_up(&mut self) -> Moment {
        let now = self.clock.now();
        controllers::catch_up(&mut self.world(now), now);
        self.know_definitions();
        now
    }

    fn know_definitions(&mut self) {
        if self.known != self.state.definitions() {
            self.types = Types::of(&self.state);
            self.known = self.state.definitions();
        }
    }

    fn world(&mut self, at: Moment) -> World<'_> {
        World {
            state: &mut self.state,
            types: &self.types,
            faults: &self.faults,
            pace: self.pace,
            controllers: self.controllers,
            at,
        }
    }
}
