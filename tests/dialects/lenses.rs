//! Lenses HQ: the API reference's Login page (6.1, 6.2, 6.3), its Users page, and the authentication page.

use hallpass::dialect::{
    CODES, CallKind, Code, Credentials, Field, Grant, Held, Payload, Vendor, VendorCode,
};

use proptest::prelude::*;
use serde_json::json;
use url::Url;

use crate::as_data::{habit, vendor};
use crate::support::{HTML, Value, cases, hold_to_table, read, refusal, reply, user, wire};

fn lenses() -> &'static dyn Vendor<Value> {
    vendor("lenses", module_path!())
}

fn log_in(status: u16, text: &str) -> Result<Grant, Box<hallpass::dialect::Failure>> {
    lenses().read_login(&reply(status, text), &user("jdoe", "secret"), 0.0)
}

fn signed_in(redirect_to: Option<&str>) -> Grant {
    Grant { user: Some("jdoe".into()), redirect_to: redirect_to.map(Into::into), ..Grant::default() }
}

/// "Login", `hq_LoginRequest`: `redirection_token` is optional.
#[test]
fn login_sends_the_documented_request() {
    assert_eq!(
        wire(lenses(), &lenses().login(&user("jdoe", "secret")).unwrap()),
        "POST /api/v1/login\nContent-Type: application/json\n\n{\"username\":\"jdoe\",\"password\":\"secret\"}"
    );
    let resuming =
        Credentials::of(&[("username", "jdoe"), ("password", "secret"), ("redirectionToken", "abc/123")]);
    assert_eq!(
        wire(lenses(), &lenses().login(&resuming).unwrap()),
        "POST /api/v1/login\nContent-Type: application/json\n\n\
     {\"username\":\"jdoe\",\"password\":\"secret\",\"redirection_token\":\"abc/123\"}"
    );
}

/// "Login" 6.0 and 6.1: 204, no body.
#[test]
fn login_reads_204() {
    assert_eq!(log_in(204, "").unwrap(), signed_in(None));
}

/// "Login" 6.2 and 6.3: 200 and `hq_LoginResponse`, whose one member is optional. Nothing says that a 200 with nowhere
/// to go has a body at all.
#[test]
fn login_reads_200() {
    habit(module_path!(), "where to go next", || {
        assert_eq!(log_in(200, r#"{"redir_to": "/oauth2/authorize?client_id=mcp&state=x"}"#).unwrap(), {
            signed_in(Some("/oauth2/authorize?client_id=mcp&state=x"))
        });
    });
    assert_eq!(log_in(200, "{}").unwrap(), signed_in(None));
    assert_eq!(log_in(200, "").unwrap(), signed_in(None));
}

/// A front end's catch-all page answers 200 to anything.
#[test]
fn r35_a_page_is_no_login() {
    let malformed = |text| assert_eq!(refusal(log_in(200, text)).code, Code::MalformedReply, "{text}");
    [HTML, "{\"redir_to\": "].into_iter().for_each(malformed);
    for text in ["[]", "null", "\"ok\""] {
        habit(module_path!(), "for a cookie, any JSON is a success", || malformed(text));
    }
}

/// `hq_Error` with all its members, and one that the document doesn't name (R23).
#[test]
fn r23_reads_a_validation_error() {
    let failure = refusal(log_in(
        400,
        r#"{"type": "validation_error", "title": "Validation failed", "status": 400, "request_id": "b4a1",
            "invalid_fields": [{"name": "username", "error": "invalid_value", "title": "Too long", "pointer": "/username"},
                               {"name": "password", "error": "other_error", "title": "Too short"},
                               {"name": "email", "error": "not_unique"}, {"name": "nothing"}, {"title": "half"}, 5],
            "detail": "unknown members are ignored"}"#,
    ));
    let field = |name: &str, code: &str, title: &str, pointer: Option<&str>| Field {
        name: name.into(),
        code: code.into(),
        title: title.into(),
        pointer: pointer.map(Into::into),
    };
    assert_eq!(failure.code, Code::InvalidRequest);
    assert_eq!(failure.vendor_code, Some(VendorCode::Text("validation_error".into())));
    habit(module_path!(), "the request's name", || {
        assert_eq!(failure.request_id.as_deref(), Some("b4a1"));
    });
    assert_eq!(
        failure.fields,
        [
            field("username", "invalid_value", "Too long", Some("/username")),
            field("password", "other_error", "Too short", None),
            field("email", "not_unique", "", None)
        ]
    );
}

#[test]
fn r35_a_list_of_fields_is_cut() {
    let listed = vec![r#"{"name": "n", "error": "not_unique", "title": "t"}"#; 10_000].join(",");
    let text = format!(r#"{{"title": "t", "status": 400, "invalid_fields": [{listed}]}}"#);
    assert_eq!(refusal(log_in(400, &text)).fields.len(), 64);
}

/// "Contains in case of an "unauthorised" type of error, the url of the SSO provider, if any": of the instance. So a wrong
/// password there is a wrong password, and at every operation the address is kept.
#[test]
fn an_unauthorised_reply_may_name_the_instances_single_sign_on() {
    habit(module_path!(), "an address to sign in at", || {
        let text = r#"{"type": "unauthorised", "title": "Unauthorised", "status": 401,
            "sso_url": "https://idp.example.com/saml?x=1"}"#;
        let failure = refusal(log_in(401, text));
        assert_eq!(failure.code, Code::InvalidCredentials);
        assert_eq!(failure.sso_url.as_deref(), Some("https://idp.example.com/saml?x=1"));
        assert_eq!(failure.vendor_code, Some(VendorCode::Text("unauthorised".into())));
        for operation in [CallKind::Check, CallKind::Logout, CallKind::Request] {
            let elsewhere = refusal(read(lenses(), operation, &reply(401, text)));
            assert_eq!(elsewhere.code, Code::SessionExpired, "{operation:?}");
            assert_eq!(
                elsewhere.sso_url.as_deref(),
                Some("https://idp.example.com/saml?x=1"),
                "{operation:?}"
            );
        }
        for kind in ["forbidden", "not_found", "brand_new"] {
            let another = refusal(log_in(401, &text.replace("unauthorised", kind)));
            assert_eq!(another.sso_url, None, "{kind}: only an unauthorised error is documented to name it");
        }
        let none =
            refusal(log_in(401, r#"{"type": "unauthorised", "title": "Unauthorised", "status": 401}"#));
        assert_eq!((none.code, none.sso_url), (Code::InvalidCredentials, None));
    });
}

/// RFC 9457, section 3.1.2: the member `status` is advisory.
#[test]
fn r23_the_http_status_counts_and_not_the_bodys_copy() {
    let failure = refusal(log_in(401, r#"{"title": "Unauthorised", "status": 200}"#));
    assert_eq!((failure.code, failure.status), (Code::InvalidCredentials, Some(401)));
    assert_eq!(refusal(log_in(403, r#"{"title": "t", "status": "403"}"#)).code, Code::Forbidden);
    assert_eq!(refusal(log_in(418, r#"{"title": "t", "type": "brand_new"}"#)).code, Code::VendorError);
}

/// Overload is overload, whatever the body calls it: only a vendor's explicit no may end a session (rule 10).
#[test]
fn rule_10_overload_is_no_refusal() {
    for (status, code) in
        [(429, Code::RateLimited), (500, Code::VendorUnavailable), (503, Code::VendorUnavailable)]
    {
        let reply = reply(status, r#"{"type": "unauthorised", "title": "t", "status": 401}"#);
        habit(module_path!(), "a code that is listed counts before the status", || {
            assert_eq!(refusal(lenses().read_check(&reply)).code, code);
        });
    }
}

#[test]
fn every_type_of_the_table_becomes_what_the_table_says() {
    hold_to_table(lenses(), CODES[1].1, |kind| {
        let text = format!(r#"{{"type": "{kind}", "title": "t", "status": 400}}"#);
        [400, 401, 403, 404, 409, 422].map(|status| reply(status, &text)).into()
    });
}

/// The enumeration of `hq_ErrorType`.
#[test]
fn every_documented_type_is_in_the_table() {
    let documented = "not_found unauthorised forbidden internal_server_error agent_rpc_error missing_agent_capabilities \
                      agent_not_connected validation_error invalid_metadata missing_parameter invalid_parameter \
                      licence_limitation conflict unspecified";
    let listed: Vec<_> = CODES[1].1.iter().flat_map(|row| row.vendor_code.split(", ")).collect();
    assert!(documented.split_whitespace().all(|kind| listed.contains(&kind)), "{listed:?}");
    assert_eq!(listed.len(), documented.split_whitespace().count());
}

/// "Users", `hq_User`, at `GET /api/v1/users/me`. The credential is a cookie, which the browser attaches.
#[test]
fn check_asks_who_is_signed_in() {
    assert_eq!(wire(lenses(), &lenses().check(&Held::default())), "GET /api/v1/users/me");
    let me = r#"{"name": "jdoe", "display_name": "Jane Doe", "lrn": "lrn:iam:user:jdoe", "id": "1", "groups": [],
        "created_at": "2025-01-01T00:00:00Z", "profile": {}, "is_admin": false}"#;
    assert_eq!(lenses().read_check(&reply(200, me)).unwrap().as_deref(), Some("jdoe"));
    let malformed = |text| refusal(lenses().read_check(&reply(200, text))).code == Code::MalformedReply;
    for text in [HTML, "", "{}", "[]", r#"{"name": []}"#, r#"{"display_name": "Jane Doe"}"#] {
        assert!(malformed(text), "{text}");
    }
    habit(module_path!(), "anybody's API may tell a number", || assert!(malformed(r#"{"name": 5}"#)));
    assert_eq!(refusal(lenses().read_check(&reply(401, ""))).code, Code::SessionExpired);
}

/// No document shows a renewal, nor where to sign out.
#[test]
fn there_is_no_renewal_and_no_documented_logout() {
    let held = Held { access: Some("stray".into()), refresh: Some("stray".into()), ..Held::default() };
    assert!(lenses().refresh(&held).is_none());
    assert_eq!(refusal(lenses().read_refresh(&reply(200, "{}"), 0.0)).code, Code::NotRenewable);
    assert_eq!(
        wire(lenses(), &lenses().logout(&held)),
        "POST -",
        "at the caller's own address, without a header"
    );
    assert!(lenses().confirms_logout(&reply(204, "")) && !lenses().confirms_logout(&reply(404, "")));
}

#[test]
fn a_payload_is_the_whole_of_it() {
    for text in [r#"{"items": []}"#, "[]", "5", ""] {
        assert_eq!(lenses().read(&reply(200, text), CallKind::Request).unwrap(), Payload::Whole, "{text}");
    }
    assert_eq!(refusal(lenses().read(&reply(200, HTML), CallKind::Request)).code, Code::MalformedReply);
}

/// `hq_Error`'s `title`.
#[test]
fn the_vendors_words_are_kept() {
    let text = r#"{"type": "unauthorised", "title": "Invalid username or password.", "status": 401}"#;
    assert_eq!(refusal(log_in(401, text)).detail.as_deref(), Some("Invalid username or password."));
    for text in [r#"{"type": "unauthorised", "title": ""}"#, r#"{"title": 5}"#, "{}", HTML, ""] {
        assert_eq!(refusal(log_in(401, text)).detail, None, "{text}");
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    /// R27: whoever resolves it, and from whichever page.
    #[test]
    fn r27_redirect_to_stays_on_the_vendors_origin(
        target in prop_oneof![
            "[/\\\\]{0,3}[a-z:@.?#%\t\n\r \u{0}/\\\\]{0,12}",
            "(\\.|%2e|%2E|a){0,3}[/?#]{0,3}(\\.|%2e|a|:|/){0,6}",
            "/.{0,12}",
            any::<String>(),
        ],
    ) {
        let reply = reply(200, &json!({ "redir_to": target }).to_string());
        let grant = lenses().read_login(&reply, &user("u", "p"), 0.0).unwrap();
        if let Some(path) = grant.redirect_to {
            prop_assert!(path.starts_with('/'));
            for page in ["https://hq.example.com/any/path", "https://hq.example.com/", "https://hq.example.com/a?b#c"] {
                let resolved = Url::parse(page).unwrap().join(&path).unwrap();
                prop_assert_eq!(resolved.origin(), Url::parse(page).unwrap().origin());
                prop_assert!(resolved.username().is_empty() && resolved.password().is_none());
            }
        }
    }

    #[test]
    fn r27_sso_url_is_an_http_address_with_a_host_and_no_user_info(
        address in prop_oneof![
            "https?://[a-z0-9:.%@\\[\\]]{1,6}",
            "(https?|HTTP|ftp|javascript)?:?[/\\\\]{0,3}[a-z0-9:@.?#%\\[\\]\t\n /\\\\-]{0,14}",
            any::<String>(),
        ],
    ) {
        if let Some(address) = sso_url(&address) {
            let url = Url::parse(&address).map_err(|_| TestCaseError::fail(format!("{address} is no URL")))?;
            prop_assert!(["http", "https"].contains(&url.scheme()) && url.has_host());
            prop_assert!(url.username().is_empty() && url.password().is_none());
        }
    }
}

fn sso_url(address: &str) -> Option<String> {
    let text = json!({ "type": "unauthorised", "title": "t", "status": 401, "sso_url": address }).to_string();
    let failure = refusal(lenses().read_login(&reply(401, &text), &user("u", "p"), 0.0));
    assert_eq!(failure.code, Code::InvalidCredentials, "whatever the address");
    failure.sso_url
}

/// Starts like an address, but can't be navigated to.
#[test]
fn r27_an_sso_url_that_no_parser_takes_is_dropped() {
    let unparsable =
        "http://[ https://[::1 https://h:99999/ https://h:x/ https://a%zz/ https://a<b/ https://:80";
    for address in unparsable.split(' ') {
        assert!(Url::parse(address).is_err());
        assert_eq!(sso_url(address), None, "{address}");
    }
}

#[test]
fn r27_what_leads_elsewhere_is_dropped() {
    habit(module_path!(), "an address to sign in at, and where to go next", || {
        let redirect_to = |target: &str| {
            let reply = reply(200, &json!({ "redir_to": target }).to_string());
            lenses().read_login(&reply, &user("u", "p"), 0.0).unwrap().redirect_to
        };
        for target in [
            "javascript:alert(1)",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "https://evil.test/",
            "https:evil.test",
            "data:text/html,x",
            "/\t/evil.test",
            "/\n/evil.test",
            "\t//evil.test",
            " //evil.test",
            "/ /evil.test",
            "\u{0}/x",
            "/x\u{7f}",
            "",
            "#x",
            "../x",
            "@evil.test",
            "evil.test",
            "a:b",
            "a:80/b",
            "JavaScript:alert(1)",
            "javascript:?x",
            "view-source:https://evil.test",
            ".//evil.test",
            "..//evil.test",
            "%2e//evil.test",
            "a/..//evil.test",
            "/.//evil.test",
            "oauth2\\authorize",
            "?x\ty",
            "\\/evil.test",
        ] {
            assert_eq!(redirect_to(target), None, "{target:?}");
        }
        for target in ["/", "/a/b?c=d&e=%2F%2Fevil.test#f", "/@evil.test", "/a//b", "/:80", "/é"] {
            assert_eq!(redirect_to(target).as_deref(), Some(target));
        }
        // Relative to the origin's root, where HQ is.
        for (target, resolved) in [
            ("?resume=1", "/?resume=1"),
            ("oauth2/authorize?x=1", "/oauth2/authorize?x=1"),
            ("x", "/x"),
            ("x?to=a:b//c", "/x?to=a:b//c"),
            ("x/a:b", "/x/a:b"),
            ("?//evil.test", "/?//evil.test"),
        ] {
            assert_eq!(redirect_to(target).as_deref(), Some(resolved), "{target:?}");
        }
        for address in [
            "javascript:alert(1)//https://idp.test",
            "https:// /",
            "https://idp.test\\@evil.test",
            "https://idp.test/\tx",
            "https://idp\n.test",
            " https://idp.test",
            "",
        ] {
            assert_eq!(sso_url(address), None, "{address:?}");
        }
        let no_host = "//idp.test /login ftp://idp.test https:idp.test https:// https:/// https://?x blob:https://idp.test/1";
        let user_info = "https://user@idp.test https://user:pw@idp.test https://@idp.test";
        for address in no_host.split(' ').chain(user_info.split(' ')) {
            assert_eq!(sso_url(address), None, "{address}");
        }
        for address in
            ["https://idp.test/saml?a=b@c#d", "http://localhost:8080", "HTTPS://IDP.test", "https://[::1]/"]
        {
            assert_eq!(sso_url(address).as_deref(), Some(address));
        }
    });
}
