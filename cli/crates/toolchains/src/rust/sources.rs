//! The standard library of Rust for `wasm32-wasip2`, built from Debian's sources by the machine's own compiler.
//!
//! For where rustup is not used or cannot download. The sources must be those of exactly this compiler, so each version of rustc
//! has a recipe's folder of its own; the compiler and its toolchain are left as they are. cargo uses the result through a wrapper
//! around the compiler, which leaves all flags of the project alone and touches nothing that runs on the machine itself: macros
//! and build scripts.

use crate::debian::{APT_CACHE, APT_GET, DPKG_DEB};
use crate::rust::{CARGO, RUST_TARGET, RUSTC};
use crate::system::{CHMOD, CP, FIND, RM, XARGS};
use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{
    AbsPath, Expectation, FoundTool, Input, Invocation, Layout, ProbeResults, Provider, Step, Subject, Tool,
    WrittenFile, recipe_beside,
};

use crate::{
    debian::{self, PackageSet},
    rust::{self, PLATFORM},
    steps::{self, Run},
};

/// The beginning of the recipe's folder: the hash of this file and of the wrapper, so that what another recipe has made is not
/// taken for this one's.
pub(crate) const RECIPE: &str = match std::str::from_utf8(&RECIPE_LETTERS) {
    Ok(name) => name,
    Err(_) => panic!("hexadecimal digits are text"),
};
const RECIPE_LETTERS: [u8; 19] = {
    let (mut name, digits) = (*b"rust-std-1.________", b"0123456789abcdef");
    let mut hash = hashed(hashed(0x811c_9dc5, include_bytes!("sources.rs")), WRAPPER_TEXT.as_bytes());
    let mut place = name.len();
    while name[place - 1] == b'_' {
        place -= 1;
        name[place] = digits[(hash & 0xf) as usize];
        hash >>= 4;
    }
    name
};

/// FNV-1a, from <http://www.isthe.com/chongo/tech/comp/fnv/>: short, and good enough to tell one recipe from the next.
const fn hashed(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut place = 0;
    while place < bytes.len() {
        hash = (hash ^ bytes[place] as u32).wrapping_mul(0x0100_0193);
        place += 1;
    }
    hash
}

/// The libraries below the recipe's folder.
pub(crate) const LIBRARIES: &str = "sysroot/lib/rustlib/wasm32-wasip2/lib";

const WRAPPER: &str = "rustc-wrapper";
const WRAPPER_TEXT: &str = include_str!("../../support/rust/rustc-wrapper");
/// The release of Debian that carries the sources of several compilers, and a C library without more imports than needed.
const SUITE: &str = "trixie-backports";
const C_LIBRARY: [&str; 3] = ["crt1-command.o", "crt1-reactor.o", "libc.a"];

/// The wrapper that belongs to the libraries that were found in the cache folder.
pub(crate) fn wrapper(libraries: &FoundTool) -> AbsPath {
    steps::recipe_of(libraries, LIBRARIES).join(WRAPPER)
}

/// Debian's packages of sources.
#[derive(Debug)]
pub(crate) struct DebianSources;

impl Provider for DebianSources {
    fn name(&self) -> &'static str {
        "Debian sources"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[&CARGO, &RUSTC, &APT_GET, &APT_CACHE, &DPKG_DEB, &FIND, &XARGS, &CP, &CHMOD, &RM] }
    }

    fn takes(&self) -> u64 {
        800
    }

    fn reads(&self, _layout: &Layout) -> Vec<AbsPath> {
        debian::reads()
    }

    fn steps(&self, probed: &ProbeResults, layout: &Layout) -> Result<Vec<Step>, Box<Diagnostic>> {
        let recipe = Recipe::new(probed, layout)?;
        let mut all = debian::steps(
            &PackageSet {
                id: "rust-std",
                subject: subject(),
                suite: SUITE,
                packages: &[&format!("rust-src={}+*", recipe.release), "wasi-libc"],
                explained_by: Some("rust-src"),
                work: recipe.work.join("apt"),
                prefix: recipe.work.join("packages"),
            },
            probed,
        )?;
        let unpack = all.last().map(steps::after).into_iter();
        let forget = recipe.forget()?;
        let compile = recipe.compile(unpack.chain([steps::after(&forget)]).collect())?;
        let c_library = recipe.c_library(&compile)?;
        let libraries = recipe.libraries(&c_library)?;
        let write = recipe.write();
        let allow = recipe.allow(&write)?;
        let hello = recipe.compile_hello(&[&libraries, &allow]);
        let prove = steps::prove(
            "rust-std/prove".to_owned(),
            &RUST_TARGET,
            recipe.hello(),
            Expectation::Prints("hello\n".to_owned()),
            recipe.work.join("hello/proven"),
        );
        let remove = recipe.remove(&prove)?;
        let complete = steps::complete("rust-std", &RUST_TARGET, &recipe.root, &remove);
        all.extend([forget, compile, c_library, libraries, write, allow, hello, prove, remove, complete]);
        Ok(all)
    }
}

/// The folders of an installation.
struct Recipe<'a> {
    probed: &'a ProbeResults,
    app: &'a AbsPath,
    rustc: &'a FoundTool,
    /// The compiler's version as Debian writes it.
    release: String,
    root: AbsPath,
    work: AbsPath,
}

impl<'a> Recipe<'a> {
    fn new(probed: &'a ProbeResults, layout: &'a Layout) -> Result<Self, Box<Diagnostic>> {
        let rustc = steps::found(probed, &RUSTC)?;
        let release = conjoin_plan::version(rustc.version);
        if rustc.says.contains(&format!("{release}-")) {
            return Err(Box::new(
                Diagnostic::error("rust::no-sources", format!("Debian has no sources of `{}`", rustc.says))
                    .note("it has the sources of releases only")
                    .hint("use a stable toolchain in the app's folder, or `rustup target add wasm32-wasip2`"),
            ));
        }
        let root = layout.toolchain(&recipe_beside(RECIPE, rustc));
        let work = root.join("work");
        Ok(Self { probed, app: &layout.app, rustc, release, root, work })
    }

    /// A step that is carried out in every attempt.
    fn run(name: &str, title: &'static str, inputs: Vec<Input>, invocation: Invocation) -> Step {
        let id = format!("rust-std/{name}");
        Run { id, subject: subject(), title, inputs, outputs: vec![], versions: vec![] }.step(invocation)
    }

    fn invocation(&self, tool: Tool) -> Result<Invocation, Box<Diagnostic>> {
        Ok(Invocation::new(tool, steps::found(self.probed, tool)?, &self.root))
    }

    fn hello(&self) -> AbsPath {
        self.work.join("hello/hello.wasm")
    }

    /// Two builds of one library beside one another would both be candidates.
    fn forget(&self) -> Result<Step, Box<Diagnostic>> {
        let folders = ["sysroot", "work/target"].map(|folder| self.root.join(folder));
        let rm = self.invocation(&RM)?.args(["-rf", "--"]).args(folders);
        Ok(Self::run("forget", "forget an earlier attempt", vec![], rm))
    }

    /// Builds it in the app's folder, because that decides which compiler rustup starts.
    fn compile(&self, inputs: Vec<Input>) -> Result<Step, Box<Diagnostic>> {
        let sources = self.work.join("packages/usr/src").join(format!("rustc-{}/library", self.release));
        let build = rust::cargo(self.probed, self.app)?
            .args(["build", "--quiet", "--locked", "--profile", "dist", "--target", PLATFORM])
            .args(["--features", "panic-unwind,backtrace", "--manifest-path"])
            .arg(sources.join("sysroot/Cargo.toml"))
            .arg("--target-dir")
            .arg(self.work.join("target"))
            // It uses what is not stable yet, which only this variable allows to a stable compiler.
            .env("RUSTC_BOOTSTRAP", "1")
            // What it is made of is not for others to use; and messages of panics shall not name a folder of this machine.
            .env(
                "RUSTFLAGS",
                format!("-Zforce-unstable-if-unmarked -Zremap-cwd-prefix=/rustc/{}/library", self.release),
            )
            .env("CARGO_PROFILE_DIST_DEBUG", "0");
        Ok(Self::run("build", "cargo build", inputs, build))
    }

    fn c_library(&self, compile: &Step) -> Result<Step, Box<Diagnostic>> {
        let from = self.work.join("packages/usr/lib").join(PLATFORM);
        let to = self.root.join(LIBRARIES).join("self-contained");
        let files = C_LIBRARY.map(|name| from.join(name));
        let copy = self.invocation(&CP)?.arg("--").args(files).arg(&to);
        let mut step = Self::run("c-library", "copy the C library", vec![steps::after(compile)], copy);
        step.outputs = C_LIBRARY.map(|name| to.join(name)).into();
        Ok(step)
    }

    fn libraries(&self, c_library: &Step) -> Result<Step, Box<Diagnostic>> {
        let made = self.work.join("target").join(PLATFORM).join("dist/deps");
        let cp = &steps::found(self.probed, &CP)?.path;
        let copy = self
            .invocation(&FIND)?
            .arg(made)
            .args(["-name", "*.rlib", "-exec"])
            .arg(cp)
            .arg("-t")
            .arg(self.root.join(LIBRARIES))
            .args(["--", "{}", "+"]);
        Ok(Self::run("libraries", "copy the standard library", vec![steps::after(c_library)], copy))
    }

    fn write(&self) -> Step {
        steps::write(
            "rust-std/write".to_owned(),
            subject(),
            "write what gives it to the compiler",
            vec![
                WrittenFile::text(self.root.join(WRAPPER), WRAPPER_TEXT),
                WrittenFile::text(self.work.join("hello/hello.rs"), rust::HELLO),
            ],
        )
    }

    fn allow(&self, write: &Step) -> Result<Step, Box<Diagnostic>> {
        let chmod = self.invocation(&CHMOD)?.args(["755", "--"]).arg(self.root.join(WRAPPER));
        Ok(Self::run("wrapper", "make it a program", steps::outputs_of(write).collect(), chmod))
    }

    fn compile_hello(&self, needs: &[&Step]) -> Step {
        let wrapper = FoundTool { path: self.root.join(WRAPPER), ..self.rustc.clone() };
        let compile = Invocation::new(&RUSTC, &wrapper, self.app)
            .arg(&self.rustc.path)
            .args(["--edition", "2024", "--target", PLATFORM, "-o"])
            .arg(self.hello())
            .arg("--")
            .arg(self.work.join("hello/hello.rs"));
        let inputs = needs.iter().map(|step| steps::after(step)).collect();
        let mut step = Self::run("compile", "compile a program that says hello", inputs, compile);
        step.outputs = vec![self.hello()];
        step
    }

    fn remove(&self, prove: &Step) -> Result<Step, Box<Diagnostic>> {
        let remove = self.invocation(&RM)?.args(["-rf", "--"]).arg(&self.work);
        Ok(Self::run("remove", "remove what was needed to build it", vec![steps::after(prove)], remove))
    }
}

fn subject() -> Subject {
    Subject::Installation(&RUST_TARGET)
}
