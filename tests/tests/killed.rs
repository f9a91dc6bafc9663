//! `kill -9` at random moments of a build with the real tools: the next build is what one from nothing would have been.
//!
//! The moments are drawn from a seed, which is printed; `CONJOIN_TEST_SEED` gives another one. They are counted in what is seen of
//! the build, steps that began or ended, or files that are there, and never in time.

#![expect(clippy::print_stderr, reason = "who wants to see a failure again needs the seed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher as _, RandomState},
    io::{BufRead as _, BufReader},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use conjoin_tests::conjoin::{conjoin, shared_cache, succeed};
use serde_json::Value;
use tempfile::TempDir;

/// Components by template, those first whose tools make the same bytes each time with `--release`.
const COMPONENTS: [(&str, &str); 5] =
    [("one", "lib-rust"), ("two", "lib-go"), ("three", "lib-tinygo"), ("four", "lib-js"), ("five", "lib-python")];
const REPRODUCIBLE: usize = 3;

/// How many builds are killed.
const KILLS: usize = 5;

/// How often files are counted while no step begins or ends.
const LOOK: Duration = Duration::from_millis(10);

/// When the build is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// When so many steps began or ended.
    Steps(usize),
    /// When so many files are there.
    Files(usize),
}

/// Who is killed.
#[derive(Clone, Copy, Debug)]
enum Whom {
    /// Only conjoin: its tools go on.
    Alone,
    /// conjoin and everything that it started.
    All,
}

/// An app and a cache folder of its own, in which the installed tools are those of all tests.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        let (shared, own) = (shared_cache().join("toolchains"), place.cache().join("toolchains"));
        fs_err::create_dir(place.cache()).expect("a folder");
        fs_err::create_dir_all(&shared).expect("a folder");
        symlink(shared, own).expect("a link");
        place
    }

    fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = conjoin(folder, args);
        command.env("CONJOIN_CACHE", self.cache());
        command
    }

    fn build(&self) -> Command {
        self.command(&self.app(), &["build", "--release", "--install-tools", "--message-format", "json"])
    }

    /// The events of a build that succeeds.
    fn built(&self) -> Vec<Value> {
        succeed(&mut self.build()).lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }

    /// Leaves of what builds have made only what cargo keeps, which takes longest and is not conjoin's.
    fn forget(&self) {
        let (dot_conjoin, work) = (self.app().join(".conjoin"), self.folder.path().join("kept"));
        let kept = dot_conjoin.join("work/release/one");
        fs_err::rename(&kept, &work).expect("what cargo keeps");
        fs_err::remove_dir_all(&dot_conjoin).expect("conjoin's folder");
        fs_err::remove_dir_all(self.cache().join("artifacts")).expect("the store");
        fs_err::create_dir_all(kept.parent().expect("it has one")).expect("a folder");
        fs_err::rename(&work, &kept).expect("what cargo keeps");
    }

    /// Builds and kills, and whether it did: a build may end before the moment comes, for how many files there are in it at most
    /// differs from build to build.
    fn kill_at(&self, moment: Moment, whom: Whom) -> bool {
        let mut build = self.build().stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a program");
        let out = BufReader::new(build.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        let reader = thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut steps = 0;
        loop {
            match lines.recv_timeout(LOOK) {
                Ok(line) => steps += usize::from(is_step(&serde_json::from_str(&line).expect("a JSON line"))),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    assert!(build.wait().expect("an end").success(), "the build failed before {moment:?}");
                    return false;
                }
            }
            let now = match moment {
                Moment::Steps(number) => steps >= number,
                Moment::Files(number) => files(&self.app().join(".conjoin")) >= number,
            };
            if now {
                break;
            }
        }
        kill(&mut build, whom);
        drop(lines);
        drop(reader.join());
        true
    }

    /// The keys of the steps that start programs, and what they turned out to read.
    fn keys(&self, programs: &BTreeSet<String>) -> BTreeMap<String, String> {
        let entries = fs_err::read_dir(self.app().join(".conjoin/state/release")).expect("what is remembered");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
        // The name of a record is that of its step, with a hash.
        let step = |path: &Path| name(path).rsplit_once('-').map(|(step, _)| step.replacen('+', "/", 1));
        let of_program = |path: &PathBuf| step(path).is_some_and(|step| programs.contains(&step));
        let key = |path: PathBuf| {
            let record: Value =
                serde_json::from_str(&fs_err::read_to_string(&path).expect("a record")).expect("a record");
            let read = record["discovered"].as_object().expect("files").iter();
            let read: Vec<String> = read.map(|(file, seen)| format!("{file} {}", seen["digest"])).collect();
            (name(&path), format!("{} {}", record["declared"], read.join("\n")))
        };
        paths.filter(of_program).map(key).collect()
    }

    fn artifact(&self, name: &str) -> Vec<u8> {
        fs_err::read(self.app().join(format!(".conjoin/artifacts/release/{name}.wasm"))).expect("a component")
    }
}

fn is_step(event: &Value) -> bool {
    event["event"] == "step-started" || event["event"] == "step-finished"
}

/// How many files are below a folder, those not that are gone meanwhile.
fn files(folder: &Path) -> usize {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let count = |entry: fs_err::DirEntry| if entry.path().is_dir() { files(&entry.path()) } else { 1 };
    entries.map(count).sum()
}

#[expect(clippy::disallowed_methods, reason = "tests start programs themselves")]
fn kill(build: &mut Child, whom: Whom) {
    let others = match whom {
        Whom::Alone => Vec::new(),
        Whom::All => descendants(build.id()),
    };
    build.kill().expect("it runs");
    build.wait().expect("an end");
    if !others.is_empty() {
        let others = others.iter().map(ToString::to_string);
        // Those that have ended meanwhile are an error to it.
        let _some_gone = Command::new("kill").arg("-KILL").args(others).stderr(Stdio::null()).status().expect("an end");
    }
}

/// The processes that this one has started, and those that they have.
fn descendants(process: u32) -> Vec<u32> {
    let tasks = fs_err::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs_err::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|text| text.split_whitespace().filter_map(|word| word.parse().ok()).collect::<Vec<u32>>())
        .collect();
    children.iter().flat_map(|child| descendants(*child).into_iter().chain([*child])).collect()
}

/// Numbers that follow from a seed (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    #[expect(clippy::disallowed_methods, reason = "tests read their environment themselves")]
    fn new() -> Self {
        let given = std::env::var("CONJOIN_TEST_SEED").ok().map(|seed| seed.parse().expect("a number"));
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
        eprintln!("CONJOIN_TEST_SEED={seed}");
        Self(seed)
    }

    /// The next one, from 1 to `most`.
    fn next(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let most = u64::try_from(most).expect("a small number");
        usize::try_from((mixed ^ (mixed >> 31)) % most).expect("a small number") + 1
    }
}

#[test]
fn a_build_that_is_killed_leaves_nothing_wrong_behind() {
    let place = Place::new();
    let components = COMPONENTS.map(|(name, template)| format!("{template}={name}"));
    let templates = components.iter().flat_map(|component| ["-t", component]);
    let args: Vec<&str> = ["new", "app", "--defaults", "--offline"].into_iter().chain(templates).collect();
    succeed(&mut place.command(place.folder.path(), &args));

    let events = place.built();
    let plan = events.iter().find(|event| event["event"] == "plan-ready").expect("a plan");
    let programs = plan["steps"].as_array().expect("steps").iter().filter(|step| !step["program"].is_null());
    let programs: BTreeSet<String> = programs.map(|step| step["step"].as_str().expect("a name").to_owned()).collect();
    let expected = place.keys(&programs);
    assert_eq!(expected.len(), programs.len(), "{programs:?} {expected:?}");
    let reproducible = || COMPONENTS[..REPRODUCIBLE].iter().map(|(name, _)| place.artifact(name)).collect::<Vec<_>>();
    let artifacts = reproducible();
    let steps = events.iter().filter(|event| is_step(event)).count();
    let all = files(&place.app().join(".conjoin"));

    let mut numbers = Numbers::new();
    let (mut killed, mut missed) = (0, 0);
    while killed < KILLS {
        place.forget();
        let kept = files(&place.app().join(".conjoin"));
        let moment = match numbers.next(2) {
            1 => Moment::Steps(numbers.next(steps - 1)),
            _ => Moment::Files(kept + numbers.next(all - kept - 2)),
        };
        let whom = if numbers.next(2) == 1 { Whom::Alone } else { Whom::All };
        eprintln!("{killed}: {moment:?} of {steps} steps and {kept} to {all} files, {whom:?}");
        if !place.kill_at(moment, whom) {
            missed += 1;
            assert!(missed < KILLS, "most builds end before they can be killed");
            continue;
        }
        killed += 1;
        place.built();
        assert_eq!(place.built().iter().filter(|event| event["event"] == "step-started").count(), 0, "{moment:?}");
        assert_eq!(place.keys(&programs), expected, "{moment:?} {whom:?}");
        for ((now, clean), (_, template)) in reproducible().iter().zip(&artifacts).zip(COMPONENTS) {
            assert!(now == clean, "{moment:?} {whom:?}: {template} is another one");
        }
    }
}
