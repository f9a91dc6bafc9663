//! Answers HTTP of WASI 0.3; each path tries one thing.

use std::sync::atomic::{AtomicU32, Ordering};

use wasip3::{
    clocks::monotonic_clock,
    http::{
        client,
        types::{ErrorCode, Fields, Request, Response, Scheme},
    },
    http_compat::{http_from_wasi_request, http_into_wasi_response},
    wit_future, wit_stream,
};

wasip3::http::service::export!(Guest);

static ANSWERED: AtomicU32 = AtomicU32::new(0);

struct Guest;

impl wasip3::exports::http::handler::Guest for Guest {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let answered = ANSWERED.fetch_add(1, Ordering::Relaxed) + 1;
        let uri = request.get_path_with_query().unwrap_or_default();
        let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
        let text = match path.rsplit('/').next().unwrap_or_default() {
            "hello" => "hello from 0.3\n".to_owned(),
            "echo" => return Ok(echo(request)),
            "copy" => return http_into_wasi_response(http::Response::new(http_from_wasi_request(request)?.into_body())),
            "count" => answered.to_string(),
            "trap" => panic!("this guest fails on purpose"),
            "spin" => {
                eprintln!("spinning");
                loop {
                    std::hint::spin_loop();
                }
            }
            "sleep" => {
                monotonic_clock::wait_for(query.parse::<u64>().unwrap() * 1_000_000).await;
                "slept\n".to_owned()
            }
            "doze" => {
                print("dozing\n".to_owned()).await;
                monotonic_clock::wait_for(query.parse::<u64>().unwrap() * 1_000_000).await;
                "slept\n".to_owned()
            }
            "clock" => format!("{}\n", monotonic_clock::now() > 0),
            "random" => format!("{}\n", wasip3::random::random::get_random_bytes(4).len()),
            "env" => wasip3::cli::environment::get_environment()
                .iter()
                .map(|(name, value)| format!("{name}={value}\n"))
                .collect(),
            "print" => {
                print(format!("printed {query}\n")).await;
                "printed\n".to_owned()
            }
            "resolve" => format!("{:?}\n", wasip3::sockets::ip_name_lookup::resolve_addresses(query.to_owned()).await),
            "fetch" => return fetch(query).await,
            "error" => return Err(ErrorCode::InternalError(Some("on purpose".to_owned()))),
            _ => "nothing here\n".to_owned(),
        };
        http_into_wasi_response(http::Response::new(text))
    }
}

/// Hands the request's body back without touching it.
fn echo(request: Request) -> Response {
    let (result, read) = wit_future::new(|| Ok(()));
    drop(result);
    let (body, trailers) = Request::consume_body(request, read);
    Response::new(Fields::new(), Some(body), trailers).0
}

async fn print(line: String) {
    let (mut writer, reader) = wit_stream::new();
    let written = wasip3::cli::stdout::write_via_stream(reader);
    writer.write_all(line.into_bytes()).await;
    drop(writer);
    let _ = written.await;
}

async fn fetch(uri: &str) -> Result<Response, ErrorCode> {
    let uri: http::Uri = uri.parse().unwrap();
    let (trailers, none) = wit_future::new(|| Ok(None));
    drop(trailers);
    let (request, _) = Request::new(Fields::new(), None, none, None);
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(uri.authority().map(http::uri::Authority::as_str)).unwrap();
    request.set_path_with_query(Some(uri.path())).unwrap();
    match client::send(request).await {
        Ok(response) => Ok(response),
        Err(error) => http_into_wasi_response(http::Response::new(format!("failed: {error:?}\n"))),
    }
}
