//! Takes HTTP requests of WASI 0.2 and returns without an answer, or gives an error instead of one.

use wasip2::http::types::{ErrorCode, IncomingRequest, ResponseOutparam};

wasip2::http::proxy::export!(Guest);

struct Guest;

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        if request.path_with_query().is_some_and(|path| path == "/error") {
            ResponseOutparam::set(answer, Err(ErrorCode::ConfigurationError));
        }
    }
}
