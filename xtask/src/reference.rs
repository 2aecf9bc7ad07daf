//! `docs/reference.md`, made from the type declarations, so that editors and readers are told the same.

/// The declarations, in the order of the page: what one imports, and the text.
const SOURCES: [(&str, &str); 6] = [
    ("hallpass", include_str!("../../src/shell/hallpass.d.ts")),
    ("hallpass/inline", include_str!("../../src/shell/inline.d.ts")),
    ("hallpass/react", include_str!("../../src/shell/react.d.ts")),
    ("hallpass/vue", include_str!("../../src/shell/vue.d.ts")),
    ("hallpass/testing", include_str!("../../src/shell/testing.d.ts")),
    ("Types of hallpass/react and hallpass/vue", include_str!("../../src/shell/bindings.d.ts")),
];

const HEAD: &str = "# Reference\n\n\
    All that the package exports, as its type declarations have it, from which this page is made. What to do with it is in the\n\
    [guide](README.md).\n";

/// Something declared, or a member of it: its documentation, and its text.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    doc: String,
    code: String,
}

/// The page.
#[must_use]
pub fn page() -> String {
    let modules = SOURCES.iter().map(|(name, text)| module(name, text));
    HEAD.to_owned() + &modules.collect::<String>()
}

fn module(name: &str, text: &str) -> String {
    let entries = entries(text);
    let (about, declared) = match entries.split_first() {
        Some((first, rest)) if first.code.is_empty() => (first.doc.as_str(), rest),
        _ => ("", entries.as_slice()),
    };
    let told = declared.iter().filter(|entry| is_told(&entry.code)).map(declaration);
    format!("\n## {name}\n{}{}", prose(about), told.collect::<String>())
}

/// What readers look for; the rest is how the declarations hang together.
fn is_told(code: &str) -> bool {
    ["export function", "export type", "export interface", "export class"]
        .iter()
        .any(|start| code.starts_with(start))
        && !code.starts_with("export type {")
}

fn declaration(entry: &Entry) -> String {
    let code = entry.code.trim_start_matches("export ");
    let mut words = code.split(|letter: char| !letter.is_alphanumeric());
    let name = words.nth(1).unwrap_or_default();
    let members = members(code);
    let told: String = members
        .iter()
        .map(|member| {
            let text = member.code.trim_end_matches([';', ',']).trim_start_matches("| ");
            let doc = prose(&member.doc).trim().replace('\n', "\n  ").replace("\n  \n", "\n\n");
            if doc.is_empty() { format!("- `{text}`\n") } else { format!("- `{text}`\\\n  {doc}\n") }
        })
        .collect();
    let whole = told.is_empty() || code.starts_with("function ");
    let shown = if whole { format!("```ts declaration\n{}\n```\n", code.trim_end()) } else { told };
    format!("\n### {name}\n{}\n{shown}", prose(&entry.doc))
}

/// The members of a declaration, where it has some.
fn members(code: &str) -> Vec<Entry> {
    let body = code.split_once("{\n").or_else(|| code.split_once("=\n"));
    match body {
        Some((head, body)) if body.contains("/**") || !head.contains('(') => {
            let inside: String =
                body.lines().map(|line| line.strip_prefix("  ").unwrap_or(line).to_owned() + "\n").collect();
            let mut entries = entries(&inside);
            entries
                .retain(|entry| !entry.code.starts_with(['}', ')']) && !entry.code.starts_with("private "));
            entries
        }
        _ => Vec::new(),
    }
}

/// What follows one another at the outermost level of a text, each with the comment before it.
fn entries(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    let mut doc = String::new();
    while let Some(line) = lines.next() {
        if let Some(start) = line.trim_start().strip_prefix("/**") {
            doc.clear();
            let mut line = start;
            loop {
                let (part, ended) = line.split_once("*/").map_or((line, false), |(part, _)| (part, true));
                let part = part.trim().trim_start_matches('*');
                doc.extend([part.strip_prefix(' ').unwrap_or(part), "\n"]);
                if ended {
                    break;
                }
                let Some(next) = lines.next() else { break };
                line = next.trim_start();
            }
            if doc.contains("@module") {
                // It belongs to no declaration.
                found.push(Entry { doc: doc.trim().to_owned(), code: String::new() });
                doc.clear();
            }
        } else if !line.trim().is_empty() && !line.trim_start().starts_with("//") {
            let mut code = line.to_owned();
            let mut depth = depth_of(line);
            // A union goes on with its cases, and an object or a list of parameters to its end.
            while depth > 0 || (line.ends_with('=') && !code.ends_with(';')) {
                let Some(next) = lines.next() else { break };
                depth += depth_of(next);
                code.extend(["\n", next]);
            }
            found.push(Entry { doc: doc.trim().to_owned(), code });
            doc.clear();
        }
    }
    found
}

fn depth_of(line: &str) -> i32 {
    let code = line.split_once("//").map_or(line, |(code, _)| code);
    let comment = code.trim_start().starts_with(['*', '/']);
    let letters = if comment { "" } else { code };
    letters
        .chars()
        .map(|letter| match letter {
            '{' | '(' | '[' => 1,
            '}' | ')' | ']' => -1,
            _ => 0,
        })
        .sum()
}

/// A comment as Markdown, with an empty line before it.
fn prose(doc: &str) -> String {
    if doc.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n");
    for line in doc.lines().filter(|line| !line.starts_with("@module")) {
        if line.starts_with('@') && !out.ends_with("\n\n") && out.len() > 1 {
            out.push('\n');
        }
        let line = line.replace("@throws {AuthError}", "Throws `AuthError`:");
        let line = match line.strip_prefix("@param ").and_then(|rest| rest.split_once(' ')) {
            Some((name, rest)) => format!("`{name}`: {rest}"),
            None => line,
        };
        out.extend([with_links(&line), "\n".to_owned()]);
    }
    let trimmed = out.trim_end().to_owned() + "\n";
    trimmed
        .replace("```ts\n", "```ts example\n")
        .replace("```tsx\n", "```tsx example\n")
        .replace("```vue\n", "```vue example\n")
}

/// `{@link name}` as code: most of what is named is a member without a heading.
fn with_links(line: &str) -> String {
    let mut pieces = line.split("{@link ");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
        out.extend(["`", name, "`", rest]);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::{Entry, entries, members, page};
    use crate::workspace;

    #[test]
    fn the_page_is_that_of_the_declarations() {
        let path = workspace::inside("docs/reference.md");
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, page()).unwrap();
        }
        let written = fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == page(),
            "docs/reference.md is out of date: UPDATE_DOCS=1 cargo test -p xtask reference"
        );
    }

    #[test]
    fn declarations_are_told_apart_with_their_comments() {
        let text = "/** One. */\nexport type A = {\n  /** Its b,\n   * told. */\n  b: string;\n  c(): void;\n};\n\nexport function d(\n  e: A,\n): void;\n";
        let found = entries(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].doc, "One.");
        let inside = members(&found[0].code);
        let entry = |doc: &str, code: &str| Entry { doc: doc.into(), code: code.into() };
        assert_eq!(inside, [entry("Its b,\ntold.", "b: string;"), entry("", "c(): void;")]);
        assert!(found[1].code.ends_with("): void;"));
    }
}
