#!/bin/sh
# What the npm package would weigh with crates that it leaves out: WebAssembly and scripts, together, as `gzip -9`, in bytes.
#
# Needs what `cargo xtask build` installs:
#   PATH="$PWD/target/tools/bin:$PWD/xtask/node_modules/.bin:$PATH" tests/npm-crates/weigh.sh
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
made="$CARGO_TARGET_DIR/made"

for features in npm std serde builder send; do
  rm -rf "$made"
  cargo build --quiet --release --target wasm32-unknown-unknown --features "$features"
  wasm-bindgen "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/npm_crates.wasm" --target web --out-name app --out-dir "$made"
  wasm-opt -Oz "$made/app_bg.wasm" -o "$made/app_bg.wasm"
  esbuild "$made/app.js" --bundle --minify --format=esm --log-level=error --outfile="$made/app.mjs"
  echo "$features: $(($(gzip -9 -c "$made/app_bg.wasm" | wc -c) + $(gzip -9 -c "$made/app.mjs" | wc -c)))"
done
