//! The README and the guide in `docs/`: their links lead somewhere, and their code compiles.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::job::{Finished, Job};
use crate::markdown::fences;
use crate::workspace;

/// Where the code goes to be compiled.
const FOLDER: &str = "target/xtask/guide";

/// Checks the links and writes the code to be compiled; then compiles it.
pub fn check() -> Result<Finished> {
    let pages = pages()?;
    let dead = dead_links(&pages);
    if !dead.is_empty() {
        bail!("dead links:\n         {}", dead.join("\n         "));
    }
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
    Job::new("tsc", "guide").args(["-p", FOLDER]).run()
}

/// The Markdown files that users read, by their path from the root.
fn pages() -> Result<BTreeMap<PathBuf, String>> {
    let mut paths = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md"]
        .map(PathBuf::from)
        .to_vec();
    let docs = fs::read_dir(workspace::inside("docs")).context("there is no docs/")?;
    paths.extend(docs.flatten().map(|entry| Path::new("docs").join(entry.file_name())));
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(workspace::root().join(&path))?;
        Ok((path, text))
    };
    paths.into_iter().map(read).collect()
}

/// Links to files that aren't there, and to headings that no page has. Addresses elsewhere are not tried: that a test is
/// green must not hang on other people's servers.
fn dead_links(pages: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let mut dead = Vec::new();
    for (page, text) in pages {
        for link in links(text).into_iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { beside(page, file) };
            let alive = match pages.get(&target) {
                Some(text) => anchor.is_empty() || headings(text).any(|heading| heading == anchor),
                None => anchor.is_empty() && workspace::root().join(&target).exists(),
            };
            if !alive {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    dead
}

/// A path as it is seen from a page.
fn beside(page: &Path, file: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path
}

/// The targets of `[text](target)`, outside of code.
fn links(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 0 {
            found.extend(part.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)));
        }
    }
    found
}

/// What a page's headings are called in links to them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept =
            words.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    })
}

/// Writes each block of JavaScript and TypeScript to a file of its own. Of a `fragment` only the grammar is checked, as it
/// leaves out what is around it; a `declaration` is one of the types' own.
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
                "ts" | "js" if fence.words.contains(&"declaration") => continue,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::{dead_links, headings, links};

    #[test]
    fn links_are_followed_to_files_and_headings() {
        let page = |path: &str, text: &str| (PathBuf::from(path), text.to_owned());
        let pages = BTreeMap::from([
            page(
                "README.md",
                "[a](docs/b.md#the-way-out) [b](docs/c.md) [c](#nowhere) [d](https://x.example/#y)",
            ),
            page(
                "docs/b.md",
                "# B\n## The way *out*!\n```js\n[0](1)\n```\n[e](../README.md) [f](../Cargo.toml)",
            ),
        ]);
        assert_eq!(dead_links(&pages), ["README.md: docs/c.md", "README.md: #nowhere"]);
    }

    #[test]
    fn headings_are_called_as_in_addresses() {
        let names: Vec<_> = headings("# Without a file: hallpass/inline\ntext").collect();
        assert_eq!(names, ["without-a-file-hallpassinline"]);
        assert_eq!(links("a](b) ```\n](c)\n``` ](d)"), ["b", "d"]);
    }
}
