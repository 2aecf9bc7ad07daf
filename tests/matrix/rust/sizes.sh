#!/bin/sh
# Weighs the applications here and those in `peers`: one table on stdout, in kB of 1000 bytes.
#
# Needs what `cargo xtask build` installs, and clang for a part of leptos_oidc's:
#   PATH="$PWD/target/tools/bin:$PWD/xtask/node_modules/.bin:$PATH" tests/matrix/rust/sizes.sh
set -eu
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"

kB() { awk -v bytes="$1" 'BEGIN { printf "%.1f", bytes / 1000 }'; }
zipped() { gzip -9 -c "$1" | wc -c; }

# weigh <what it is called> <folder> <program> [<cargo's arguments>]
weigh() {
  title=$1 folder=$2 program=$3
  shift 3
  out="sizes/$program"
  rm -rf "$out"
  (cd "$folder" && cargo build --quiet --release --target wasm32-unknown-unknown "$@")
  wasm-bindgen "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/$program.wasm" --target web --out-name app --out-dir "$out"
  wasm-opt -Oz "$out/app_bg.wasm" -o "$out/app_bg.wasm"
  files=0 scripts=0
  for script in $(find "$out" -name '*.js'); do
    files=$((files + 1)) scripts=$((scripts + $(zipped "$script")))
  done
  esbuild "$out/app.js" --bundle --minify --format=esm --log-level=error --outfile="$out/bundled.mjs"
  echo "| $title | $(kB "$(wc -c <"$out/app_bg.wasm")") | $(kB "$(zipped "$out/app_bg.wasm")") |" \
    "$(kB "$scripts") in $files | $(kB "$(zipped "$out/bundled.mjs")") |"
}

echo "| | \`.wasm\` | gzip | scripts, gzip | bundled, gzip |"
echo "|---|---|---|---|---|"
weigh "Yew, hallpass" yew hallpass-yew
weigh "Yew, yew-oauth2" peers/yew-oauth2 peer-yew-oauth2
weigh "Yew, yew-oauth2 with \`openid\`" peers/yew-oauth2 peer-yew-oauth2 --features openid
weigh "Leptos, hallpass" leptos hallpass-leptos
weigh "Leptos, leptos_oidc" peers/leptos_oidc peer-leptos-oidc
