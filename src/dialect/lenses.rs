//! Lenses HQ 6.x.
//!
//! Sources: the API reference's Login page (docs.lenses.io/latest/api-reference/reference/login, and its 6.1 and 6.3
//! editions), the authentication page for the cookie and `users/me`, and the configuration reference for
//! `auth.sessionDuration`.
//!
//! The habits: the session is an `HttpOnly` cookie and nothing else; errors are problem details (RFC 7807, served as
//! `application/json`); an unauthorised reply may name the instance's single sign-on provider; login may answer where to
//! go next; environments' own APIs are proxied below the same address, and answer with 401s of their own (the vendor's
//! `lenses-vscode` took these for the end of the session until 6.2.1). There is no logout: all sessions of a user can be deleted, at a
//! path that no document shows.

use alloc::boxed::Box;
use alloc::string::String;

use super::codes::codes;
use super::{
    Body, CallKind, Code, Credentials, Described, Failure, Grant, Json, Payload, Reply, Secret, Vendor,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Lenses<J>(Described<J>);

impl<J: Json> Lenses<J> {
    pub(super) fn new() -> Option<Self> {
        Described::built_in(include_str!("lenses.json"), known).map(Self)
    }
}

codes! { &str;
    "unauthorised" => InvalidCredentials / SessionExpired, "not signed in, or the wrong user name or password";
    "forbidden" => Forbidden / Forbidden, "not allowed";
    "validation_error" | "invalid_metadata" | "missing_parameter" | "invalid_parameter" => InvalidRequest / InvalidRequest, "a field failed validation";
    "internal_server_error" | "agent_rpc_error" | "agent_not_connected" => VendorUnavailable / VendorUnavailable, "the server or its agent can't serve now";
    "not_found" | "conflict" | "licence_limitation" | "missing_agent_capabilities" | "unspecified" => VendorError / VendorError, "any other refusal";
}

/// The longest `request_id`, in bytes.
const LONGEST_ID: usize = 256;

/// The type of HQ's own 401, in British spelling.
const UNAUTHORISED: &str = "unauthorised";

impl<J: Json> Vendor<J> for Lenses<J> {
    fn described(&self) -> &Described<J> {
        &self.0
    }

    /// 204 without a body (6.0, 6.1), or 200 with an object whose every member is optional (6.2, 6.3). The lifetime,
    /// 24 h by default, is only in the cookie, which script can't read.
    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        self.read(reply, CallKind::Login)?;
        let mut grant = self.0.signs_in(reply, credentials, now_ms)?;
        grant.redirect_to = reply.text("redir_to").as_deref().and_then(safe_path).map(Into::into);
        Ok(grant)
    }

    /// Nothing is proxied at `users/me`, so a 401 is HQ's own, whatever it looks like.
    fn read_check(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        self.read(reply, CallKind::Check).map_err(|mut failure| {
            failure.explicit |= reply.status == 401;
            failure
        })?;
        self.0.is_alive(reply)
    }

    fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        let read = match (self.0.read(reply, operation), &reply.body) {
            // To hallpass's own calls HQ answers with an object or nothing.
            (Ok(_), Body::Json(json)) if operation != CallKind::Request && !json.is_object() => {
                Err(reply.foreign(operation))
            }
            (Err(failure), Body::Json(json)) if !reply.is_ok() && is_hqs(json) => {
                Err(with_hqs_members(failure, reply, json, operation))
            }
            (Err(_), _) => Err(reply.foreign(operation)),
            (payload, _) => payload,
        };
        // A 401 to a request need not be HQ's: environments are proxied below the same address and answer with their own. Such a
        // one is a refusal like any other, and no end of the session.
        read.map_err(|mut failure| {
            if operation == CallKind::Request && failure.code == Code::SessionExpired && !failure.explicit {
                failure.code = Code::VendorError;
            }
            failure
        })
    }
}

/// Whether it is an `hq_Error`, of which `title` is required.
fn is_hqs<J: Json>(error: &J) -> bool {
    ["title", "type"].iter().any(|name| error.text_of(name).is_some())
}

/// What `hq_Error` tells beside what is described. Its `status` is advisory (RFC 9457, section 3.1.2): the HTTP status counts.
/// Members that the document doesn't name are ignored.
fn with_hqs_members<J: Json>(
    mut failure: Box<Failure>,
    reply: &Reply<J>,
    error: &J,
    operation: CallKind,
) -> Box<Failure> {
    let kind = error.text_of("type");
    failure.explicit = kind.as_deref().is_some_and(|kind| known(kind, operation).is_some());
    failure.code = failure.code.unless_busy(reply.status, operation);
    // "In case of an unauthorised type of error, the url of the SSO provider": of the instance, not of the account, so it
    // stands beside a wrong password as well. R27: the application navigates there.
    failure.sso_url = error
        .text_of("sso_url")
        .filter(|url| kind.as_deref() == Some(UNAUTHORISED) && is_plain(url) && J::is_web_address(url));
    failure.request_id = error.text_of("request_id").filter(|id| id.len() <= LONGEST_ID);
    failure
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
