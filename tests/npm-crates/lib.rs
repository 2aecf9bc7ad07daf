//! The npm package's WebAssembly together with crates that it leaves out, each put to the use that it would have there. Nobody runs it; what
//! is weighed is how much it grows.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate hallpass as _;

#[cfg(feature = "serde")]
mod read {
    //! Options, the vendors' replies and the record, read by serde-wasm-bindgen.

    // Used as wholes, see `read!`.
    #![allow(dead_code)]

    use std::collections::BTreeMap;

    use serde::Deserialize;
    use wasm_bindgen::prelude::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Options {
        vendor: String,
        base_url: String,
        storage: Option<String>,
        account: Option<String>,
        allow: Option<Vec<String>>,
        renew: Option<Renew>,
        timeout_ms: Option<f64>,
        endpoints: Option<BTreeMap<String, String>>,
        idle_ms: Option<f64>,
        max_age_ms: Option<f64>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Renew {
        Auto,
        Manual,
    }

    #[derive(Deserialize)]
    struct Status {
        vendor_code: Option<i64>,
        sql_state: Option<String>,
        reason: Option<String>,
    }

    #[derive(Deserialize)]
    struct Ocient {
        status: Option<Status>,
        access_token: Option<String>,
        expires_in: Option<f64>,
        username: Option<String>,
        database: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Ethgas {
        success: Option<bool>,
        code: Option<i64>,
        error_code: Option<String>,
        data: Option<EthgasData>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct EthgasData {
        access_token: Option<Token>,
        refresh_token: Option<String>,
        expires_in: Option<f64>,
        valid: Option<bool>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Token {
        Plain(String),
        Inside { token: String },
    }

    #[derive(Deserialize)]
    struct Problem {
        code: Option<String>,
        title: Option<String>,
        errors: Option<Vec<Field>>,
        redir_to: Option<String>,
    }

    #[derive(Deserialize)]
    struct Field {
        pointer: Option<String>,
        detail: Option<String>,
    }

    #[derive(Deserialize)]
    struct Record {
        v: i32,
        received_at: f64,
        expires_at: Option<f64>,
        access: Option<String>,
        refresh: Option<String>,
        user: Option<String>,
        database: Option<String>,
        refresh_in_body: bool,
        login: u32,
        signed_in_at: f64,
        ordinal: u32,
        renewals: u32,
        rejected: Option<bool>,
        failures: Option<u32>,
    }

    /// Each type is read, and each member of it used, so that none is left out.
    macro_rules! read {
        ($($name:ident $type:ident { $($member:ident),* })*) => {$(
            #[wasm_bindgen]
            pub fn $name(value: JsValue) -> Result<usize, JsValue> {
                let $type { $($member),* } = serde_wasm_bindgen::from_value(value)?;
                Ok(0 $(+ size_of_val(core::hint::black_box(&$member)))*)
            }
        )*};
    }

    read! {
        read_options Options { vendor, base_url, storage, account, allow, renew, timeout_ms, endpoints, idle_ms, max_age_ms }
        read_ocient Ocient { status, access_token, expires_in, username, database }
        read_ethgas Ethgas { success, code, error_code, data }
        read_problem Problem { code, title, errors, redir_to }
        read_record Record {
            v, received_at, expires_at, access, refresh, user, database, refresh_in_body, login, signed_in_at, ordinal, renewals, rejected, failures
        }
    }
}

#[cfg(feature = "builder")]
mod send {
    //! A login, put together and maybe sent by gloo-net.

    use gloo_net::http::{Method, Request, RequestBuilder};
    use wasm_bindgen::prelude::*;

    fn login(url: &str, token: &str, body: String) -> Result<Request, JsValue> {
        let builder = RequestBuilder::new(url).method(Method::POST);
        let builder = builder.header("Authorization", token).header("Content-Type", "application/json");
        builder.body(body).map_err(|error| error.to_string().into())
    }

    #[cfg(not(feature = "send"))]
    #[wasm_bindgen]
    pub fn build(url: &str, token: &str, body: String) -> Result<JsValue, JsValue> {
        Ok(web_sys::Request::from(login(url, token, body)?).into())
    }

    #[cfg(feature = "send")]
    #[wasm_bindgen]
    pub async fn send(url: String, token: String, body: String) -> Result<JsValue, JsValue> {
        let reply = login(&url, &token, body)?.send().await.map_err(|error| error.to_string())?;
        reply.text().await.map(JsValue::from).map_err(|error| error.to_string().into())
    }
}
