//! Reads and writes bodies of requests.

use std::sync::atomic::{AtomicU64, Ordering};

use wstd::http::{Body, Error, Request, Response};

/// How many requests this instance has got.
static COUNT: AtomicU64 = AtomicU64::new(0);

#[wstd::http_server]
async fn main(request: Request<Body>) -> Result<Response<Body>, Error> {
    let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    let body = match request.uri().path() {
        "/count" => count.to_string().into(),
        "/echo" => request.into_body(),
        "/sum" => sum(request.into_body()).await?.to_string().into(),
        _ => panic!("as asked"),
    };
    Ok(Response::new(body))
}

async fn sum(mut body: Body) -> Result<u64, Error> {
    Ok(body.bytes_contents().await?.iter().copied().map(u64::from).sum())
}
