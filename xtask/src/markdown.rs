//! The code in Markdown files: what readers copy has to compile and to run.

/// A fenced block of code.
#[derive(Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    /// The language: the first word behind the fence.
    pub language: &'a str,
    /// The words after it. Readers don't see them.
    pub words: Vec<&'a str>,
    /// The number of its first line of code.
    pub line: usize,
    /// The code.
    pub code: String,
}

/// The fenced blocks of a text.
pub fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                open = Some(Fence { language, words: words.collect(), line: index + 2, code: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(fence), None) => fence.code.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    found
}

/// What stands between two marks; `None` when the marks aren't there.
pub fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

/// The text with what stands between two marks replaced; `None` when the marks aren't there.
pub fn with_between(text: &str, start: &str, end: &str, new: &str) -> Option<String> {
    let (before, rest) = text.split_once(start)?;
    let (_, after) = rest.split_once(end)?;
    Some([before, start, new, end, after].concat())
}

#[cfg(test)]
mod tests {
    use super::{Fence, between, fences, with_between};

    #[test]
    fn fences_are_found_with_their_words_and_lines() {
        let text = "a\n```jsx vite/App.jsx\nb\n  c\n```\nd\n```\ne\n```\n";
        let expected = [
            Fence { language: "jsx", words: vec!["vite/App.jsx"], line: 3, code: "b\n  c\n".into() },
            Fence { language: "", words: vec![], line: 8, code: "e\n".into() },
        ];
        assert_eq!(fences(text), expected);
    }

    #[test]
    fn only_what_is_between_the_marks_changes() {
        assert_eq!(with_between("a<x>b<y>c", "<x>", "<y>", "!").as_deref(), Some("a<x>!<y>c"));
        assert_eq!(with_between("a<y>b<x>c", "<x>", "<y>", "!"), None);
        assert_eq!(between("a<x>b<y>c", "<x>", "<y>"), Some("b"));
    }
}
