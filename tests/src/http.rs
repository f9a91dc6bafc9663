//! Requests over loopback.

use std::time::Duration;

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
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let mut answer = self.0.run(request).unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec().expect("a whole body");
        Answer { status: answer.status().as_u16(), headers, body: String::from_utf8_lossy(&body).into_owned() }
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
