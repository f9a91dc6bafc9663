//! What the answer of a tool depends on, beside the question.
//!
//! For most programs that is the program's file. Some programs only choose another one: rustup's proxies by
//! environment, settings and files from the app's folder upwards, pyenv's shims likewise, Go by `GOTOOLCHAIN`. For
//! them, everything that decides over the choice is part of the identity. Answers of shims that are not known here have
//! no identity: they are asked each time.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use conjoin_plan::{AbsPath, Tool};

use super::ProbeContext;
use crate::stamp::Stamp;

/// A name for everything that the answer depends on; `None` when that is not known.
pub(super) fn identity(
    tool: Tool,
    path: &AbsPath,
    args: &[&str],
    context: &ProbeContext<'_>,
    place: &AbsPath,
) -> Option<String> {
    let mut parts = Parts { hasher: blake3::Hasher::new(), context, place };
    parts.add(path.as_path().as_os_str().as_encoded_bytes());
    for arg in args {
        parts.add(arg.as_bytes());
    }
    let program = fs_err::canonicalize(path).ok()?;
    parts.stamp(path.as_path());
    parts.stamp(&program);
    if is_rustup_proxy(&program) {
        parts.rustup();
    } else if let Some(root) = pyenv_root(&program) {
        parts.pyenv(&root);
    } else if is_unknown_chooser(&program) {
        return None;
    }
    if matches!(tool.id, "go" | "go-for-tinygo") {
        parts.go();
    }
    Some(parts.hasher.finalize().to_hex().to_string())
}

/// The files by which a folder chooses its Rust.
const RUST_TOOLCHAIN: [&str; 2] = ["rust-toolchain", "rust-toolchain.toml"];

/// Whether a folder from `place` upwards, but below the app's, chooses what the program at `path` starts.
pub(super) fn is_chosen_below(path: &AbsPath, place: &AbsPath, app: &AbsPath) -> bool {
    let folders = place.as_path().ancestors().take_while(|folder| *folder != app.as_path() && folder.starts_with(app));
    let chooses = |folder: &Path| RUST_TOOLCHAIN.iter().any(|name| folder.join(name).is_file());
    folders.into_iter().any(chooses) && fs_err::canonicalize(path).is_ok_and(|program| is_rustup_proxy(&program))
}

/// rustup's proxies are links to it, symbolic or hard.
fn is_rustup_proxy(program: &Path) -> bool {
    let same = |rustup: &Metadata, program: &Metadata| (rustup.ino(), rustup.dev()) == (program.ino(), program.dev());
    match (fs_err::metadata(program.with_file_name("rustup")), fs_err::metadata(program)) {
        (Ok(rustup), Ok(program)) => same(&rustup, &program),
        _ => false,
    }
}

/// Programs that start another one of the name by which they were started, going by what is not known here: shims;
/// those of snap and of Volta, to which such names are links.
fn is_unknown_chooser(program: &Path) -> bool {
    let in_shims = program.parent().is_some_and(|folder| folder.ends_with("shims"));
    in_shims || program.file_name().is_some_and(|name| name == "snap" || name == "volta-shim")
}

fn pyenv_root(program: &Path) -> Option<PathBuf> {
    let folder = program.parent().filter(|folder| folder.ends_with("shims"))?;
    let root = folder.parent()?;
    let shim = fs_err::read_to_string(program).ok()?;
    shim.contains("pyenv").then(|| root.to_owned())
}

struct Parts<'a> {
    hasher: blake3::Hasher,
    context: &'a ProbeContext<'a>,
    place: &'a AbsPath,
}

impl Parts<'_> {
    fn add(&mut self, part: &[u8]) {
        self.hasher.update(&(part.len() as u64).to_le_bytes());
        self.hasher.update(part);
    }

    fn variable(&mut self, name: &str) {
        let value = self.context.environment.get(name).unwrap_or_default();
        self.add(value.as_encoded_bytes());
    }

    /// The file as it stands, links not followed; that it is not there counts as well.
    fn stamp(&mut self, path: &Path) {
        let stamp = fs_err::symlink_metadata(path).map(|metadata| format!("{:?}", Stamp::of(&metadata)));
        self.add(stamp.unwrap_or_default().as_bytes());
    }

    /// The files of these names in the folder and in all folders above it.
    fn upwards(&mut self, names: &[&str]) {
        for folder in self.place.as_path().ancestors() {
            for name in names {
                self.stamp(&folder.join(name));
            }
        }
    }

    /// `$variable`, or `default` below the home folder.
    fn home(&self, variable: &str, default: &str) -> Option<PathBuf> {
        let environment = self.context.environment;
        let named = environment.get(variable).map(PathBuf::from);
        named.or_else(|| Some(Path::new(environment.get("HOME")?).join(default)))
    }

    fn rustup(&mut self) {
        self.variable("RUSTUP_TOOLCHAIN");
        self.upwards(&RUST_TOOLCHAIN);
        let Some(home) = self.home("RUSTUP_HOME", ".rustup") else { return };
        self.add(home.as_os_str().as_encoded_bytes());
        self.stamp(&home.join("settings.toml"));
        let toolchains = home.join("toolchains");
        self.stamp(&toolchains);
        let mut names: Vec<_> =
            fs_err::read_dir(&toolchains).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names {
            let toolchain = toolchains.join(&name);
            self.add(name.as_encoded_bytes());
            self.stamp(&toolchain);
            self.stamp(&toolchain.join("bin/rustc"));
            self.stamp(&toolchain.join("lib/rustlib/components"));
            self.stamp(&toolchain.join("lib/rustlib/multirust-channel-manifest.toml"));
        }
    }

    fn pyenv(&mut self, root: &Path) {
        for name in ["PYENV_VERSION", "PYENV_ROOT", "PYENV_DIR"] {
            self.variable(name);
        }
        self.upwards(&[".python-version"]);
        self.stamp(&root.join("version"));
        self.stamp(&root.join("versions"));
    }

    fn go(&mut self) {
        for name in ["GOTOOLCHAIN", "GOROOT", "GOENV", "GOWORK"] {
            self.variable(name);
        }
        if let Some(config) = self.home("XDG_CONFIG_HOME", ".config") {
            self.stamp(&config.join("go/env"));
        }
        self.upwards(&["go.mod", "go.work"]);
    }
}
