//! Who may be sent the credential (R1), held against the `url` crate's parser: what counts is what an address means.

use hallpass::session::{Audience, has_hidden_parent};
use proptest::prelude::*;
use proptest::sample::select;
use url::Url;

use crate::support::cases;

fn audience(prefixes: &[&str]) -> Audience {
    let mut audience = Audience::default();
    for prefix in prefixes {
        let url = Url::parse(prefix).unwrap();
        audience.add(&spelt(&url));
    }
    audience
}

fn spelt(url: &Url) -> String {
    url.origin().ascii_serialization() + url.path()
}

fn admits(audience: &Audience, target: &str) -> bool {
    let url = Url::parse(target).unwrap();
    audience.admits(&spelt(&url))
}

/// The address of a request, with its query, is judged by what stands before that.
#[test]
fn r1_a_query_is_no_part_of_the_target() {
    let api = audience(&["https://api.example.com/v1"]);
    for tail in ["?x", "#x", "/a?b#c", "?/../..", "#?"] {
        assert!(api.admits(&format!("https://api.example.com/v1{tail}")), "{tail}");
    }
    assert!(!api.admits("https://evil.example/?https://api.example.com/v1"));
    assert!(!api.admits("https://api.example.com?/v1") && !api.admits("https://api.example.com#/v1"));
}

/// What may see the credential need not be the vendor: only `baseUrl` speaks for the session.
#[test]
fn only_what_lies_below_the_base_is_the_vendors() {
    let mut audience = Audience::new("https://api.example.com/v1/");
    audience.add("https://files.example.com");
    for (address, is_vendors) in [
        ("https://api.example.com/v1", true),
        ("https://api.example.com/v1/x?y", true),
        ("https://api.example.com/v1?y", true),
        ("https://api.example.com/v10", false),
        ("https://api.example.com/", false),
        ("https://files.example.com/v1", false),
    ] {
        assert_eq!(audience.is_at_base(address), is_vendors, "{address}");
    }
    assert!(audience.admits("https://files.example.com/v1"));
    assert!(!Audience::default().is_at_base("https://api.example.com/v1"), "no base, no vendor");
}

#[test]
fn r1_a_prefix_admits_whole_segments_of_its_own_origin() {
    let api = audience(&["https://api.example.com/v1"]);
    for target in [
        "https://api.example.com/v1",
        "https://api.example.com/v1/",
        "https://api.example.com/v1/x",
        "https://api.example.com/v1?q=/../",
        "https://api.example.com/v1#f",
        "https://api.example.com:443/v1/x",
        "https://API.Example.COM/v1/x",
        "https://api.example.com/v2/../v1/x",
        "https://api.example.com/./v1/x",
        "https:\\\\api.example.com\\v1\\x",
        "https://api.example.com/v1//x",
        "https://api.example.com/v1/x%20y",
    ] {
        assert!(admits(&api, target), "{target}");
    }
    for target in [
        "https://api.example.com/",
        "https://api.example.com/v1x",
        "https://api.example.com/v10/x",
        "https://api.example.com/V1/x",
        "https://api.example.com/x/v1",
        "https://api.example.com//v1/x",
        "https://api.example.com/v1%2fx",
        "https://api.example.com/v1/../x",
        "https://api.example.com/v1/%2e%2e/x",
        "https://api.example.com/v1/.%2E/x",
        "https://api.example.com/v1\\..\\x",
        "https://api.example.com/v1/.\t./x",
        "http://api.example.com/v1/x",
        "https://api.example.com:8443/v1/x",
        "https://api.example.com.evil.test/v1/x",
        "https://evil.test/https://api.example.com/v1/x",
        "https://api.example.com@evil.test/v1/x",
        "https://example.com/v1/x",
        "https://api.example.com./v1/x",
        "https://аpi.example.com/v1/x",
    ] {
        assert!(!admits(&api, target), "{target}");
    }
}

#[test]
fn r1_a_slash_at_the_end_of_a_prefix_changes_nothing() {
    for prefix in ["https://h.test/api", "https://h.test/api/", "https://h.test/api//"] {
        let api = audience(&[prefix]);
        assert!(admits(&api, "https://h.test/api") && admits(&api, "https://h.test/api/x"), "{prefix}");
        assert!(!admits(&api, "https://h.test/apix"), "{prefix}");
    }
}

#[test]
fn r1_any_of_several_prefixes_admits_and_none_admits_nothing() {
    let two = audience(&["https://h.test/api", "http://localhost:3000"]);
    assert!(admits(&two, "https://h.test/api/x") && admits(&two, "http://localhost:3000/anything"));
    assert!(!admits(&two, "http://localhost/anything") && !admits(&two, "http://127.0.0.1:3000/"));
    assert!(!admits(&two, "https://localhost:3000/"));
    assert!(!admits(&Audience::default(), "https://h.test/"));
    assert!(!audience(&["https://h.test"]).admits("null/"), "an opaque origin is nobody's");
}

/// Letters and digits alone hide nothing, whatever they would be behind a percent sign.
#[test]
fn only_a_percent_sign_begins_a_code() {
    for path in ["/v/z2ez2e/x", "/z2ez2e", "/%zz/2e2e/x"] {
        assert!(!has_hidden_parent(path), "{path}");
    }
    assert!(has_hidden_parent("/v/%2e%2e/x"));
}

/// What the URL parser leaves alone and many servers decode.
#[test]
fn r1_a_hidden_parent_leaves_the_prefix() {
    let api = audience(&["https://h.test/api"]);
    for hidden in [
        "..%2fx",
        "..%2Fx",
        "%2e%2e%2fx",
        "%2E%2E%2Fx",
        ".%2e%2fx",
        "..%5cx",
        "..%5Cx",
        "%2e%2e%5cx",
        "a%2f..%2f..%2fx",
        "a%2f..",
        "a%5c..",
        "..%252fx",
        "%252e%252e%252fx",
        "%252e%252e/x",
        "..%255cx",
        "%25%32%65%25%32%65/x",
        "%2e%252e%2fx",
        "a/%252e%252e",
    ] {
        let target = format!("https://h.test/api/{hidden}");
        assert!(!admits(&api, &target), "{target}");
        assert!(
            admits(&audience(&["https://h.test"]), &target),
            "below a bare origin, there is nothing to leave: {target}"
        );
    }
    for harmless in
        ["...", "a..b", "..a", "a..%2fb", "%2e", "a%2fb", "50%25", "100%", "%", "%2", "%zz", "%c3%a9", "%25"]
    {
        assert!(admits(&api, &format!("https://h.test/api/{harmless}")), "{harmless}");
    }
}

/// Decodes every `%xx` once, written another way than in the source.
fn decode(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(char::from(byte));
                decoded.push_str(&part[2..]);
            }
            None => decoded.extend(["%", part]),
        }
    }
    decoded
}

const PIECES: [&str; 20] = [
    "..", "..", "/", "\\", ".", "%2e", "%2E", "%2f", "%2F", "%5c", "%252e", "%252f", "%255c", "%25", "2e",
    "2f", "%", "api", "apix", "x",
];

fn any_path() -> impl Strategy<Value = String> {
    prop::collection::vec(select(&PIECES[..]), 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(4000))]

    /// R1: a server may decode an admitted path once or twice; it still lies below the prefix.
    #[test]
    fn r1_an_admitted_path_stays_below_its_prefix_however_often_it_is_decoded(path in any_path()) {
        let target = Url::parse("https://h.test/api/").unwrap().join(&format!("/api/{path}")).unwrap();
        if audience(&["https://h.test/api"]).admits(&spelt(&target)) {
            let once = decode(target.path());
            for served in [once.clone(), decode(&once)] {
                let walked = Url::parse(&format!("https://h.test{served}")).unwrap();
                prop_assert!(walked.path() == "/api" || walked.path().starts_with("/api/"), "{} is {}", target, walked);
            }
        }
    }

    /// R1: without escapes, admission is a matter of origin and segments, as the parser tells them.
    #[test]
    fn r1_admission_compares_segments(
        prefix in "(/[ab]{0,2}){0,3}", path in "(/[ab.]{0,2}){0,5}",
        (host, other) in (select(&["h.test", "h.test:8443", "i.test"][..]), select(&["h.test", "H.TEST:443"][..])),
    ) {
        let prefix = Url::parse(&format!("https://{other}{prefix}")).unwrap();
        let target = Url::parse(&format!("https://{host}{path}")).unwrap();
        let wanted: Vec<_> = prefix.path().trim_end_matches('/').split('/').collect();
        let given: Vec<_> = target.path().split('/').collect();
        let expected = prefix.origin() == target.origin() && given.starts_with(&wanted);
        prop_assert_eq!(admits(&audience(&[prefix.as_str()]), target.as_str()), expected, "{} {}", prefix, target);
    }

    /// A normalised path has no `..` in the open, so the only ones found are hidden.
    #[test]
    fn r1_a_path_without_escapes_hides_nothing(path in "[/a.b-]{0,20}") {
        let target = Url::parse(&format!("https://h.test/{path}")).unwrap();
        prop_assert!(!has_hidden_parent(target.path()), "{}", target);
    }

    #[test]
    fn no_path_breaks_the_search(path in any::<String>()) {
        let admitted = audience(&["https://h.test/api"]).admits(&format!("https://h.test{path}"));
        prop_assert!(!admitted || path.starts_with("/api") && !has_hidden_parent(&path));
    }
}
