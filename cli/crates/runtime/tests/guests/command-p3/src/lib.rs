//! A command of WASI 0.3 that prints its arguments and ends as the first one says.

use wasip3::{cli, wit_bindgen, wit_stream};

wasip3::cli::command::export!(Guest);

struct Guest;

impl wasip3::exports::cli::run::Guest for Guest {
    async fn run() -> Result<(), ()> {
        let args = cli::environment::get_arguments();
        let (mut writer, reader) = wit_stream::new();
        let line = format!("0.3 {args:?}\n").into_bytes();
        wit_bindgen::spawn_local(async move {
            writer.write_all(line).await;
        });
        let printed = cli::stdout::write_via_stream(reader).await;
        if printed.is_ok() && args.get(1).is_none_or(|word| word != "fail") { Ok(()) } else { Err(()) }
    }
}
