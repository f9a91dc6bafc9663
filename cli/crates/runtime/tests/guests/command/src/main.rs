//! A command; its first argument says what it tries.

use std::io::{Read as _, Write as _};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    match words.as_slice() {
        [] => println!("no arguments"),
        ["args", rest @ ..] => println!("{rest:?}"),
        ["stdin"] => {
            let mut input = String::new();
            std::io::stdin().read_to_string(&mut input).unwrap();
            print!("{}", input.to_uppercase());
        }
        // The standard library knows only 0 and 1 here.
        ["exit", code] => wasip2::cli::exit::exit_with_code(code.parse().unwrap()),
        ["spin"] => {
            eprintln!("spinning");
            loop {
                std::hint::spin_loop();
            }
        }
        ["flood"] => {
            eprintln!("flooding");
            loop {
                println!("{}", "more than anybody reads ".repeat(100));
            }
        }
        ["trap"] => panic!("this command fails on purpose"),
        ["env"] => std::env::vars().for_each(|(name, value)| println!("{name}={value}")),
        ["clock"] => println!("{}", std::time::Instant::now().elapsed().as_secs()),
        ["read", path] => println!("{:?}", std::fs::read_to_string(path).map_err(|error| error.kind())),
        ["write", path] => println!("{:?}", std::fs::write(path, "written").map_err(|error| error.kind())),
        ["try-print"] => {
            let failed = writeln!(std::io::stdout(), "printed").and_then(|()| std::io::stdout().flush()).is_err();
            wasip2::cli::exit::exit_with_code(if failed { 7 } else { 0 });
        }
        words => println!("what is {words:?}?"),
    }
}
