//! Sends one request over a connection of its own.

use std::{
    net::SocketAddr,
    panic,
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use conjoin_policy::{Host, Match, Scheme, Target};
use http::{Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    task::{JoinError, JoinHandle},
    time::{Instant, Sleep, sleep, timeout},
};
use tokio_rustls::TlsConnector;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::address::is_private;

/// A response and the future that drives the rest of its connection.
pub(super) type Sent = (Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

/// How long to wait for a connection, for the head of the answer, for the rest of a refused body, and between two
/// pieces of the answer's body. A guest may set its own limits, but for the refused body.
const CONNECT: Duration = Duration::from_secs(30);
const FIRST_BYTE: Duration = Duration::from_mins(2);
const DRAIN: Duration = Duration::from_secs(10);
const BETWEEN_BYTES: Duration = Duration::from_mins(2);

/// The TLS configuration with the certificate authorities that browsers trust.
static TLS: LazyLock<Option<Arc<ClientConfig>>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    Some(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
});

/// Sends a request to a target that was granted.
pub(super) async fn send(
    mut request: Request<WasiBody>,
    options: Option<RequestOptions>,
    target: &Target,
    grant: Match,
) -> Result<Sent, Error> {
    let limit =
        |set: fn(&RequestOptions) -> Option<Duration>, default| options.as_ref().and_then(set).unwrap_or(default);
    let connect_within = limit(|options| options.connect_timeout, CONNECT);
    let first_byte_within = limit(|options| options.first_byte_timeout, FIRST_BYTE);
    let between_bytes = limit(|options| options.between_bytes_timeout, BETWEEN_BYTES);

    let connected = timeout(connect_within, connect(target, grant)).await;
    let (mut sender, connection) = match connected.unwrap_or(Err(Error::ConnectionTimeout)) {
        Ok(connected) => connected,
        Err(error) => {
            drain(request.into_body());
            return Err(error);
        }
    };
    // The connection determines the target, so the request line has only the path.
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>().map_err(|_| Error::HttpRequestUriInvalid)?;
    let answered = timeout(first_byte_within, sender.send_request(request)).await;
    let response = answered.map_err(|_| Error::ConnectionReadTimeout)??;
    let response = response.map(|body| TimedBody { body, between_bytes, late: None }.boxed_unsync());
    let driven = async move {
        match connection.await.map_err(JoinError::try_into_panic) {
            Ok(ended) => ended,
            Err(Ok(panic)) => panic::resume_unwind(panic),
            // The runtime is shutting down.
            Err(Err(_)) => Ok(()),
        }
    };
    Ok((response, Box::new(driven)))
}

/// Reads and discards the body of a refused request, for a while. Otherwise the guest would report that its body was
/// refused, not why.
pub(super) fn drain(mut body: WasiBody) {
    drop(tokio::spawn(timeout(DRAIN, async move { while let Some(Ok(_)) = body.frame().await {} })));
}

/// A sender for one request, and the task that drives its connection.
type Connection = (SendRequest<WasiBody>, JoinHandle<Result<(), Error>>);

async fn connect(target: &Target, grant: Match) -> Result<Connection, Error> {
    let stream = TcpStream::connect(&*addresses(target, grant).await?).await.map_err(Error::Connect)?;
    match target.scheme {
        Scheme::Http => handshake(stream).await,
        Scheme::Https => {
            let config = TLS.clone().ok_or(Error::ConfigurationError)?;
            let name = match &target.host {
                Host::Name(name) => ServerName::try_from(name.clone()).map_err(Error::InvalidDnsNameError)?,
                Host::Address(address) => ServerName::IpAddress((*address).into()),
            };
            handshake(TlsConnector::from(config).connect(name, stream).await.map_err(Error::Tls)?).await
        }
    }
}

/// The addresses that the connection may go to.
async fn addresses(target: &Target, grant: Match) -> Result<Vec<SocketAddr>, Error> {
    let found: Vec<SocketAddr> = match &target.host {
        Host::Name(name) => lookup_host((name.as_str(), target.port))
            .await
            .map_err(|error| Error::DnsError { rcode: Some(error.to_string()), info_code: None })?
            .collect(),
        Host::Address(address) => vec![SocketAddr::new(*address, target.port)],
    };
    if found.is_empty() {
        return Err(Error::DestinationNotFound);
    }
    let allowed: Vec<SocketAddr> =
        found.into_iter().filter(|address| grant == Match::Named || !is_private(address.ip())).collect();
    if allowed.is_empty() { Err(Error::DestinationIpProhibited) } else { Ok(allowed) }
}

async fn handshake(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Result<Connection, Error> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    Ok((sender, tokio::spawn(async move { connection.await.map_err(Error::from) })))
}

/// A body that gives an error when it stalls.
struct TimedBody {
    body: Incoming,
    between_bytes: Duration,
    late: Option<Pin<Box<Sleep>>>,
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let until = Instant::now() + self.between_bytes;
            if let Some(late) = &mut self.late {
                late.as_mut().reset(until);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        let between_bytes = self.between_bytes;
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(between_bytes)));
        late.as_mut().poll(context).map(|()| Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
