//! How a fault plays out on the wire.

use std::io;
use std::iter;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use tokio::sync::watch;

use crate::faults::Strike;
use crate::listen::Dropped;

/// Plays a fault; `vendor` gives the vendor's own reply, for those that damage it. `gate` hears when a held one may go.
pub async fn play(
    strike: Strike,
    mut gate: watch::Receiver<()>,
    vendor: impl FnOnce() -> Response,
) -> Result<Response, Dropped> {
    match strike {
        Strike::Reply { status, content_type, retry_after, location, body } => {
            let mut reply = Response::new(Body::from(body));
            *reply.status_mut() = status;
            for (name, value) in
                [(CONTENT_TYPE, content_type), (RETRY_AFTER, retry_after), (LOCATION, location)]
            {
                if let Some(value) = value {
                    reply.headers_mut().insert(name, value);
                }
            }
            Ok(reply)
        }
        Strike::Delay(pause) => {
            tokio::time::sleep(pause).await;
            Ok(vendor())
        }
        Strike::Hold => {
            // An error says that the world was reset: there is nothing left to wait for.
            let _ = gate.changed().await;
            Ok(vendor())
        }
        // hyper drops this future when the client leaves.
        Strike::Hang => std::future::pending().await,
        Strike::Drop => Err(Dropped),
        Strike::Truncate => truncate(vendor()).await,
        Strike::Cut => cut(vendor()).await,
        Strike::Drip(pause) => drip(vendor(), pause).await,
        Strike::Huge(mebibytes) => Ok(json_stream(huge(mebibytes))),
        Strike::Deep(depth) => Ok(json_text("[".repeat(depth) + &"]".repeat(depth))),
    }
}

/// Takes a reply's body off; its length is no longer true.
async fn unwrap_body(mut reply: Response) -> Result<(Response, Bytes), Dropped> {
    let body = std::mem::take(reply.body_mut());
    reply.headers_mut().remove(CONTENT_LENGTH);
    let bytes = to_bytes(body, usize::MAX).await.map_err(|_| Dropped)?;
    Ok((reply, bytes))
}

async fn truncate(reply: Response) -> Result<Response, Dropped> {
    let (reply, bytes) = unwrap_body(reply).await?;
    Ok(reply.map(|_| Body::from(bytes.slice(..bytes.len() / 2))))
}

async fn cut(reply: Response) -> Result<Response, Dropped> {
    let (mut reply, bytes) = unwrap_body(reply).await?;
    if bytes.is_empty() {
        return Err(Dropped); // nothing to halve
    }
    reply.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = stream::iter([Ok(bytes.slice(..bytes.len() / 2))]);
    let end = stream::once(async {
        // hyper flushes when the body has to wait; without this the first half would go down with the connection.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    Ok(reply.map(|_| Body::from_stream(half.chain(end))))
}

async fn drip(reply: Response, pause: Duration) -> Result<Response, Dropped> {
    let (reply, bytes) = unwrap_body(reply).await?;
    let drops = stream::iter(0..bytes.len()).then(move |at| {
        let drop = bytes.slice(at..=at);
        async move {
            tokio::time::sleep(pause).await;
            Ok::<_, io::Error>(drop)
        }
    });
    Ok(reply.map(|_| Body::from_stream(drops)))
}

fn huge(mebibytes: usize) -> impl Iterator<Item = Bytes> {
    const PIECE: usize = 64 * 1024;
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let quote = || iter::once(Bytes::from_static(b"\""));
    let pieces = mebibytes.saturating_mul(1024 * 1024 / PIECE);
    quote().chain(iter::repeat_n(piece, pieces)).chain(quote())
}

fn json_stream(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Response {
    json_body(Body::from_stream(stream::iter(pieces.map(Ok::<_, io::Error>))))
}

fn json_text(text: String) -> Response {
    json_body(Body::from(text))
}

fn json_body(body: Body) -> Response {
    let mut reply = Response::new(body);
    *reply.status_mut() = StatusCode::OK;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}
