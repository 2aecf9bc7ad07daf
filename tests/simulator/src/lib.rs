//! Four vendors' sign-in APIs on loopback, for hallpass's tests, its demo page and anybody's own trials.
//!
//! The simulator plays each vendor as its public documents describe it: real cookies, real CORS, real JWTs. Beside
//! them listens a *stranger*, a server no credential may ever reach, and a page server. Lifetimes are as short as a
//! test likes, faults come on demand, and a ledger tells what a client really sent (see `/_sim/…` in the readme of
//! this folder).
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use hallpass_simulator::{Options, start};
//!
//! // Port 0 looks for six free ports in a row.
//! let running = start(Options { port: 0, ..Options::default() }).await?;
//! println!("sign in at {}/v1/login", running.ocient);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

mod accounts;
mod call;
mod config;
mod control;
mod cors;
mod damage;
mod device;
mod eip712;
mod ethgas;
mod ethgas_wallet;
mod faults;
mod front;
mod identity;
mod instance;
mod jwt;
mod ledger;
mod lenses;
mod lifetime;
mod listen;
mod misplaced;
mod ocient;
mod page;
mod pegase3;
mod provider_page;
mod reply;
mod rows;
mod sign_on;
mod single_sign_on;
mod stranger;
mod tokens;
mod vendor;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::response::Response;
use front::Site;
use hyper::Request;
use hyper::body::{Body, Bytes};
use tokio::task::JoinSet;
use vendor::Vendor;

pub use listen::{Dropped, accept, bind_port};

/// The base port when nobody asks for another.
pub const DEFAULT_PORT: u16 = 7400;

/// Where to listen and what the page server serves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The page's port; the vendors follow on the next five: ocient, lenses, pegase3, ethgas, stranger.
    /// 0 looks for six free ports in a row.
    pub port: u16,
    /// The folder served at `/` of the page server. Without it the page server knows `/config.json` only.
    pub www: Option<PathBuf>,
    /// The folder served at `/pkg/` of the page server.
    pub pkg: Option<PathBuf>,
    /// The folder served at `/contract/` of the page server: tests that are modules, for a browser to import.
    pub contract: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: DEFAULT_PORT, www: None, pkg: None, contract: None }
    }
}

/// A running simulator. Dropping it stops it, without waiting for its tasks to end.
///
/// Addresses are origins such as `http://127.0.0.1:7401`, with no slash at the end; the same ports answer as
/// `http://localhost:…`.
#[derive(Debug)]
pub struct Running {
    /// The page server.
    pub page: String,
    /// Ocient's HTTP Query API.
    pub ocient: String,
    /// Lenses HQ.
    pub lenses: String,
    /// `PEGASE3_API`, which signs in by request headers.
    pub pegase3: String,
    /// ETHGAS, both families: user name and password below `/api/v1`, wallets below `/v1`.
    pub ethgas: String,
    /// The server that is nobody's vendor.
    pub stranger: String,
    tasks: JoinSet<()>,
}

impl Running {
    /// Closes all listeners and connections, and returns when the ports are free.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// ETHGAS without a port of its own, for a server that has more to serve at the same origin.
pub struct Ethgas(Arc<Site>);

impl Default for Ethgas {
    fn default() -> Self {
        Self(Arc::new(Site::new(Vendor::Ethgas)))
    }
}

impl Ethgas {
    /// Answers one request; its path may lead to an instance.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response, Dropped>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.0.pass(request).await
    }
}

/// Binds the six ports and serves until [`Running::stop`] or drop. Needs a tokio runtime.
///
/// Fails when a port is taken; the error's text names the port and says how to move elsewhere.
pub async fn start(options: Options) -> io::Result<Running> {
    let ports = listen::bind(options.port).await?;
    let base = ports.base;
    let mut tasks = JoinSet::new();

    let page = page::router(base, options.www, options.pkg, options.contract);
    for listener in ports.page {
        tasks.spawn(accept(listener, page::answer(page.clone())));
    }
    for (vendor, listeners) in Vendor::ALL.into_iter().zip(ports.vendors) {
        let site = Arc::new(Site::new(vendor));
        for listener in listeners {
            tasks.spawn(accept(listener, front::answer(Arc::clone(&site))));
        }
    }

    let address = |vendor: Vendor| format!("http://127.0.0.1:{}", vendor.port(base));
    Ok(Running {
        page: format!("http://127.0.0.1:{base}"),
        ocient: address(Vendor::Ocient),
        lenses: address(Vendor::Lenses),
        pegase3: address(Vendor::Pegase3),
        ethgas: address(Vendor::Ethgas),
        stranger: address(Vendor::Stranger),
        tasks,
    })
}
