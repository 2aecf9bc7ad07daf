//! Just enough of the WebAssembly binary format to list a module's custom sections.

/// The names of the custom sections of a module; `None` when the bytes aren't a WebAssembly module.
pub fn custom_sections(bytes: &[u8]) -> Option<Vec<String>> {
    let mut rest = bytes.strip_prefix(b"\0asm\x01\0\0\0")?;
    let mut names = Vec::new();
    while let Some((id, after)) = rest.split_first() {
        let (size, after) = length(after)?;
        let (section, after) = after.split_at_checked(size)?;
        if *id == 0 {
            let (size, section) = length(section)?;
            names.push(String::from_utf8_lossy(section.get(..size)?).into_owned());
        }
        rest = after;
    }
    Some(names)
}

/// An unsigned LEB128 number of at most 32 bits, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, bytes.get(index + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::custom_sections;

    #[test]
    fn sections_are_named() {
        let module = b"\0asm\x01\0\0\0\x01\x01\x00\x00\x06\x04nameX";
        assert_eq!(custom_sections(module), Some(vec!["name".to_owned()]));
    }

    #[test]
    fn what_is_cut_or_foreign_is_refused() {
        assert_eq!(custom_sections(b"\0asm\x01\0\0\0\x00\x06\x04na"), None);
        assert_eq!(custom_sections(b"<html>"), None);
        assert_eq!(custom_sections(b"\0asm\x01\0\0\0\x00\xff\xff\xff\xff\xff"), None);
    }
}
