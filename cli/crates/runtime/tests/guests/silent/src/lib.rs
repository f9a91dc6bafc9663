//! Takes HTTP requests of WASI 0.2 and returns without an answer, gives an error instead of one, fails within one, or says how often it
//! was asked.

use std::sync::atomic::{AtomicU32, Ordering};

use wasip2::http::types::{ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};

wasip2::http::proxy::export!(Guest);

static ASKED: AtomicU32 = AtomicU32::new(0);

struct Guest;

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        let asked = ASKED.fetch_add(1, Ordering::Relaxed) + 1;
        match request.path_with_query().as_deref() {
            Some("/error") => ResponseOutparam::set(answer, Err(ErrorCode::ConfigurationError)),
            Some("/count") => OutgoingBody::finish(say(answer, &asked.to_string()), None).expect("it is whole"),
            Some("/break") => {
                let _body = say(answer, "the beginning");
                panic!("this guest fails on purpose");
            }
            _ => {}
        }
    }
}

/// Answers with `text`; the body is not at its end.
fn say(answer: ResponseOutparam, text: &str) -> OutgoingBody {
    let response = OutgoingResponse::new(Fields::new());
    let body = response.body().expect("it was not taken yet");
    ResponseOutparam::set(answer, Ok(response));
    let stream = body.write().expect("it was not taken yet");
    stream.blocking_write_and_flush(text.as_bytes()).expect("somebody reads");
    drop(stream);
    body
}
