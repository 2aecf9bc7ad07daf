// Runs the contract's tests, which are JavaScript as their users' code is, in a browser.
//
// The tests and the package come from the simulator's page server, as a page would load them. They are not bound into the
// test's own WebAssembly: with as many modules as there are files, the test runner's server and Chromium at times wait for
// each other and the page never loads.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

#[wasm_bindgen(inline_js = r#"
    export async function runTest(port, file, name) {
        const origin = `http://127.0.0.1:${port}`;
        const { start } = await import(`${origin}/contract/env.js`);
        await start(`${origin}/pkg/hallpass.js`, port);
        const tests = await import(`${origin}/contract/${file}`);
        if (typeof tests[name] !== "function") throw new Error(`${file} has no test ${name}`);
        await tests[name]();
    }
"#)]
extern "C" {
    #[wasm_bindgen(catch, js_name = runTest)]
    async fn run_test(port: u32, file: &str, name: &str) -> Result<JsValue, JsValue>;
}

async fn run(file: &str, name: &str) {
    // The simulator's port, as the build was told.
    let port = option_env!("HALLPASS_PORT").and_then(|port| port.parse().ok()).unwrap_or(7400);
    if let Err(error) = run_test(port, file, name).await {
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
                run($file, stringify!($test)).await;
            }
        )*
    };
}

include!("list.rs");
