//! `cargo xtask build`: the npm package in `pkg/`.
//!
//! wasm-pack compiles and binds; its package.json and type declarations are replaced, since it knows neither `exports` nor
//! the entry files written by hand in `src/shell`. wasm-opt runs here and not within wasm-pack: see `glue`. What comes of it is
//! put beside the shell's scripts, and `bundle` makes one file of each entry.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::browsers::{self, Engine};
use crate::bundle;
use crate::files::{copy_tree, walk};
use crate::glue;
use crate::job::{Job, output_of};
use crate::licences;
use crate::manifest;
use crate::progress::Progress;
use crate::signer;
use crate::tools::{self, Install, Tool};
use crate::workspace;

/// What wasm-pack writes: the WebAssembly and its JavaScript; and a script that nothing here needs.
const MADE: [&str; 3] = ["made_bg.wasm", "made_bg.js", "made.js"];

/// What the first two are called in the package; its scripts import them.
const WASM: &str = "hallpass.wasm";
const GLUE: &str = "wasm.js";

/// The folders of the shell's scripts.
const FOLDERS: [&str; 1] = ["do"];

/// Where the scripts come together, each a file of its own. Tests load them from there one by one.
const PARTS: &str = "target/xtask/package/src";

/// Where the types of the scripts that the build makes are kept.
const TYPES: &str = "target/xtask/types";

/// What has to be installed before [`build`].
pub fn needs() -> Result<Vec<Install>> {
    tools::missing(&[Tool::WasmTarget, Tool::Npm, Tool::WasmBindgen, Tool::WasmPack])
}

/// The same with what it takes to try the package in a browser.
pub fn needs_with(engine: Engine) -> Result<Vec<Install>> {
    let mut installs = needs()?;
    installs.extend(browsers::missing(&[engine]));
    Ok(installs)
}

/// Writes `pkg/` anew.
pub fn build() -> Result<()> {
    signer::write()?;
    build_at(workspace::root())
}

/// The same for a copy of the repository.
pub fn build_at(root: &Path) -> Result<()> {
    let parts = root.join(PARTS);
    compile(root, &parts)?;
    glue::join(&parts.join(WASM), &parts.join(GLUE))?;
    check_shrunk(&parts)?;
    flatten_snippets(&parts)?;
    copy_scripts(&root.join("src/shell"), &parts)?;
    finish(root, &parts, &root.join("pkg"))
}

/// [`build`] as a step, unless `pkg/` is newer than all that it's made of.
pub fn build_if_stale(progress: &mut Progress) -> Result<()> {
    progress.step("Building the npm package in pkg/, if it's older than its sources", || {
        if is_fresh() { Ok(()) } else { build() }
    })
}

/// Prints each file of `pkg/` with its size.
pub fn list() -> Result<()> {
    let folder = workspace::inside("pkg");
    for file in files(&folder)? {
        println!("{:>9}  pkg/{}", fs::metadata(folder.join(&file))?.len(), file);
    }
    Ok(())
}

fn compile(root: &Path, parts: &Path) -> Result<()> {
    // wasm-pack leaves the snippets of earlier builds where they are.
    clear(parts)?;
    Job::new("wasm-pack", "wasm-pack-build")
        .args(["build", "src/wasm", "--target", "bundler", "--release", "--mode", "no-install", "--no-opt"])
        .args(["--out-dir", &format!("../../{PARTS}"), "--no-pack", "--out-name", "made"])
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root))
        .folder(root)
        .must("wasm-pack could not build the package")?;
    let [wasm, glue, script] = MADE.map(|name| parts.join(name));
    fs::rename(wasm, parts.join(WASM))?;
    fs::rename(glue, parts.join(GLUE))?;
    fs::remove_file(script)?;
    keep_types(root, parts)
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        let told = || format!("{} can't be deleted", workspace::shown(folder));
        fs::remove_dir_all(folder).with_context(told)?;
    }
    Ok(())
}

/// Puts the types of what the build makes where the shell's `tsconfig.json` looks for them. They are not published: people
/// import the shell, which has declarations of its own.
fn keep_types(root: &Path, parts: &Path) -> Result<()> {
    let made = parts.join("made.d.ts");
    let text = fs::read_to_string(&made).context("wasm-pack wrote no type declarations")?;
    // Nobody frees by hand, see `glue::cuts`.
    let text = text.replace("    free(): void;\n    [Symbol.dispose](): void;\n", "");
    for made in [made, parts.join("made_bg.wasm.d.ts")] {
        fs::remove_file(made)?;
    }
    let types = root.join(TYPES);
    fs::create_dir_all(&types)?;
    fs::write(types.join("wasm-text.d.ts"), "declare const text: string;\nexport default text;\n")?;
    fs::write(types.join("wasm.d.ts"), text + glue::TYPES)?;
    Ok(())
}

/// What the compiler is told.
///
/// Panics name their source file. The published file is to be the same wherever it is built, and to tell nothing of the
/// machine. And a stack of 64 kB is plenty, where nothing recurses: the usual one would be a MB of each page's memory.
fn flags(root: &Path) -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let mut flags = vec![format!("--remap-path-prefix={}=.", root.display())];
    let registries = fs::read_dir(home.join("registry/src")).into_iter().flatten().flatten();
    flags.extend(registries.map(|entry| format!("--remap-path-prefix={}=crates", entry.path().display())));
    flags.push("-Clink-arg=-zstack-size=65536".to_owned());
    // Otherwise the compiler writes a load once more for each way that leads to where it may be spared: quicker by nothing that can
    // be measured here, and 510 bytes gzip longer.
    flags.push("-Cllvm-args=-enable-load-pre=0".to_owned());
    // The scripts put the stack back where an exception has passed by Rust.
    flags.push("-Clink-arg=--export=__stack_pointer".to_owned());
    flags.join("\x1f")
}

/// wasm-opt drops the section with the functions' names, which wasm-bindgen keeps: so its absence proves the run.
fn check_shrunk(parts: &Path) -> Result<()> {
    let file = parts.join(WASM);
    let count = "WebAssembly.Module.customSections(new WebAssembly.Module(fs.readFileSync(process.argv[1])), 'name').length";
    let counted = output_of("node", ["-p", count, &file.to_string_lossy()]);
    match counted.as_deref() {
        Some("0") => Ok(()),
        Some(_) => {
            bail!(
                "{} still holds the functions' names, so wasm-opt did not run on it",
                workspace::shown(&file)
            )
        }
        None => bail!("{} is missing, or isn't WebAssembly", workspace::shown(&file)),
    }
}

fn finish(root: &Path, parts: &Path, folder: &Path) -> Result<()> {
    clear(folder)?;
    fs::create_dir_all(folder)?;
    fs::copy(parts.join(WASM), folder.join(WASM))?;
    write_text(&parts.join(WASM), &folder.join(bundle::TEXT))?;
    for path in walk(parts)?.iter().filter(|path| path.extension().is_some_and(|end| end == "ts")) {
        copy_tree(path, &folder.join(path.file_name().context("a file has no name")?))?;
    }
    bundle::write(parts, folder)?;
    for name in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "docs"] {
        copy_tree(&root.join(name), &folder.join(name))?;
    }
    fs::write(folder.join("LICENSES-OF-PARTS.md"), licences::page()?)?;
    manifest::write(folder, &files(folder)?)
}

/// wasm-bindgen puts the JavaScript that the Rust imports below `snippets/`, in a folder named after a hash. The entry
/// files import the same modules, so they move beside them, under names that stay.
fn flatten_snippets(parts: &Path) -> Result<()> {
    let snippets = parts.join("snippets");
    let mut moved = Vec::new();
    for path in walk(&snippets)? {
        let name = path.file_name().context("a snippet has no name")?;
        fs::rename(&path, parts.join(name))?;
        moved.push(path.strip_prefix(parts)?.to_string_lossy().replace('\\', "/"));
    }
    let glue = parts.join(GLUE);
    let mut text = fs::read_to_string(&glue)?;
    for path in moved {
        let name = path.rsplit('/').next().unwrap_or(&path);
        // Only where it is imported: the same text also names the import towards the WebAssembly.
        text = text.replace(&format!("from \"./{path}\""), &format!("from \"./{name}\""));
        text = text.replace(&format!("from './{path}'"), &format!("from './{name}'"));
    }
    if text.contains("from \"./snippets/") || text.contains("from './snippets/") {
        bail!("{GLUE} still imports from snippets/");
    }
    fs::write(&glue, text)?;
    fs::remove_dir_all(&snippets).context("the snippets can't be deleted")
}

/// The modules and the types, which lie among the Rust files of the same floor.
fn copy_scripts(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).with_context(|| format!("{} can't be read", workspace::shown(from)))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().context("a file has no name")?;
        if path.is_dir() {
            copy_scripts(&path, to)?;
        }
        if path.extension().is_some_and(|end| end == "js" || end == "ts") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("{} can't be read", workspace::shown(&path)))?;
            fs::write(to.join(name), flattened(&text))
                .with_context(|| format!("{} can't be copied", workspace::shown(&path)))?;
        }
    }
    Ok(())
}

/// A script as it stands when all lie in one folder, as wasm-bindgen's JavaScript expects them.
fn flattened(script: &str) -> String {
    FOLDERS
        .iter()
        .fold(script.replace("\"../", "\"./"), |text, folder| text.replace(&format!("\"./{folder}/"), "\"./"))
}

/// The WebAssembly as a script, for `hallpass/inline`. Packed before it becomes text, which would not compress well.
fn write_text(wasm: &Path, script: &Path) -> Result<()> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&fs::read(wasm)?)?;
    let text = STANDARD.encode(packed.finish()?);
    fs::write(script, format!("// {WASM} as gzip, in base64.\nexport default \"{text}\";\n"))
        .with_context(|| format!("{} can't be written", workspace::shown(script)))
}

/// The files below `folder`, sorted, with `/` between folders.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found: Vec<String> = walk(folder)?
        .iter()
        .filter_map(|path| path.strip_prefix(folder).ok())
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .collect();
    found.sort();
    Ok(found)
}

/// Whether `pkg/` is newer than all that it's made of.
pub fn is_fresh() -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    // package.json is written last, and only when all else went well.
    let Some(built) = modified(&workspace::inside("pkg/package.json")) else { return false };
    if !workspace::inside(TYPES).join("wasm.d.ts").exists() || !signer::file().exists() {
        return false;
    }
    let tops = ["Cargo.toml", "Cargo.lock", "README.md", "CHANGELOG.md"].map(workspace::inside);
    // The commands themselves decide what becomes of it.
    let folders = ["src", "docs", "xtask/src"].map(|folder| walk(&workspace::inside(folder)));
    let Ok(sources) = folders.into_iter().collect::<Result<Vec<_>>>() else { return false };
    let newest: Option<SystemTime> =
        sources.iter().flatten().chain(&tops).filter_map(|path| modified(path)).max();
    newest < Some(built)
}
