//! The six ports: binding them, and serving HTTP/1.1 on each.
//!
//! The connections are served by hyper directly, not by `axum::serve`: a fault may have to close a connection with no
//! reply at all, and only hyper's own service may fail.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::vendor::Vendor;

/// Ports in a row: the page and five servers.
const PORTS: u16 = 6;

/// How many random base ports are tried when any will do.
const ATTEMPTS: usize = 64;

/// The listeners of one simulator: for each port one on 127.0.0.1 and, where the machine has it, one on `[::1]`,
/// since browsers may resolve `localhost` to either.
pub struct Ports {
    /// The page's port.
    pub base: u16,
    /// The page's listeners.
    pub page: Vec<TcpListener>,
    /// The listeners of [`Vendor::ALL`], in that order.
    pub vendors: Vec<Vec<TcpListener>>,
}

/// Binds the six ports from `base` on; 0 looks for a free row.
pub async fn bind(base: u16) -> io::Result<Ports> {
    if base != 0 {
        return bind_row(base).await;
    }
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        // Below the range from which systems hand out ports for outgoing connections.
        match bind_row(rand::random_range(10_000..32_000)).await {
            Ok(ports) => return Ok(ports),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn bind_row(base: u16) -> io::Result<Ports> {
    if base.checked_add(PORTS - 1).is_none() {
        let text = format!(
            "port {base} leaves no room for {PORTS} ports: choose a lower one with --port or HALLPASS_PORT"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let page = bind_port(base).await?;
    let mut vendors = Vec::new();
    for vendor in Vendor::ALL {
        vendors.push(bind_port(vendor.port(base)).await?);
    }
    Ok(Ports { base, page, vendors })
}

/// Binds one port, on 127.0.0.1 and, where the machine has it, on `[::1]`.
pub async fn bind_port(port: u16) -> io::Result<Vec<TcpListener>> {
    let refused = |error: io::Error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => "is taken".to_owned(),
            _ => format!("can't be used ({error})"),
        };
        io::Error::new(
            error.kind(),
            format!("port {port} {why}: choose another base port with --port or HALLPASS_PORT"),
        )
    };
    let mut listeners =
        vec![TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), port)).await.map_err(refused)?];
    match TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), port)).await {
        Ok(listener) => listeners.push(listener),
        // Another program there would answer in our place for `localhost`.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(refused(error)),
        Err(_) => {} // no IPv6 on this machine
    }
    Ok(listeners)
}

/// The reason why a connection is closed with no reply: a fault asked for it, or the client left.
#[derive(Debug)]
pub struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is closed with no reply")
    }
}

impl std::error::Error for Dropped {}

impl From<Infallible> for Dropped {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Accepts connections for ever; each request goes to `answer`. Dropping the future closes all of them.
pub async fn accept<Answer, Reply>(listener: TcpListener, answer: Answer)
where
    Answer: Fn(Request<Incoming>) -> Reply + Clone + Send + Sync + 'static,
    Reply: Future<Output = Result<Response, Dropped>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let answer = answer.clone();
                    connections.spawn(async move {
                        // Nagle's algorithm would hold back the bytes of a dripping reply.
                        let _ = stream.set_nodelay(true);
                        // An error here is a fault that was asked for, or a client that left.
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
                    });
                }
                // Out of file descriptors, most likely: wait for a connection to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
