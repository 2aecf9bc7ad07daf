//! The package.json of the npm package. That what it names is there, publint checks.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace;

/// Writes `package.json` for a package of exactly these `files`.
pub fn write(folder: &Path, files: &[String]) -> Result<()> {
    let packages = workspace::packages(&["--no-deps"])?;
    let text = text(workspace::hallpass(&packages)?, files)?;
    fs::write(folder.join("package.json"), text).context("pkg/package.json can't be written")
}

/// Written as text, since the order counts: of the members for the reader, of the conditions in `exports` for
/// resolvers, which take the first that fits.
///
/// On servers the .wasm comes inside the script, as what bundles scripts for them loses files beside them or names them by
/// addresses of the site. So it does under `development`, which bundlers ask for while an application is written: some (Vite
/// up to 7) then move the scripts of packages into a cache of their own, and leave such files behind.
fn text(metadata: &Value, files: &[String]) -> Result<String> {
    let json = |member: &str| match &metadata[member] {
        Value::Null => bail!("Cargo.toml has no `{member}`, and package.json needs it"),
        value => Ok(value.to_string()),
    };
    Ok(format!(
        r#"{{
  "name": {name},
  "version": {version},
  "description": {description},
  "keywords": {keywords},
  "license": {license},{publisher}
  "type": "module",
  "main": "./hallpass.js",
  "types": "./hallpass.d.ts",
  "exports": {{
    ".": {{
      "types": "./hallpass.d.ts",
      "node": "./inline.js",
      "development": "./inline.js",
      "browser": "./hallpass.js",
      "worker": "./hallpass.js",
      "default": "./hallpass.js"
    }},
    "./inline": {{
      "types": "./inline.d.ts",
      "default": "./inline.js"
    }},
    "./react": {{
      "types": "./react.d.ts",
      "default": "./react.js"
    }},
    "./vue": {{
      "types": "./vue.d.ts",
      "default": "./vue.js"
    }},
    "./testing": {{
      "types": "./testing.d.ts",
      "default": "./testing.js"
    }},
    "./hallpass.wasm": "./hallpass.wasm",
    "./package.json": "./package.json"
  }},
  "files": {files},
  "sideEffects": false,
  "engines": {{
    "node": ">=20"
  }},
  "peerDependencies": {{
    "react": ">=18",
    "vue": ">=3.3"
  }},
  "peerDependenciesMeta": {{
    "react": {{ "optional": true }},
    "vue": {{ "optional": true }}
  }}
}}
"#,
        name = json("name")?,
        version = json("version")?,
        description = json("description")?,
        keywords = json("keywords")?,
        license = json("license")?,
        publisher = publisher(metadata),
        files = list(files),
    ))
}

/// What only a publisher knows; until then it is left out.
fn publisher(metadata: &Value) -> String {
    let facts = [("author", &metadata["authors"][0]), ("repository", &metadata["repository"])];
    let told = facts.iter().filter(|(_, fact)| !fact.is_null());
    told.map(|(name, fact)| format!("\n  \"{name}\": {fact},")).collect::<Vec<_>>().concat()
}

/// A JSON list with a line for each file.
fn list(files: &[String]) -> String {
    let lines: Vec<String> = files.iter().map(|file| format!("    {}", Value::from(file.as_str()))).collect();
    format!("[\n{}\n  ]", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::text;

    fn metadata() -> Value {
        json!({
            "name": "hallpass", "version": "1.2.3", "description": "says \"hi\"", "keywords": ["a"],
            "license": "MIT", "repository": null
        })
    }

    #[test]
    fn it_is_json_with_the_crate_s_facts() {
        let files = ["hallpass.js".to_owned(), "snippets/a/b.js".to_owned()];
        let written: Value = serde_json::from_str(&text(&metadata(), &files).unwrap()).unwrap();
        assert_eq!(written["version"], "1.2.3");
        assert_eq!(written["description"], "says \"hi\"");
        assert_eq!(written["files"], json!(files));
        assert_eq!((written.get("author"), written.get("repository")), (None, None));
        let mut published = metadata();
        published["authors"] = json!(["A. Author"]);
        published["repository"] = json!("https://h.example/");
        let written: Value = serde_json::from_str(&text(&published, &files).unwrap()).unwrap();
        assert_eq!(
            (&written["author"], &written["repository"]),
            (&json!("A. Author"), &json!("https://h.example/"))
        );
    }

    #[test]
    fn a_missing_fact_is_named() {
        let mut incomplete = metadata();
        incomplete["license"] = Value::Null;
        let refusal = text(&incomplete, &[]).unwrap_err();
        assert_eq!(refusal.to_string(), "Cargo.toml has no `license`, and package.json needs it");
    }
}
