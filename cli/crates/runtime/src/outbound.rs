//! HTTP requests of guests: only to origins that were granted, and to private addresses only if the origin was granted by its
//! full name.
//!
//! The name is looked up once, every address is checked, and the connection goes to an address that was checked, so a second
//! lookup cannot lead elsewhere.

mod policy;

use std::sync::Arc;

use http::Request;
use http_body_util::BodyExt as _;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

pub(crate) use self::policy::OutboundPolicy;
use crate::{Capability, event::Denials};

/// A response and the future that drives the rest of its connection.
type Sent = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

/// The hooks of one instance.
pub(crate) struct OutboundHooks {
    policy: Arc<OutboundPolicy>,
    denials: Arc<Denials>,
}

impl OutboundHooks {
    pub(crate) fn new(policy: Arc<OutboundPolicy>, denials: Arc<Denials>) -> Self {
        Self { policy, denials }
    }
}

impl WasiHttpHooks for OutboundHooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let Some(target) = policy::Target::of(request.uri()) else {
            return Box::new(async { Err(Error::HttpRequestUriInvalid) });
        };
        let Some(_grant) = self.policy.grant(&target) else {
            self.denials
                .report(&Capability::OutboundHttp { origin: target.origin() }, "wasi:http/outgoing-handler.handle");
            return Box::new(async { Err(Error::HttpRequestDenied) });
        };
        Box::new(async move {
            let (response, io) = wasmtime_wasi_http::default_send_request(request, options).await?;
            Ok((response.map(|body| body.boxed_unsync()), Box::new(io) as Box<_>))
        })
    }
}
