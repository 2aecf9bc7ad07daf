// Runs the contract's tests, which are JavaScript as their users' code is, in a browser.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

#[wasm_bindgen(module = "/tests/contract/env.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn start(package_url: &str, simulator_port: u32) -> Result<JsValue, JsValue>;
}

/// The simulator's port, as the build was told.
fn port() -> u32 {
    option_env!("HALLPASS_PORT").and_then(|port| port.parse().ok()).unwrap_or(7400)
}

/// Loads the package that was built, from the simulator's page server, as a page would.
async fn begin() {
    let address = format!("http://127.0.0.1:{}/pkg/hallpass.js", port());
    passes(start(&address, port()).await);
}

fn passes(result: Result<JsValue, JsValue>) {
    if let Err(error) = result {
        let message = js_sys::Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
        panic!("{}", message.unwrap_or_else(|| format!("{error:?}")));
    }
}

macro_rules! contract {
    ($file:literal: $($test:ident,)*) => {
        $(
            #[wasm_bindgen_test]
            #[allow(non_snake_case, reason = "the JavaScript names of what is tested stand in some")]
            async fn $test() {
                #[wasm_bindgen(module = $file)]
                extern "C" {
                    #[wasm_bindgen(catch, js_name = $test)]
                    async fn run() -> Result<JsValue, JsValue>;
                }
                begin().await;
                passes(run().await);
            }
        )*
    };
}

include!("list.rs");
