//! The README and the guide in `docs/`: their links lead somewhere, and their code compiles.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::json;

use crate::files::walk;
use crate::job::Job;
use crate::markdown::fences;
use crate::workspace;

/// Where the code goes to be compiled.
const FOLDER: &str = "target/xtask/guide";

/// What users read: files, and a folder of them.
const PAGES: [&str; 6] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md", "docs"];

/// Links to files that aren't there, and to headings that no page has. Addresses elsewhere are not tried: that a test is green
/// must not hang on other people's servers; nor are typedoc's pages, whose links lead to anchors in HTML and are checked by typedoc.
pub fn links() -> Job {
    let plugin = "./xtask/node_modules/remark-validate-links/index.js=repository:false";
    Job::new("remark", "guide-links")
        .args(["--no-stdout", "--quiet", "--frail", "--use", plugin, "--ignore-pattern", "docs/reference/"])
        .args(PAGES)
}

/// Writes the code to be compiled, and what compiles it.
pub fn code() -> Result<Job> {
    let pages = pages()?;
    let folder = workspace::inside(FOLDER);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let files = write_code(&pages, &folder)?;
    if files.is_empty() {
        bail!("the guide has no code to compile");
    }
    let options = json!({
        "compilerOptions": {
            "strict": true, "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true,
            "noEmit": true, "allowJs": true, "target": "es2022", "module": "esnext", "moduleResolution": "bundler",
            "moduleDetection": "force", "jsx": "react-jsx", "lib": ["es2022", "dom", "dom.iterable"], "types": [],
            "paths": {
                "hallpass": ["../../../pkg/hallpass.d.ts"], "hallpass/*": ["../../../pkg/*.d.ts"],
                "*": ["../../../xtask/node_modules/*", "../../../xtask/node_modules/@types/*"]
            }
        },
        "files": files,
    });
    fs::write(folder.join("tsconfig.json"), options.to_string())?;
    Ok(Job::new("tsc", "guide").args(["-p", FOLDER]))
}

/// The Markdown files that users read, by their path from the root.
fn pages() -> Result<BTreeMap<PathBuf, String>> {
    let [files @ .., folder] = PAGES;
    let mut paths = files.map(PathBuf::from).to_vec();
    let docs = walk(&workspace::inside(folder))?;
    paths.extend(docs);
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    let read = |path: PathBuf| {
        let path = workspace::root().join(path);
        Ok((PathBuf::from(workspace::shown(&path)), fs::read_to_string(&path)?))
    };
    paths.into_iter().map(read).collect()
}

/// Writes each block of JavaScript and TypeScript to a file of its own. Of a `fragment` only the grammar is checked, as it
/// leaves out what is around it.
fn write_code(pages: &BTreeMap<PathBuf, String>, folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for (page, text) in pages {
        for fence in fences(text) {
            let end = match fence.language {
                "ts" | "tsx" if fence.words.contains(&"fragment") => bail!(
                    "{}:{}: a fragment has to be JavaScript, as types can't be checked in it",
                    page.display(),
                    fence.line
                ),
                // Its types are Angular's, which `cargo xtask matrix` has, as it has the compiler for the template.
                "ts" if fence.words.iter().any(|file| file.starts_with("angular/")) => continue,
                "ts" | "tsx" | "js" | "jsx" => fence.language,
                _ => continue,
            };
            let name = page.display().to_string().replace(['/', '.'], "-");
            let file = format!("{name}-{}.{end}", fence.line);
            fs::write(folder.join(&file), fence.code)?;
            files.push(file);
        }
    }
    Ok(files)
}
