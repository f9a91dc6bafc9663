//! Requests over loopback.

use std::{
    io::{BufRead, BufReader, Write as _},
    net::TcpStream,
    thread,
    time::Duration,
};

use ureq::http;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// Something that asks, over one kept connection.
pub struct Client(ureq::Agent);

impl Client {
    /// A client that gives up after a minute.
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .proxy(None)
            .build();
        Self(config.new_agent())
    }

    /// Sends a request; the test fails if there is no answer.
    pub fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let (parts, body) = self.exchange(method, url, headers, body);
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Answer { status: parts.status.as_u16(), headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    fn exchange(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (http::response::Parts, Vec<u8>) {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let answer = self.0.run(request).unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let (parts, mut body) = answer.into_parts();
        (parts, body.with_config().limit(64 << 20).read_to_vec().expect("a whole body"))
    }

    /// Sends a GET request.
    pub fn get(&self, url: &str) -> Answer {
        self.ask("GET", url, &[], &[])
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// Posts bytes to `http://ADDRESS/PATH` and reads the answer while they are still being sent, as a service that streams needs it;
/// gives the status and the whole body.
pub fn post(address: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let host = address.trim_start_matches("http://");
    let connection = TcpStream::connect(host).unwrap_or_else(|error| panic!("{host}: {error}"));
    connection.set_read_timeout(Some(Duration::from_mins(2))).expect("a time limit");
    thread::scope(|scope| {
        scope.spawn(|| {
            let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n", body.len());
            // A service that does not want all of it answers and closes the connection: the answer tells.
            drop((&connection).write_all(&[head.as_bytes(), b"connection: close\r\n\r\n", body].concat()));
        });
        read_answer(&mut BufReader::new(&connection))
    })
}

/// A request that runs: its answer has begun while a part of its body is still to come.
pub struct Running {
    connection: BufReader<TcpStream>,
    head: Head,
}

impl Running {
    /// Posts the first part of a body of `length` bytes to `http://ADDRESS/PATH` and waits for the head of the answer.
    pub fn post(address: &str, path: &str, first: &[u8], length: usize) -> Self {
        let host = address.trim_start_matches("http://");
        let connection = TcpStream::connect(host).unwrap_or_else(|error| panic!("{host}: {error}"));
        connection.set_read_timeout(Some(Duration::from_mins(2))).expect("a time limit");
        let mut connection = BufReader::new(connection);
        let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n");
        connection.get_mut().write_all(&[head.as_bytes(), first].concat()).expect("a connection");
        let head = read_head(&mut connection);
        Self { connection, head }
    }

    /// Sends the rest of the body; gives the status and the whole answer.
    pub fn finish(mut self, rest: &[u8]) -> (u16, Vec<u8>) {
        self.connection.get_mut().write_all(rest).expect("a connection");
        (self.head.status, read_body(&mut self.connection, self.head.chunked))
    }
}

/// What of the head of an answer says how to read it.
struct Head {
    status: u16,
    chunked: bool,
}

fn read_answer(connection: &mut BufReader<&TcpStream>) -> (u16, Vec<u8>) {
    let head = read_head(connection);
    (head.status, read_body(connection, head.chunked))
}

fn read_head(connection: &mut impl BufRead) -> Head {
    let status = line(connection);
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let mut chunked = false;
    loop {
        let header = line(connection).to_ascii_lowercase();
        chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        if header.is_empty() {
            return Head { status, chunked };
        }
    }
}

fn read_body(connection: &mut impl BufRead, chunked: bool) -> Vec<u8> {
    let mut body = Vec::new();
    if !chunked {
        connection.read_to_end(&mut body).expect("a body");
        return body;
    }
    loop {
        let size = usize::from_str_radix(&line(connection), 16).expect("the size of a chunk");
        let before = body.len();
        body.resize(before + size, 0);
        connection.read_exact(&mut body[before..]).expect("a chunk");
        line(connection);
        if size == 0 {
            return body;
        }
    }
}

fn line(connection: &mut impl BufRead) -> String {
    let mut line = String::new();
    connection.read_line(&mut line).expect("a line");
    line.trim_end().to_owned()
}
