//! A headless Chromium, driven by its own protocol over two pipes: no port, no driver, no library.

mod pipe;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use self::pipe::Pipe;

/// How long the browser may take for one answer. A busy machine takes seconds to start it.
const PATIENCE: Duration = Duration::from_secs(120);
/// The programs that are looked for on `PATH`, in this order.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Headless, with nothing but what a test needs: it asks nobody for anything.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// A browser with one page. It ends with this value, and also when the test process does.
pub struct Browser {
    child: Child,
    pipe: Pipe,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser; nothing when none is installed, which is said.
    ///
    /// # Panics
    /// When it does not start, or when there is none and `KS_TEST_BROWSER` is `require`.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub fn start() -> Option<Self> {
        let Some(program) = installed() else {
            let is_required = std::env::var("KS_TEST_BROWSER").is_ok_and(|it| it == "require");
            assert!(!is_required, "no chromium: run tests/browser/install; see tests/README.md");
            eprintln!("skipped: no chromium, see tests/README.md");
            return None;
        };
        Some(Self::run(&program))
    }

    #[expect(clippy::expect_used, reason = "tests may")]
    fn run(program: &Path) -> Self {
        let profile = TempDir::new().expect("a folder for the profile");
        // The protocol wants to read from 3 and to write to 4; a shell makes them of the standard ones.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh"])
            .arg(program)
            .args(ARGUMENTS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let (input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let mut pipe = Pipe::new(input, output);
        let target = pipe.call(None, "Target.createTarget", json!({ "url": "about:blank" }), PATIENCE);
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = pipe.call(None, "Target.attachToTarget", attach, PATIENCE);
        let session = attached["sessionId"].as_str().expect("a session").to_owned();
        let mut browser = Self { child, pipe, session, _profile: profile };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"] {
            browser.call(domain, json!({}));
        }
        browser
    }

    /// Opens a file, and waits until it is loaded.
    ///
    /// # Panics
    /// When it does not load.
    pub fn open(&mut self, file: &Path) {
        self.call("Page.navigate", json!({ "url": format!("file://{}", file.display()) }));
        self.wait_for("document.readyState === 'complete' && location.protocol === 'file:'");
    }

    /// Makes the window this wide and high, in pixels; a narrow one is that of a phone.
    pub fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Switches scripts on or off, for pages that are opened from now on.
    pub fn allow_scripts(&mut self, allowed: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed }));
    }

    /// The value of an expression on the page.
    ///
    /// # Panics
    /// When it throws.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    ///
    /// # Panics
    /// When it does not become true.
    pub fn wait_for(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(expression) != true {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {expression}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases a key that writes a character.
    pub fn press(&mut self, key: &str) {
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyDown", "key": key, "text": key }));
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
    }

    /// Writes text where the cursor is.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Clicks into the middle of the first element that a selector finds, as a mouse does.
    ///
    /// # Panics
    /// When there is none that can be seen.
    pub fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const it = document.querySelector({}); it.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const at = it.getBoundingClientRect(); return [at.x + at.width / 2, at.y + at.height / 2, at.width]; }})()",
            json!(selector)
        ));
        assert!(place[2].as_f64().is_some_and(|it| it > 0.0), "{selector} cannot be seen");
        for event in ["mousePressed", "mouseReleased"] {
            let at = json!({ "type": event, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", at);
        }
    }

    /// What the browser complained about so far: errors of scripts, broken policies, everything on the console.
    pub fn complaints(&mut self) -> Vec<Value> {
        let is_complaint = |it: &&Value| {
            matches!(
                it["method"].as_str(),
                Some("Log.entryAdded" | "Runtime.exceptionThrown" | "Runtime.consoleAPICalled")
            )
        };
        self.pipe.events().iter().filter(is_complaint).cloned().collect()
    }

    /// Every address that was asked for so far.
    pub fn requests(&mut self) -> Vec<String> {
        let asked = self.pipe.events().iter().filter(|it| it["method"] == "Network.requestWillBeSent");
        asked.filter_map(|it| Some(it.pointer("/params/request/url")?.as_str()?.to_owned())).collect()
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.pipe.call(Some(&self.session), method, parameters, PATIENCE)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to close, it ends with all its processes and leaves its folder alone.
        self.pipe.send(None, "Browser.close", &json!({}));
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let programs = PROGRAMS.iter().flat_map(|name| folders.iter().map(move |it| it.join(name)));
    programs.into_iter().find(|it| it.is_file())
}
