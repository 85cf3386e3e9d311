//! The two pipes: one JSON object each way at a time, each ended by a zero.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Asks and listens.
pub struct Pipe {
    input: ChildStdin,
    messages: Receiver<Value>,
    events: Vec<Value>,
    asked: u64,
}

impl Pipe {
    /// Listens from now on, until the other end closes.
    pub fn new(input: ChildStdin, output: ChildStdout) -> Self {
        let (sender, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|it| it > 0) {
                message.pop();
                let read = serde_json::from_slice(&message).ok().and_then(|it: Value| sender.send(it).ok());
                if read.is_none() {
                    return;
                }
                message.clear();
            }
        });
        Self { input, messages, events: Vec::new(), asked: 0 }
    }

    /// Asks without waiting for the answer.
    pub fn send(&mut self, session: Option<&str>, method: &str, parameters: &Value) {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        // When the browser is gone, the missing answer says so.
        let _ = self.input.write_all(format!("{message}\0").as_bytes());
    }

    /// Asks, and waits for the answer.
    ///
    /// # Panics
    /// When the answer is an error, or does not come.
    #[expect(clippy::panic, reason = "tests may")]
    pub fn call(&mut self, session: Option<&str>, method: &str, parameters: Value, patience: Duration) -> Value {
        self.send(session, method, &parameters);
        let end = Instant::now() + patience;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(mut message) = self.messages.recv_timeout(left) else {
                panic!("the browser does not answer {method}");
            };
            if message["id"] != self.asked {
                self.events.push(message);
                continue;
            }
            assert!(message.get("error").is_none(), "{method}: {message}");
            return message["result"].take();
        }
    }

    /// Everything that was told without being asked for.
    pub fn events(&mut self) -> &[Value] {
        self.events.extend(self.messages.try_iter());
        &self.events
    }
}
