//! The JavaScript beside the WebAssembly. wasm-bindgen writes it for bundlers that import WebAssembly like a script, which
//! few do; here it becomes a module that hands out what the WebAssembly imports and takes what it exports, so that the
//! package's own loader decides where the file comes from.
//!
//! On the way the names between the two become short. wasm-bindgen's are long and end in hashes, which no compression
//! shortens, and stand in both files: together they take 1.7 kB of what a page downloads.

mod cuts;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::job::Job;

/// What wasm-opt has renamed, as it prints it.
#[derive(Deserialize)]
struct Renamed {
    /// Module, old name, new name.
    imports: Vec<[String; 3]>,
    /// Old name, new name.
    exports: Vec<[String; 2]>,
}

/// The one module that wasm-opt makes of all that the WebAssembly imports from.
const MODULE: &str = "a";

/// How wasm-bindgen's JavaScript is given the exports.
const SETTER: &str = "export function __wbg_set_wasm(val) {\n    wasm = val;\n}\n";

/// The types of what is added to wasm-bindgen's JavaScript.
pub const TYPES: &str = "
/** What the WebAssembly imports. */
export const imports: WebAssembly.Imports;

/** Takes what it exports, and lets it begin. Gives back the stack pointer. */
export function begin(exports: WebAssembly.Exports): WebAssembly.ExportValue | undefined;
";

/// How wasm-opt makes the WebAssembly small. In one run with the names, since each run reads and writes anew and loses what
/// the one before has packed: 500 bytes gzip.
///
/// Unravelled and put together anew, the flow of what the compiler makes of an `async fn` is shorter: 190 bytes. And
/// functions stand in the order of their names, where what is alike stands together: 180 bytes. (To put first what is called most
/// often, where its number is short, makes the file shorter by a kB, but for gzip longer by 230 bytes.)
///
/// Two of its passes are left out, which keep a value for where it is needed again: that makes the file shorter by 80 bytes, but for
/// gzip longer by 100, as what was alike isn't any more.
///
/// The memory is fresh, and so full of zeros, wherever the file is loaded; and it begins with the far end of the stack. The last
/// two leave out which compiler made the file.
const SHRINK: [&str; 12] = [
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--skip-pass=local-cse",
    "--skip-pass=merge-locals",
    "--reorder-functions-by-name",
    "--zero-filled-memory",
    "--low-memory-unused",
    "--strip-producers",
    "--strip-target-features",
];

/// Shrinks the WebAssembly and shortens the names in it, and makes its JavaScript a module of its own.
pub fn join(wasm: &Path, glue: &Path) -> Result<()> {
    let path = wasm.to_str().context("the path is no text")?;
    let printed = Job::new("wasm-opt", "shrink")
        .args(SHRINK)
        .args(["--minify-imports-and-exports-and-modules", path, "-o", path])
        .must("wasm-opt could not shrink the WebAssembly")?;
    let start = printed.text.find('{').context("wasm-opt did not say what it renamed")?;
    let renamed = serde_json::Deserializer::from_str(&printed.text[start..]).into_iter::<Renamed>().next();
    let renamed = renamed.context("wasm-opt did not say what it renamed")??;
    let text = cuts::cut(&fs::read_to_string(glue)?)?;
    fs::write(glue, module(&text, &renamed)?)?;
    Ok(())
}

fn module(glue: &str, renamed: &Renamed) -> Result<String> {
    if glue.matches(SETTER).count() != 1 {
        bail!("wasm-bindgen's JavaScript takes the exports in another way than it did");
    }
    let mut text = glue.replace(SETTER, "");
    let mut members = String::new();
    for [module, old, new] in &renamed.imports {
        if module.ends_with("_bg.js") {
            let (before, after) = (format!("export function {old}("), format!("function {old}("));
            if text.matches(&before).count() != 1 {
                bail!("wasm-bindgen's JavaScript does not hand over {old} once");
            }
            text = text.replace(&before, &after);
        } else {
            // Straight from a script of the package's; it lies beside this one, see `package::flatten_snippets`.
            let script = module.rsplit('/').next().unwrap_or(module);
            text = format!("import {{ {old} }} from \"./{script}\";\n{text}");
        }
        members.extend(["        ", new, ": ", old, ",\n"].map(str::to_owned));
    }
    let end = format!(
        "\n/** What the WebAssembly imports. */\n\
         export const imports = {{\n    __proto__: null,\n    {MODULE}: {{\n        __proto__: null,\n{members}    }},\n}};\n\
         \n/** Takes what it exports, and lets it begin. Gives back the stack pointer. */\n\
         export function begin(exports) {{\n    wasm = exports;\n    wasm.__wbindgen_start();\n    return wasm.__stack_pointer;\n}}\n"
    );
    Ok(with_short_exports(&(text + &end), renamed))
}

/// They are all read as `wasm.name`.
fn with_short_exports(text: &str, renamed: &Renamed) -> String {
    let mut pieces = text.split("wasm.");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end =
            piece.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        let short = renamed.exports.iter().find(|[old, _]| old == name).map_or(name, |[_, new]| new);
        out.extend(["wasm.", short, rest]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Renamed, module};

    const GLUE: &str = "export function __wbg_now_16f0() {
    wasm.core_pass(1); wasm.core_passes;
}
let wasm;
export function __wbg_set_wasm(val) {
    wasm = val;
}
";

    fn renamed() -> Renamed {
        let import = |module: &str, old: &str, new: &str| [module.into(), old.into(), new.into()];
        let export = |old: &str, new: &str| [old.into(), new.into()];
        Renamed {
            imports: vec![
                import("./my_bg.js", "__wbg_now_16f0", "b"),
                import("./snippets/my-1f/guard.js", "breakDown", "c"),
            ],
            exports: vec![
                export("core_pass", "d"),
                export("core_passes", "e"),
                export("__wbindgen_start", "f"),
            ],
        }
    }

    #[test]
    fn both_sides_are_renamed_whole() {
        let expected = r#"import { breakDown } from "./guard.js";
function __wbg_now_16f0() {
    wasm.d(1); wasm.e;
}
let wasm;

/** What the WebAssembly imports. */
export const imports = {
    __proto__: null,
    a: {
        __proto__: null,
        b: __wbg_now_16f0,
        c: breakDown,
    },
};

/** Takes what it exports, and lets it begin. Gives back the stack pointer. */
export function begin(exports) {
    wasm = exports;
    wasm.f();
    return wasm.__stack_pointer;
}
"#;
        assert_eq!(module(GLUE, &renamed()).unwrap(), expected);
    }

    #[test]
    fn what_is_not_handed_over_is_an_error() {
        assert!(module("", &renamed()).is_err());
        assert!(module(&GLUE.replace("now", "then"), &renamed()).is_err());
    }
}
