//! A simulated vendor's world that no other test shares, and the page server.

use std::collections::BTreeSet;
use std::env;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use reqwest::Client;
use serde_json::{Value, json};

use crate::secrets;
use crate::vendor::Vendor;

/// The demo page's address.
pub fn page_url() -> Result<String> {
    Ok(format!("http://localhost:{}/", page_port()?))
}

/// The address of a bare page for the tests of several tabs, by a name of this machine.
pub fn tab_url(host: &str) -> Result<String> {
    Ok(format!("http://{host}:{}/contract/tab/index.html", page_port()?))
}

/// One vendor with users, tokens and a ledger of its own.
pub struct World {
    /// Whose.
    pub vendor: Vendor,
    /// Where: the address to sign in at.
    pub address: String,
    http: Client,
}

impl World {
    /// A new one.
    pub fn new(vendor: Vendor) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let port = page_port()? + vendor.port_offset();
        let (run, number) = (process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let moment = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let address = format!("http://localhost:{port}/i/e2e-{moment}-{run}-{number}");
        Ok(Self { vendor, address, http: Client::new() })
    }

    /// Configures it.
    pub async fn configure(&self, config: Value) -> Result<()> {
        self.control("config", config).await
    }

    /// Orders a fault.
    pub async fn fault(&self, fault: Value) -> Result<()> {
        self.control("faults", fault).await
    }

    /// Ends all access tokens, which only the vendor knows.
    pub async fn expire(&self) -> Result<()> {
        self.control("expire", json!({})).await
    }

    /// Accepts nothing any more that it has issued.
    pub async fn revoke(&self) -> Result<()> {
        self.control("revoke", json!({})).await
    }

    /// Lets go the replies that are held.
    pub async fn release(&self) -> Result<()> {
        self.control("release", json!({})).await
    }

    async fn control(&self, route: &str, body: Value) -> Result<()> {
        let reply = self.http.post(format!("{}/_sim/{route}", self.address)).json(&body).send().await?;
        reply.error_for_status().with_context(|| format!("the simulator refused {route}"))?;
        Ok(())
    }

    /// How often it was called so, such as `POST /v1/login`.
    pub async fn count(&self, call: &str) -> Result<u64> {
        Ok(self.ledger().await?["counts"][call].as_u64().unwrap_or(0))
    }

    /// The tokens, cookies and passwords that it has received.
    pub async fn secrets(&self) -> Result<BTreeSet<String>> {
        Ok(secrets::of_ledger(&self.ledger().await?))
    }

    /// What it received.
    pub async fn ledger(&self) -> Result<Value> {
        let reply = self.http.get(format!("{}/_sim/ledger", self.address)).send().await?;
        Ok(reply.error_for_status()?.json().await?)
    }
}

/// The page server's port.
pub fn page_port() -> Result<u16> {
    match env::var("HALLPASS_PORT") {
        Ok(text) => text.parse().with_context(|| format!("HALLPASS_PORT is no port: {text}")),
        Err(_) => Ok(7400),
    }
}
