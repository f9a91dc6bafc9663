//! Shortens a guest's backtrace to the frames of the user's code.

/// The largest number of frames to show.
const SHOWN: usize = 6;

/// Prefixes of functions of generated bindings and linkers. Toolchains give those of their languages.
const MACHINERY: [&str; 7] = ["<wasm function", "__wasm", "_start", "cabi_", "wasi:", "wasm_", "wit_bindgen"];

/// Gives the frames of the user's code, or the innermost ones if there are none, and the number of the other frames.
pub(crate) fn shortened(backtrace: &str) -> String {
    let (frames, heading): (Vec<&str>, Vec<&str>) = backtrace.lines().partition(|line| name(line).is_some());
    if frames.len() <= SHOWN {
        return backtrace.to_owned();
    }
    let toolchains = conjoin_toolchains::all().toolchains.iter();
    let theirs = toolchains.flat_map(|toolchain| toolchain.machinery()).copied();
    let machinery: Vec<&str> = MACHINERY.into_iter().chain(theirs).collect();
    let is_own = |frame: &&&str| name(frame).is_some_and(|name| !machinery.iter().any(|start| name.starts_with(start)));
    let own: Vec<&str> = frames.iter().filter(is_own).copied().take(SHOWN).collect();
    let shown = if own.is_empty() { frames[..SHOWN / 2].to_vec() } else { own };
    let more = format!("    ... {} frames more: `-v` shows them", frames.len() - shown.len());
    heading.into_iter().chain(shown).chain([more.as_str()]).collect::<Vec<_>>().join("\n")
}

/// The function name in a frame of the form `  NUMBER: ADDRESS - MODULE!NAME`.
fn name(line: &str) -> Option<&str> {
    let (number, rest) = line.trim_start().split_once(':')?;
    let is_frame = !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit());
    is_frame.then(|| rest.split_once('!').map_or(rest, |(_, name)| name).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backtrace(names: &[&str]) -> String {
        let frames =
            names.iter().enumerate().map(|(index, name)| format!("\n   {index}: 0x{index}2b - api.wasm!{name}"));
        format!("error while executing at wasm backtrace:{}", frames.collect::<String>())
    }

    #[test]
    fn frames_of_the_language_are_left_out() {
        let long = backtrace(&[
            "abort",
            "std::process::abort",
            "std::panicking::begin_panic_handler",
            "core::panicking::panic_fmt",
            "shop::price",
            "<shop::Shop as shop::exports::Guest>::quote",
            "wit_bindgen::rt::run",
            "cabi_post",
        ]);
        assert_eq!(
            shortened(&long),
            "error while executing at wasm backtrace:\n   4: 0x42b - api.wasm!shop::price\n   5: 0x52b - \
             api.wasm!<shop::Shop as shop::exports::Guest>::quote\n    ... 6 frames more: `-v` shows them"
        );
    }

    #[test]
    fn the_innermost_frames_stand_for_those_without_names() {
        let long = backtrace(&["<wasm function 1>"; 20]);
        let lines: Vec<String> = shortened(&long).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(lines[4], "    ... 17 frames more: `-v` shows them");
    }

    #[test]
    fn a_short_backtrace_stays_as_it_is() {
        let short = backtrace(&["core::panicking::panic", "shop::price"]);
        assert_eq!(shortened(&short), short);
        assert_eq!(shortened(""), "");
    }
}
