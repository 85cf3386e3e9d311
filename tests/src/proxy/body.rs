//! Answers that end too early, or come slowly.

use std::time::Duration;

use futures::{StreamExt, stream};
use http::Response;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use kube::client::Body;

/// An answer on its way to the client.
pub(super) type Answer = Response<UnsyncBoxBody<Bytes, kube::Error>>;

/// Into how many pieces a slow answer falls.
const PIECES: usize = 8;

/// The whole answer.
pub(super) fn whole(answer: Response<Body>) -> Answer {
    answer.map(BodyExt::boxed_unsync)
}

/// The first half of the first piece of an answer; then the connection ends.
pub(super) fn half(answer: Response<Body>) -> Answer {
    answer.map(|body| {
        let first = body.into_data_stream().take(1);
        let first = first.map(|piece| piece.map(|bytes| Frame::data(bytes.slice(..bytes.len() / 2))));
        let cut = || kube::Error::Service(Box::new(std::io::Error::other("the answer is cut off")));
        StreamBody::new(first.chain(stream::once(async move { Err(cut()) }))).boxed_unsync()
    })
}

/// An answer in pieces, each later than the one before.
pub(super) fn slow(answer: Response<Body>, pause: Duration) -> Answer {
    answer.map(|body| {
        let pieces = body.into_data_stream().flat_map(|piece| {
            let pieces: Vec<_> = match piece {
                Ok(bytes) => {
                    let length = bytes.len().div_ceil(PIECES).max(1);
                    let starts = (0..bytes.len()).step_by(length);
                    starts.map(|at| Ok(bytes.slice(at..(at + length).min(bytes.len())))).collect()
                }
                Err(error) => vec![Err(error)],
            };
            stream::iter(pieces)
        });
        let pieces = pieces.then(move |piece| async move {
            tokio::time::sleep(pause).await;
            piece.map(Frame::data)
        });
        StreamBody::new(pieces).boxed_unsync()
    })
}
