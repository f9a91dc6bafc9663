//! The guests of `tests/guests`, built once per run of the tests.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// A guest of `tests/guests`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guest {
    HttpP2,
    HttpP3,
    Command,
    CommandP3,
    Silent,
}

/// Both generations of HTTP, for tests that hold for either.
pub(crate) const HTTP: [Guest; 2] = [Guest::HttpP2, Guest::HttpP3];

impl Guest {
    /// The component.
    pub(crate) fn component(self) -> PathBuf {
        built().join(match self {
            Self::HttpP2 => "http_p2.wasm",
            Self::HttpP3 => "http_p3.wasm",
            Self::Command => "command.wasm",
            Self::CommandP3 => "command_p3.wasm",
            Self::Silent => "silent.wasm",
        })
    }
}

/// The folder of the components.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guests/Cargo.toml");
        #[expect(
            clippy::disallowed_methods,
            reason = "conjoin's own way of running programs is in a crate above this one"
        )]
        let output = std::process::Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--target", "wasm32-wasip2", "--manifest-path", manifest])
            .arg("--target-dir")
            .arg(&target)
            .env_remove("RUSTFLAGS")
            .output()
            .expect("cargo runs, since it runs this test");
        assert!(output.status.success(), "the guests do not build:\n{}", String::from_utf8_lossy(&output.stderr));
        target.join("wasm32-wasip2/release")
    })
}

/// The component with two million bytes that mean nothing, in a custom section: big enough for the fast compiler.
pub(crate) fn padded(component: &[u8]) -> Vec<u8> {
    let mut content = vec![3];
    content.extend(b"pad");
    content.resize(2_000_000, 0);
    let mut padded = component.to_vec();
    padded.push(0);
    let mut size = content.len();
    while size >= 0x80 {
        padded.push(u8::try_from(size & 0x7f).unwrap() | 0x80);
        size >>= 7;
    }
    padded.push(u8::try_from(size).unwrap());
    padded.extend(content);
    padded
}
