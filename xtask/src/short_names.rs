//! Short names between the WebAssembly and its JavaScript. wasm-bindgen's are long and end in hashes, which no compression
//! shortens, and stand in both files: together they take 1.7 kB of what a page downloads.

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

/// Renames the imports and exports of a module, and the places in its JavaScript that name them.
pub fn shorten(wasm: &Path, glue: &Path) -> Result<()> {
    let path = wasm.to_str().context("the path is no text")?;
    let printed = Job::new("wasm-opt", "short-names")
        .args(["--minify-imports-and-exports-and-modules", path, "-o", path])
        .must("wasm-opt could not shorten the names")?;
    let start = printed.text.find('{').context("wasm-opt did not say what it renamed")?;
    let renamed = serde_json::Deserializer::from_str(&printed.text[start..]).into_iter::<Renamed>().next();
    let renamed = renamed.context("wasm-opt did not say what it renamed")??;
    let text = fs::read_to_string(glue)?;
    fs::write(glue, rename(&text, &renamed)?)?;
    Ok(())
}

/// The object with the imports that wasm-bindgen writes itself, and the one module that wasm-opt makes of all.
const OBJECT: &str = "import0";
const MODULE: &str = "a";

/// Imports are members of an object literal, one a line, or of a JavaScript module that is handed over as it is. Exports are
/// read as `wasm.name`.
fn rename(glue: &str, renamed: &Renamed) -> Result<String> {
    let mut text = glue.to_owned();
    let head = format!("const {OBJECT} = {{\n        __proto__: null,\n");
    for [module, old, new] in &renamed.imports {
        let start = format!("        \"{module}\": ");
        let namespace = text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or(OBJECT);
        let namespace = namespace.trim_end_matches(',').to_owned();
        let (before, after) = if namespace == OBJECT {
            (format!("        {old}: function("), format!("        {new}: function("))
        } else {
            (head.clone(), format!("{head}        {new}: {namespace}.{old},\n"))
        };
        if text.matches(&before).count() != 1 {
            bail!("the JavaScript does not hand over {old} once");
        }
        text = text.replace(&before, &after);
    }
    let modules: Vec<_> =
        renamed.imports.iter().map(|[module, ..]| format!("        \"{module}\": ")).collect();
    let is_module = |line: &str| modules.iter().any(|start| line.starts_with(start));
    let one = |line| if is_module(line) { format!("        {MODULE}: {OBJECT},") } else { line.to_owned() };
    let kept = |line: &&str| !is_module(line) || line.ends_with(&format!(": {OBJECT},"));
    text = text.lines().filter(kept).map(|line| one(line) + "\n").collect();
    let mut pieces = text.split("wasm.");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end =
            piece.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        let short = renamed.exports.iter().find(|[old, _]| old == name).map_or(name, |[_, new]| new);
        out.extend(["wasm.", short, rest]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{Renamed, rename};

    const GLUE: &str = r#"
    const import0 = {
        __proto__: null,
        __wbg_now_16f0: function() {
            wasm.core_pass(1); wasm.core_passes; new URL('my_bg.wasm');
        },
    };
    return {
        __proto__: null,
        "./my_bg.js": import0,
        "./guard.js": import1,
    };
"#;

    fn renamed() -> Renamed {
        let import = |module: &str, old: &str, new: &str| [module.into(), old.into(), new.into()];
        let export = |old: &str, new: &str| [old.into(), new.into()];
        Renamed {
            imports: vec![
                import("./my_bg.js", "__wbg_now_16f0", "b"),
                import("./guard.js", "breakDown", "c"),
            ],
            exports: vec![export("core_pass", "d"), export("core_passes", "e")],
        }
    }

    #[test]
    fn both_sides_are_renamed_whole() {
        let expected = r"
    const import0 = {
        __proto__: null,
        c: import1.breakDown,
        b: function() {
            wasm.d(1); wasm.e; new URL('my_bg.wasm');
        },
    };
    return {
        __proto__: null,
        a: import0,
    };
";
        assert_eq!(rename(GLUE, &renamed()).unwrap(), expected);
    }

    #[test]
    fn an_import_that_is_not_handed_over_is_an_error() {
        assert!(rename("", &renamed()).is_err());
    }
}
