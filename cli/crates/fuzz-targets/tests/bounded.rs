//! Every target with its seeds, and with a fixed number of mutations of them: always the same ones, so that what fails here fails again.
//!
//! `cargo xtask test bounded wit` runs one target. The last input is in `target/tmp/fuzz/TARGET`, also where the process dies of it.

use std::{
    panic,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use conjoin_fuzz_targets::{TARGETS, Target};
use fastrand::Rng;
use libtest_mimic::{Arguments, Failed, Trial};

/// How many inputs a target gets beside its seeds.
const MUTATIONS: usize = 2000;

/// Longest input in bytes.
const LONGEST: usize = 16 * 1024;

/// Whether any thread has panicked, those of the server among them.
static PANICKED: AtomicBool = AtomicBool::new(false);

fn main() {
    let show = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICKED.store(true, Ordering::SeqCst);
        show(info);
    }));
    let mut arguments = Arguments::from_args();
    // A panic in any thread belongs to the target that runs.
    arguments.test_threads = Some(1);
    let trials = TARGETS.into_iter().map(|target| Trial::test(target.name, move || run(target))).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn run(target: Target) -> Result<(), Failed> {
    let seeds = seeds(target);
    assert!(seeds.len() > 2, "{} has {} seeds", target.name, seeds.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs_err::create_dir_all(&folder)?;
    let last = folder.join(target.name);
    let mut random = Rng::with_seed(1);
    for index in 0..seeds.len() + MUTATIONS {
        let input = seeds.get(index).cloned().unwrap_or_else(|| mutated(&seeds, &mut random));
        fs_err::write(&last, &input)?;
        let failed = panic::catch_unwind(|| (target.run)(&input)).is_err();
        if failed || PANICKED.swap(false, Ordering::SeqCst) {
            return Err(format!("it panicked at input {index}, {}:\n{}", last.display(), input.escape_ascii()).into());
        }
    }
    Ok(())
}

/// The files to start from, sorted by their paths.
fn seeds(target: Target) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("it is in the repository");
    let mut paths = Vec::new();
    collect(&root.join("fuzz/corpus").join(target.name), "", &mut paths);
    for seeds in target.seeds {
        collect(&root.join(seeds.folder), seeds.ending, &mut paths);
    }
    paths.sort();
    let read = |path: &PathBuf| fs_err::read(path).expect("a seed");
    paths.iter().map(read).filter(|seed| seed.len() <= LONGEST).collect()
}

fn collect(folder: &Path, ending: &str, paths: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).expect("a folder of seeds") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, ending, paths);
        } else if path.to_string_lossy().ends_with(ending) {
            paths.push(path);
        }
    }
}

/// One of the seeds with one to four changes.
fn mutated(seeds: &[Vec<u8>], random: &mut Rng) -> Vec<u8> {
    let mut input = chosen(seeds, random).to_vec();
    for _ in 0..random.usize(1..=4) {
        change(&mut input, seeds, random);
    }
    input.truncate(LONGEST);
    input
}

fn chosen<'s>(seeds: &'s [Vec<u8>], random: &mut Rng) -> &'s [u8] {
    &seeds[random.usize(..seeds.len())]
}

fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Rng) {
    let at = random.usize(..=input.len());
    let until = (at + random.usize(..64)).min(input.len());
    match random.u8(..7) {
        0 if at < input.len() => input[at] ^= 1 << random.u8(..8),
        1 if at < input.len() => input[at] = [0, 0x7f, 0x80, 0xff][random.usize(..4)],
        2 => drop(input.drain(at..until)),
        3 => {
            let piece = input[at..until].to_vec();
            input.splice(at..at, piece);
        }
        4 => {
            let other = chosen(seeds, random);
            let from = random.usize(..=other.len());
            let to = (from + random.usize(..128)).min(other.len());
            input.splice(at..until, other[from..to].iter().copied());
        }
        5 => {
            let repeated = input[at..until].repeat(random.usize(1..=40));
            input.splice(at..until, repeated);
        }
        _ => input.truncate(at),
    }
}
