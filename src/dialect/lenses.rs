//! Lenses HQ 6.x.
//!
//! Sources: the API reference's Login page (docs.lenses.io/latest/api-reference/reference/login, and its 6.1 and 6.3
//! editions), the authentication page for the cookie and `users/me`, and the configuration reference for
//! `auth.sessionDuration`.
//!
//! The habits: the session is an `HttpOnly` cookie and nothing else; errors are problem details (RFC 7807, served as
//! `application/json`); an unauthorised reply may name the instance's single sign-on provider; login may answer where to
//! go next; environments' own APIs are proxied below the same address, and answer with 401s of their own (the vendor's
//! `lenses-vscode` took these for the end of the session until 6.2.1).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::codes::codes;
use super::grant::name;
use super::{
    Call, Carrier, Code, Credentials, Facts, Failure, Field, Grant, Held, Json, Operation, Paths, Payload,
    Renewal, Reply, Secret, Vendor, VendorCode,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Lenses;

static FACTS: Facts = Facts {
    name: Cow::Borrowed("lenses"),
    title: Cow::Borrowed("Lenses HQ"),
    carrier: Carrier::Cookie,
    renewal: Renewal::None,
    paths: Paths {
        login: "api/v1/login",
        refresh: None,
        logout: None, // "all sessions of the user" can be deleted, at a path that no document shows
        check: Some("api/v1/users/me"),
    },
    speaks_inside: false,
};

codes! { &str;
    "unauthorised" => InvalidCredentials / SessionExpired, "not signed in, or the wrong user name or password";
    "forbidden" => Forbidden / Forbidden, "not allowed";
    "validation_error" | "invalid_metadata" | "missing_parameter" | "invalid_parameter" => InvalidRequest / InvalidRequest, "a field failed validation";
    "internal_server_error" | "agent_rpc_error" | "agent_not_connected" => VendorUnavailable / VendorUnavailable, "the server or its agent can't serve now";
    "not_found" | "conflict" | "licence_limitation" | "missing_agent_capabilities" | "unspecified" => VendorError / VendorError, "any other refusal";
}

/// The type of HQ's own 401, in British spelling.
const UNAUTHORISED: &str = "unauthorised";

/// As many fields as a form could show; a longer list is hostile.
const MOST_FIELDS: usize = 64;

impl<J: Json> Vendor<J> for Lenses {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    /// `POST /api/v1/login`, JSON.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        credentials.check()?;
        Ok(Call::new(Operation::Login, "POST").json(&[
            ("username", Some(&credentials.username)),
            ("password", Some(&credentials.password)),
            ("redirection_token", credentials.redirection_token.as_deref()),
        ]))
    }

    /// 204 without a body (6.0, 6.1), or 200 with an object whose every member is optional (6.2, 6.3). The lifetime,
    /// 24 h by default, is only in the cookie, which script can't read.
    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        _now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        self.read(reply, Operation::Login)?;
        let redirect_to = reply.text("redir_to");
        Ok(Grant {
            user: Some(credentials.username.clone()),
            redirect_to: redirect_to.as_deref().and_then(safe_path).map(Into::into),
            ..Grant::default()
        })
    }

    /// `GET /api/v1/users/me`: the user's `name`. A 200 of another shape, such as a front end's catch-all page, is no
    /// sign of life. Nothing is proxied at this address, so a 401 is HQ's own, whatever it looks like.
    fn read_check(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        self.read(reply, Operation::Check).map_err(|mut failure| {
            failure.explicit |= reply.status == 401;
            failure
        })?;
        match name(reply.member("name")) {
            Ok(Some(name)) => Ok(Some(name)),
            _ => Err(reply.failure(Code::MalformedReply)),
        }
    }

    fn read(&self, reply: &Reply<J>, operation: Operation) -> Result<Payload, Box<Failure>> {
        use super::Body;
        match &reply.body {
            Body::Empty if reply.is_ok() => Ok(Payload::Whole),
            Body::Json(json) if reply.is_ok() && (json.is_object() || operation == Operation::Request) => {
                Ok(Payload::Whole)
            }
            Body::Json(json) if !reply.is_ok() && json.is_object() => Err(refusal(reply, json, operation)),
            _ => Err(not_hqs(reply.foreign(operation), operation)),
        }
    }

    fn logout(&self, _held: &Held) -> Box<Call> {
        Call::new(Operation::Logout, "POST")
    }
}

/// Reads `hq_Error`. Its `status` is advisory (RFC 9457, section 3.1.2): the HTTP status counts. Members that the
/// document doesn't name are ignored.
fn refusal<J: Json>(reply: &Reply<J>, error: &J, operation: Operation) -> Box<Failure> {
    let kind = error.text_of("type");
    let by_status = Code::of_status(reply.status, operation);
    let meaning = kind.as_deref().and_then(|kind| known(kind, operation));
    let code = match by_status {
        Code::RateLimited | Code::VendorUnavailable => by_status,
        _ => meaning.unwrap_or(by_status),
    };
    // "In case of an unauthorised type of error, the url of the SSO provider": of the instance, not of the account, so it
    // stands beside a wrong password as well. R27: the application navigates there.
    let sso_url = error
        .text_of("sso_url")
        .filter(|url| kind.as_deref() == Some(UNAUTHORISED) && is_plain(url) && J::is_web_address(url));
    let mut failure = reply.failure(code);
    failure.explicit = meaning.is_some();
    failure.vendor_code = kind.map(VendorCode::Text);
    failure.fields = fields(error);
    failure.sso_url = sso_url;
    failure.request_id = error.text_of("request_id");
    failure.say(error.text_of("title"));
    not_hqs(failure, operation)
}

/// A 401 to a request need not be HQ's: environments are proxied below the same address and answer with their own. Such a
/// one is a refusal like any other, and no end of the session.
fn not_hqs(mut failure: Box<Failure>, operation: Operation) -> Box<Failure> {
    if operation == Operation::Request && failure.code == Code::SessionExpired && !failure.explicit {
        failure.code = Code::VendorError;
    }
    failure
}

fn fields<J: Json>(error: &J) -> Vec<Field> {
    let listed =
        error.member("invalid_fields").and_then(|fields| fields.elements(MOST_FIELDS)).unwrap_or_default();
    let mut fields = Vec::new();
    for field in listed {
        if let (Some(name), Some(code)) = (field.text_of("name"), field.text_of("error")) {
            let title = field.text_of("title").unwrap_or_default();
            fields.push(Field { name, code, title, pointer: field.text_of("pointer") });
        }
    }
    fields
}

/// `redir_to` is documented as a relative URL of path and query: `/a?b`, `a?b` and `?b` are all of that kind. HQ is at the
/// root of its origin, so what doesn't begin with a slash is taken from there, and what is handed on always begins with one.
///
/// Only a path that stays on the vendor's origin, whoever resolves it, is handed on (R27). So it has no backslash, blank or
/// control character, which URL parsers fold into slashes or drop. Without a slash in front, its first segment is a plain word,
/// as no scheme and no host is. And no empty segment stands beside one of dots, encoded or not, that could bring it to the
/// front (`/.//evil.example` is `//evil.example` once parsed).
fn safe_path(target: &str) -> Option<String> {
    let rooted = target.starts_with('/');
    let nowhere = target.is_empty() || target.starts_with('#');
    if nowhere || target.starts_with("//") || !is_plain(target) {
        return None;
    }
    let (mut first, mut empty, mut dots) = (!rooted, false, false);
    let mut before = if rooted { 0 } else { b'/' };
    for byte in target.bytes().take_while(|byte| !matches!(byte, b'?' | b'#')) {
        first &= byte != b'/';
        if first && !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_') {
            return None;
        }
        empty |= before == b'/' && byte == b'/';
        dots |= before == b'/' && matches!(byte, b'.' | b'%');
        before = byte;
    }
    let mut resolved = String::from(if rooted { "" } else { "/" });
    resolved.push_str(target);
    (!(empty && dots)).then_some(resolved)
}

/// No blank, backslash or control character.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte > b' ' && byte != b'\\' && byte != b'\x7f')
}
