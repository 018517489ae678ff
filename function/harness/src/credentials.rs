//! A mock of the server that gives credentials to a program in a container.

use std::io::BufReader;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use serde_json::json;

use crate::http::{self, Request, Response};
use crate::signature::CREDENTIALS;

/// A server that returns the credentials of the mock AWS to requests with the token `token`.
#[derive(Debug)]
pub struct CredentialServer {
    /// The value for `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl CredentialServer {
    /// Listens on a free loopback port until the process ends.
    ///
    /// # Errors
    /// There is no free port.
    pub fn start(token: &'static str) -> Result<Self> {
        Self::with_rule(move |request| answer(request, token))
    }

    /// Starts a server that responds by `rule`.
    ///
    /// # Errors
    /// There is no free port.
    pub fn with_rule(rule: impl Fn(&Request) -> Response + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("listening for requests for credentials")?;
        let address = listener.local_addr().context("reading the port")?;
        let requests = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = BufReader::new(stream);
                while let Ok(Some(request)) = http::read(&mut stream) {
                    let response = rule(&request);
                    recorded.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                    // A client that closed its connection asks again.
                    let _ = http::write(stream.get_mut(), &response);
                }
            }
        });
        Ok(Self { url: format!("http://{address}/credentials"), requests })
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn answer(request: &Request, token: &str) -> Response {
    if request.line != "GET /credentials" || request.header("authorization") != Some(token) {
        return Response::error(401, "InvalidAuthorizationToken", "the token is unknown");
    }
    let (id, secret) = CREDENTIALS;
    let expiration = "2100-01-01T00:00:00Z";
    Response::ok(json!({"AccessKeyId": id, "SecretAccessKey": secret, "Token": "session", "Expiration": expiration}))
}
