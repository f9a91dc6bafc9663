//! The documentation: what is generated is current, links lead somewhere, and every transcript is what happens.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};
use conjoin_docs::{
    Action, Block, Book, Page, all_help, apply_diff, blocks, dead_links, generated, matches, render_site,
};
use conjoin_tests::{
    conjoin::{conjoin, program, repository, run, shared_cache, succeed, text},
    server::{Line, Server},
};

/// The address that pages show; servers really listen on a free port.
const SHOWN: &str = "127.0.0.1:3000";

fn book() -> Book {
    Book::load(&repository().join("docs/src")).expect("the book")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn what_is_generated_is_current() {
    let print = |args: &[&str]| succeed(Command::new(program("conjoin")).args(args).env("COLUMNS", "100"));
    let help = all_help(|words| Ok(print(&[words, &["--help"]].concat()))).expect("help");
    let generated = generated(&repository(), &print(&["schema"]), &help).expect("the generated pages");
    for (path, text) in generated {
        let found = fs_err::read_to_string(repository().join(&path)).unwrap_or_default();
        assert!(found == text, "{} is out of date: `cargo xtask docs` writes it anew", path.display());
    }
}

#[test]
fn the_guide_has_a_line_for_each_permission() {
    let guide = fs_err::read_to_string(repository().join("docs/src/permissions.md")).expect("the guide");
    for permission in conjoin_policy::PERMISSIONS {
        let line = format!("\n| `permissions.{} = ", permission.key);
        assert_eq!(guide.matches(&line).count(), 1, "{}", permission.key);
    }
}

#[test]
fn links_lead_somewhere() {
    assert_eq!(dead_links(&book()), [""; 0]);
}

#[test]
fn the_site_is_whole() {
    let book = book();
    let site = render_site(&book);
    for page in book.pages() {
        assert!(site.contains_key(&page.path.with_extension("html")), "{}", page.path.display());
    }
    // Pictures lie beside the pages.
    let mut pictures = 0;
    for link in site.values().flat_map(|text| text.split("src=\"").skip(1)).filter_map(|rest| rest.split('"').next()) {
        assert!(repository().join("docs/src").join(link).is_file(), "{link}");
        pictures += 1;
    }
    assert!(pictures > 0, "the picture of a build's timings is gone");
    // Every link of the HTML leads to a file of the site, or out of it.
    for (path, text) in &site {
        for link in text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                let folder = path.parent().map(Path::to_owned).unwrap_or_default();
                let parts = folder.join(file);
                let clean = parts.components().fold(PathBuf::new(), |mut clean, part| {
                    if part.as_os_str() == ".." {
                        clean.pop();
                    } else {
                        clean.push(part);
                    }
                    clean
                });
                assert!(site.contains_key(&clean), "{}: {link}", path.display());
            }
        }
    }
}

/// The README, as a page; what takes longest of it, a checkout of conjoin, is in blocks that are not transcripts.
fn readme() -> Page {
    let text = fs_err::read_to_string(repository().join("README.md")).expect("the README");
    Page { title: "conjoin".to_owned(), path: "README.md".into(), text }
}

#[test]
fn transcripts_are_what_happens() {
    // Pages take it that the tools of all languages are there.
    let folder = tempfile::tempdir().expect("a folder");
    succeed(&mut conjoin(folder.path(), &["doctor", "--fix"]));
    let only = chosen();
    let mut pages: VecDeque<Page> = book().pages().cloned().collect();
    pages.push_front(readme());
    pages.retain(|page| page.path.to_string_lossy().contains(&only));
    let (pages, failures) = (Mutex::new(pages), Mutex::new(Vec::new()));
    let work = || {
        while let Some(page) = next(&pages) {
            let start = Instant::now();
            if let Err(error) = Reader::new().and_then(|mut reader| reader.read(&page)) {
                failures.lock().expect("no panic").push(format!("{}: {error:#}", page.path.display()));
            }
            println!("{:6.1} s  {}", start.elapsed().as_secs_f64(), page.path.display());
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let failures = failures.into_inner().expect("no panic");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn next(pages: &Mutex<VecDeque<Page>>) -> Option<Page> {
    pages.lock().expect("no panic").pop_front()
}

/// A part of the paths of the pages to read, all by default: for whoever writes a page.
#[expect(clippy::disallowed_methods, reason = "tests read their environment themselves")]
fn chosen() -> String {
    std::env::var("CONJOIN_TEST_PAGE").unwrap_or_default()
}

/// Somebody who does what a page says, in an empty folder.
struct Reader {
    folder: tempfile::TempDir,
    /// Where the last command left them.
    here: PathBuf,
    server: Option<(Server, Block)>,
}

impl Reader {
    fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let here = folder.path().join("here");
        fs_err::create_dir(&here)?;
        fs_err::write(folder.path().join("environment"), "")?;
        // curl draws its progress where it is not on a terminal.
        fs_err::write(folder.path().join(".curlrc"), "silent\nshow-error\n")?;
        Ok(Self { folder, here, server: None })
    }

    fn read(&mut self, page: &Page) -> Result<()> {
        for block in blocks(&page.text)? {
            self.carry_out(&block).with_context(|| format!("line {}", block.line))?;
        }
        self.stop()
    }

    fn carry_out(&mut self, block: &Block) -> Result<()> {
        match &block.action {
            Action::Run(commands, code) => {
                let last = commands.len() - 1;
                for (index, command) in commands.iter().enumerate() {
                    self.run(command, if index == last { *code } else { 0 })?;
                }
            }
            Action::Serve(commands) => {
                self.stop()?;
                let (last, before) = commands.split_last().context("no command")?;
                before.iter().try_for_each(|command| self.run(command, 0))?;
                ensure!(last.typed.starts_with("conjoin run"), "a server is started by `conjoin run`");
                let typed = last.typed.replacen("conjoin run", "exec conjoin run --listen 127.0.0.1:0", 1);
                self.server = Some((Server::start(&mut self.shell(&typed)), block.clone()));
            }
            Action::Write { path, text } => {
                let path = self.here.join(path);
                fs_err::create_dir_all(path.parent().context("a file lies in a folder")?)?;
                fs_err::write(path, text)?;
            }
            Action::Change { path, diff } => {
                let path = self.here.join(path);
                fs_err::write(&path, apply_diff(&fs_err::read_to_string(&path)?, diff)?)?;
            }
        }
        Ok(())
    }

    /// Types a command, and compares what is printed and the exit code.
    fn run(&mut self, command: &conjoin_docs::Command, code: i32) -> Result<()> {
        let typed = match &self.server {
            Some((server, _)) => command.typed.replace(SHOWN, server.address.trim_start_matches("http://")),
            None => command.typed.clone(),
        };
        let state = self.folder.path().display();
        let script = format!(
            "exec 2>&1; . {state}/environment\n{typed}\nended=$?; pwd > {state}/here.txt; export -p > {state}/environment; exit $ended"
        );
        let output = run(self.shell(&script).stdin(Stdio::null()));
        let mut printed = text(&output.stdout);
        if let Some((server, _)) = &self.server {
            printed = printed.replace(server.address.trim_start_matches("http://"), SHOWN);
        }
        ensure!(output.status.code() == Some(code), "`{typed}`: {}\n{printed}", output.status);
        let lines: Vec<&str> = printed.lines().collect();
        ensure!(
            command.printed.is_empty() || matches(&command.printed, &lines),
            "`{typed}` does not print\n{}\nbut\n{printed}",
            command.printed.join("\n")
        );
        self.here = fs_err::read_to_string(self.folder.path().join("here.txt"))?.trim_end().into();
        Ok(())
    }

    /// Ends the server, and compares what it has printed with the start of what the page shows.
    fn stop(&mut self) -> Result<()> {
        let Some((server, block)) = self.server.take() else { return Ok(()) };
        let address = server.address.trim_start_matches("http://").to_owned();
        let (status, lines) = server.stop();
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| match line {
                Line::Out(line) | Line::Err(line) => line.replace(&address, SHOWN),
            })
            .collect();
        ensure!(status.success(), "line {}: the server ended with {status}: {lines:#?}", block.line);
        let Action::Serve(commands) = &block.action else { bail!("no server") };
        let mut expected = commands.last().context("no command")?.printed.clone();
        if !expected.is_empty() {
            expected.push("…".to_owned());
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            ensure!(
                matches(&expected, &lines),
                "line {}: the server does not print\n{expected:#?}\nbut\n{lines:#?}",
                block.line
            );
        }
        Ok(())
    }

    /// Bash, where the last command left the reader.
    #[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
    fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("bash");
        let mut path = program("conjoin").parent().expect("a program lies in a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.args(["--norc", "-c", script]).current_dir(&self.here);
        command.env("PATH", path).env("CONJOIN_CACHE", shared_cache()).env("COLUMNS", "100").env("NO_COLOR", "1");
        command.env("CURL_HOME", self.folder.path());
        for name in ["CARGO_TARGET_DIR", "RUST_BACKTRACE", "PIPELINE_TOKEN"] {
            command.env_remove(name);
        }
        command
    }
}
