//! A server that a test started.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
    /// `http://ADDRESS`.
    pub address: String,
    lines: Receiver<Line>,
    seen: Vec<Line>,
}

/// A line that the server printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// On stdout.
    Out(String),
    /// On stderr.
    Err(String),
}

impl Line {
    /// What was printed.
    pub fn text(&self) -> &str {
        match self {
            Self::Out(text) | Self::Err(text) => text,
        }
    }
}

impl Server {
    /// Starts `command` and waits until it prints `http://ADDRESS`: on stderr, or on stdout where that is a terminal for both.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a program to start");
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let err = BufReader::new(child.stderr.take().expect("a pipe"));
        let other = sender.clone();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(Line::Out(line))));
        thread::spawn(move || err.lines().map_while(Result::ok).try_for_each(|line| other.send(Line::Err(line))));
        let mut server = Self { child, address: String::new(), lines, seen: Vec::new() };
        let line = server.wait_for(|line| line.text().contains("http://"));
        let text = line.text();
        let start = text.find("http://").expect("it was found before");
        let address = text[start..].split_whitespace().next().unwrap_or_default();
        address.trim_end_matches('/').clone_into(&mut server.address);
        server
    }

    /// The first line, printed already or still to come, that `wanted` accepts; the test fails if the program ends before.
    pub fn wait_for(&mut self, wanted: impl Fn(&Line) -> bool) -> Line {
        if let Some(line) = self.seen.iter().find(|line| wanted(line)) {
            return line.clone();
        }
        loop {
            let Ok(line) = self.lines.recv() else { panic!("the program ended; it had printed {:#?}", self.seen) };
            self.seen.push(line.clone());
            if wanted(&line) {
                return line;
            }
        }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop by SIGTERM, waits for its end, and gives how it ended and everything it printed.
    pub fn stop(self) -> (ExitStatus, Vec<Line>) {
        send(Signal::Terminate, self.child.id());
        self.end()
    }

    /// Waits for its end, and gives how it ended and everything it printed.
    pub fn end(mut self) -> (ExitStatus, Vec<Line>) {
        let status = self.child.wait().expect("an end");
        while let Ok(line) = self.lines.recv() {
            self.seen.push(line);
        }
        (status, std::mem::take(&mut self.seen))
    }
}

/// What asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, as by Ctrl-C.
    Interrupt,
    /// SIGTERM, as by an init system.
    Terminate,
}

/// Sends `signal` to `process`.
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
pub fn send(signal: Signal, process: u32) {
    let name = match signal {
        Signal::Interrupt => "-INT",
        Signal::Terminate => "-TERM",
    };
    let sent = Command::new("kill").args([name, &process.to_string()]).status().expect("the program `kill`");
    assert!(sent.success(), "the process has ended already");
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
