//! What becomes of a request.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, RETRY_AFTER, TRANSFER_ENCODING};
use http::{Response, StatusCode};
use kube::client::Body;
use serde_json::json;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The server gets it, the client gets the answer.
    Passed,
    /// The connection ends before the server gets it.
    Unheard,
    /// The server does it, and the connection ends before the answer.
    Lost,
    /// The server does it, and the answer ends half way.
    Half,
    /// The answer comes in pieces, with so much time before each.
    Slow(Duration),
    /// The server does not get it; it is answered with this status.
    Refused {
        /// The HTTP status.
        code: u16,
        /// After how many seconds it may be asked again.
        retry_after: Option<u64>,
    },
    /// The server does not get it, and the client waits in vain.
    StoppedBefore,
    /// The server does it, and the client waits in vain.
    StoppedAfter,
}

/// Whether a header is for the server: the length and the form of the body are told anew.
pub(super) fn is_passed_on(name: &HeaderName) -> bool {
    ![HOST, CONTENT_LENGTH, TRANSFER_ENCODING, http::header::AUTHORIZATION].contains(name)
}

/// A refusal in the words of an API server.
pub(super) fn refusal(code: u16, retry_after: Option<u64>) -> Result<Response<Body>, http::Error> {
    let reason = match code {
        410 => "Expired",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => "InternalError",
    };
    let status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": code,
        "reason": reason, "message": "the test says so" });
    let status_code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = Response::builder().status(status_code).header(CONTENT_TYPE, "application/json");
    if let Some(seconds) = retry_after {
        answer = answer.header(RETRY_AFTER, seconds);
    }
    answer.body(Body::from(status.to_string().into_bytes()))
}
