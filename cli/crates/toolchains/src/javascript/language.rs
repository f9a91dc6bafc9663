//! What JavaScript and TypeScript are called and chosen by, and what their tools leave in backtraces and read from the environment.

use conjoin_manifest::{Language, LanguageSpec, ServesOnce, ToolchainSpec};

/// componentize-js: the engine StarlingMonkey.
pub(crate) static BY_STARLING: ToolchainSpec = ToolchainSpec {
    name: "starling",
    serves_once: Some(ServesOnce {
        exports: "wasi:http/incoming-handler",
        because: "its engine is StarlingMonkey",
        otherwise: "its handler of `fetch` events fails at the second request to an instance: \"respondWith can't be called twice\"",
        instead: "run on QuickJS: `engine = \"quickjs\"`, and `export wasi:http/handler@0.3.0` in its world",
    }),
    is_silent: true,
};
/// componentize-qjs: the engine QuickJS.
pub(crate) static BY_QUICKJS: ToolchainSpec = ToolchainSpec { is_silent: true, ..ToolchainSpec::new("quickjs") };

pub(crate) static JAVASCRIPT: LanguageSpec = spec("javascript", &["js", "mjs", "node", "nodejs", "ecmascript"]);
pub(crate) static TYPESCRIPT: LanguageSpec = spec("typescript", &["ts"]);

const ENGINES: &[&ToolchainSpec] = &[&BY_STARLING, &BY_QUICKJS];

const fn spec(name: &'static str, called: &'static [&'static str]) -> LanguageSpec {
    LanguageSpec { name, called, default: &BY_STARLING, toolchains: &[], engines: ENGINES }
}

/// What the ids of templates in `language` end with.
pub(crate) fn template(language: Language) -> &'static str {
    if language == &TYPESCRIPT { "ts" } else { "js" }
}

pub(crate) const MACHINERY: &[&str] = &["JS_", "componentize"];
pub(crate) const MACHINERY_OF_STARLING: &[&str] = &["JS::", "JS_", "js::", "mozilla::", "componentize"];

pub(crate) const WITHHELD: &[(&str, &str)] = &[
    ("NODE_OPTIONS", "loads code into every tool that runs on Node"),
    ("NODE_PATH", "adds modules that the app does not name"),
];

pub(crate) const OFFLINE: &[(&str, &str)] = &[("npm_config_offline", "true")];
