//! Takes HTTP requests of WASI 0.2 and returns without an answer, gives an error instead of one, fails within one, or says whether it
//! has ever given an error.

use std::sync::atomic::{AtomicBool, Ordering};

use wasip2::http::types::{ErrorCode, Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};

wasip2::http::proxy::export!(Guest);

static ERRED: AtomicBool = AtomicBool::new(false);

struct Guest;

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        match request.path_with_query().as_deref() {
            Some("/error") => {
                ERRED.store(true, Ordering::Relaxed);
                ResponseOutparam::set(answer, Err(ErrorCode::ConfigurationError));
            }
            Some("/state") => {
                let state = if ERRED.load(Ordering::Relaxed) { "erred" } else { "good" };
                OutgoingBody::finish(say(answer, state), None).expect("it is whole");
            }
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
