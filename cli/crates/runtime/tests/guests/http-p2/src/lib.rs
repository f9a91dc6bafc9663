//! Answers HTTP of WASI 0.2; each path tries one thing.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

use wstd::{
    http::{Body, Client, Error, Request, Response, StatusCode, Uri},
    time::Duration,
};

static ANSWERED: AtomicU32 = AtomicU32::new(0);

#[wstd::http_server]
async fn main(request: Request<Body>) -> Result<Response<Body>, Error> {
    let answered = ANSWERED.fetch_add(1, Ordering::Relaxed) + 1;
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let text = match path.rsplit('/').next().unwrap_or_default() {
        "hello" => "hello from 0.2\n".to_owned(),
        "echo" => return Ok(Response::new(request.into_body())),
        "big" => "x".repeat(query.parse().unwrap()),
        "count" => answered.to_string(),
        "trap" => panic!("this guest fails on purpose"),
        "exit" => std::process::exit(3),
        "spin" => {
            eprintln!("spinning");
            loop {
                std::hint::spin_loop();
            }
        }
        "sleep" => {
            wstd::task::sleep(Duration::from_millis(query.parse().unwrap())).await;
            "slept\n".to_owned()
        }
        "doze" => {
            println!("dozing");
            wstd::task::sleep(Duration::from_millis(query.parse().unwrap())).await;
            "slept\n".to_owned()
        }
        "clock" => {
            let _now = Instant::now();
            "ticks\n".to_owned()
        }
        "random" => {
            let _seeded = std::hash::RandomState::new();
            "seeded\n".to_owned()
        }
        "env" => std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect(),
        "print" => {
            eprintln!("warning: {query}");
            println!("printed {query}");
            eprint!("no line feed");
            "printed\n".to_owned()
        }
        "lines" => {
            for line in 0..20 {
                println!("{query} {line} {}", query.repeat(40));
            }
            "printed\n".to_owned()
        }
        "stderr" => {
            eprintln!("only a warning");
            "warned\n".to_owned()
        }
        "read" => format!("{:?}\n", std::fs::read_to_string(&query).map_err(|error| error.kind())),
        "write" => format!("{:?}\n", std::fs::write(&query, "written").map_err(|error| error.kind())),
        "connect" => format!("{:?}\n", std::net::TcpStream::connect(&query).map(drop).map_err(|error| error.kind())),
        "resolve" => {
            let found = std::net::ToSocketAddrs::to_socket_addrs(&query).map(|addresses| addresses.count() > 0);
            format!("{:?}\n", found.map_err(|error| error.kind()))
        }
        "fetch" => return fetch(query).await,
        _ => {
            let mut response = Response::new(Body::from("nothing here\n"));
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        }
    };
    Ok(Response::new(text.into()))
}

async fn fetch(uri: String) -> Result<Response<Body>, Error> {
    let request = Request::get(uri.parse::<Uri>()?).body(Body::empty())?;
    Ok(match Client::new().send(request).await {
        Ok(response) => Response::new(response.into_body()),
        Err(error) => Response::new(format!("failed: {error:?}\n").into()),
    })
}
