//! A program that behaves as a script beside it says, and records each start.
//!
//! Started as `/dir/cargo`, it appends a line to `/dir/starts.log` and follows `/dir/cargo.script`: the lines below the first
//! `when WORDS` whose words its arguments begin with. In a line, `{1}` is the first argument and so on, `{cwd}` the current folder.
//!
//! | line | what it does |
//! |---|---|
//! | `say TEXT`, `complain TEXT` | prints a line to stdout, to stderr |
//! | `tick TEXT` | prints to stderr what the next line is written over |
//! | `variable NAME` | prints `NAME=value`, or `NAME is not set` |
//! | `write FILE TEXT` | writes a file of that line; makes its folder |
//! | `join FILE FILE...` | writes the first file from the contents of the others |
//! | `announce FIFO`, `await FIFO` | both wait until the other one is there |
//! | `child FIFO` | leaves a child behind that announces itself and never ends |
//! | `flood COUNT` | prints that many lines |
//! | `hang` | never ends |
//! | `exit STATUS`, `abort` | ends |
//!
//! It knows nothing of conjoin, and refuses to guess: a script that it does not understand is a failure with status 99.

#![expect(
    clippy::disallowed_methods,
    reason = "it is compiled without dependencies, and stands for programs that do as they like"
)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what it is for")]

use std::{
    env, fs,
    fs::OpenOptions,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    thread,
};

fn main() -> ExitCode {
    let args: Vec<String> = env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    match args.split_first() {
        Some((program, args)) => match follow(&place_of(program), args) {
            Ok(status) => ExitCode::from(status),
            Err(error) => {
                eprintln!("fake tool: {error}");
                ExitCode::from(99)
            }
        },
        None => ExitCode::from(99),
    }
}

/// Where the program was found, if its name has no folder.
fn place_of(program: &str) -> PathBuf {
    if program.contains('/') {
        return PathBuf::from(program);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.exists())
        .unwrap_or_else(|| program.into())
}

fn follow(program: &Path, args: &[String]) -> io::Result<u8> {
    if args.first().is_some_and(|arg| arg == "--fake-child") {
        drop(OpenOptions::new().write(true).open(&args[1])?);
        hang();
    }
    record(program, args)?;
    let mut script = program.as_os_str().to_owned();
    script.push(".script");
    let script = fs::read_to_string(&script)?;
    let mut mine = false;
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "when" {
            if mine {
                break;
            }
            let words: Vec<&str> = rest.split_whitespace().collect();
            mine = args.len() >= words.len() && words.iter().zip(args).all(|(word, arg)| word == arg);
        } else if mine && let Some(status) = obey(word, rest, args)? {
            return Ok(status);
        }
    }
    Ok(0)
}

fn obey(word: &str, rest: &str, args: &[String]) -> io::Result<Option<u8>> {
    let words: Vec<String> = rest.split_whitespace().map(|word| fill(word, args)).collect();
    let nth = |index: usize| {
        words.get(index).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("`{word}` needs a word")))
    };
    match word {
        "say" => println!("{}", fill(rest, args)),
        "complain" => eprintln!("{}", fill(rest, args)),
        "tick" => eprint!("{}\r", fill(rest, args)),
        "variable" => match env::var(rest) {
            Ok(value) => println!("{rest}={value}"),
            Err(_) => println!("{rest} is not set"),
        },
        "write" => write(&nth(0)?, format!("{}\n", words[1..].join(" ")).as_bytes())?,
        "join" => {
            let parts: Vec<Vec<u8>> = words[1..].iter().map(fs::read).collect::<io::Result<_>>()?;
            write(&nth(0)?, &parts.concat())?;
        }
        "announce" => drop(OpenOptions::new().write(true).open(nth(0)?)?),
        "await" => drop(fs::File::open(nth(0)?)?),
        "child" => {
            let child =
                Command::new(env::current_exe()?).arg("--fake-child").arg(nth(0)?).stdin(Stdio::inherit()).spawn()?;
            drop(child);
        }
        "flood" => {
            let count: u64 = rest.parse().map_err(io::Error::other)?;
            (0..count).for_each(|number| println!("line {number}"));
        }
        "hang" => hang(),
        "exit" => return rest.parse().map(Some).map_err(io::Error::other),
        "abort" => std::process::abort(),
        _ => return Err(io::Error::other(format!("no such line: {word} {rest}"))),
    }
    io::stdout().flush()?;
    Ok(None)
}

fn fill(text: &str, args: &[String]) -> String {
    let mut text = text.to_owned();
    for (index, arg) in args.iter().enumerate() {
        text = text.replace(&format!("{{{}}}", index + 1), arg);
    }
    if text.contains("{cwd}") {
        text = text.replace("{cwd}", &env::current_dir().unwrap_or_default().to_string_lossy());
    }
    text
}

fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, contents)
}

/// One line in one write, so that lines of programs that start at once do not mix.
fn record(program: &Path, args: &[String]) -> io::Result<()> {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let line = format!("{name}\t{}\t{}\n", env::current_dir()?.display(), args.join("\x1f"));
    let log = program.with_file_name("starts.log");
    OpenOptions::new().create(true).append(true).open(log)?.write_all(line.as_bytes())
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}
