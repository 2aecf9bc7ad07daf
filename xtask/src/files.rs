//! Folders with all that lies in them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// The files below a folder.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("{} can't be read", workspace::shown(folder)))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(walk(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Copies a file, or a folder with all but what npm has installed or cargo has compiled in it, and makes the folders above it.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        let told = || format!("{} can't be copied to {}", workspace::shown(from), workspace::shown(to));
        return fs::copy(from, to).with_context(told).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name() != "node_modules" && entry.file_name() != "target" {
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The files that are not in both folders with the same content.
pub fn differences(one: &Path, other: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in [one, other] {
        for path in walk(folder)? {
            names.push(path.strip_prefix(folder)?.to_owned());
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| fs::read(one.join(name)).ok() != fs::read(other.join(name)).ok());
    Ok(names.iter().map(|name| name.display().to_string()).collect())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::differences;

    #[test]
    fn what_differs_or_is_missing_is_named() {
        let folder = env::temp_dir().join(format!("hallpass-differences-{}", process::id()));
        let [one, other] = ["one", "other"].map(|name| folder.join(name));
        for (path, text) in [
            (one.join("a"), "1"),
            (other.join("a"), "1"),
            (one.join("b"), "1"),
            (other.join("b"), "2"),
            (one.join("c"), "1"),
        ] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(differences(&one, &other).unwrap(), ["b", "c"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
