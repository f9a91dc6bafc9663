//! Where Wasmtime asks what to do with a guest's request.

use std::sync::Arc;

use conjoin_policy::OUTBOUND_HTTP;
use http::Request;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::{
    client::{self, Sent},
    policy::{OutboundPolicy, target_of},
};
use crate::denials::Denials;

/// What guests call, for messages: `outgoing-handler.handle` of WASI 0.2 or `client.send` of 0.3.
const CALL: &str = "wasi:http";

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
        let Some(target) = target_of(request.uri()) else {
            return Box::new(async { Err(Error::HttpRequestUriInvalid) });
        };
        let missing = target.to_string();
        let Some(grant) = self.policy.grant(&target) else {
            self.denials.report(&OUTBOUND_HTTP, Some(&missing), CALL);
            return Box::new(async {
                client::drain(request.into_body());
                Err(Error::HttpRequestDenied)
            });
        };
        let denials = Arc::clone(&self.denials);
        Box::new(async move {
            let sent = client::send(request, options, &target, grant).await;
            if let Err(Error::DestinationIpProhibited) = &sent {
                denials.report(&OUTBOUND_HTTP, Some(&missing), CALL);
            }
            sent
        })
    }
}
