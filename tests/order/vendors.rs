//! What the vendors say in these examples.

/// An ETHGAS grant of an hour, with these tokens.
pub fn grant(access: &str, refresh: &str) -> String {
    format!(
        r#"{{"code":200,"message":"OK","data":{{"accessToken":"{access}","refreshToken":"{refresh}","expiresIn":3600}}}}"#
    )
}

/// A grant of an Ocient session, for so many seconds.
pub fn session(token: &str, seconds: u32) -> String {
    format!(
        r#"{{"access_token":"{token}","username":"jdoe","expires_in":{seconds},"status":{{"vendor_code":0}}}}"#
    )
}

/// Ocient's word that a session has expired, which comes on any status.
pub const EXPIRED_INSIDE: &str = r#"{"status":{"reason":"expired","sql_state":"08003","vendor_code":-733}}"#;

/// ETHGAS's word that a token is no longer good.
pub const UNAUTHORIZED: &str = r#"{"code":401,"message":"Unauthorized","data":null}"#;

/// ETHGAS's success without anything in it.
pub const OK: &str = r#"{"code":200,"message":"OK","data":{}}"#;

/// Lenses HQ's user.
pub const ME: &str = r#"{"name":"jdoe","display_name":"J. Doe"}"#;

/// Lenses HQ's own no.
pub const NO_SESSION: &str =
    r#"{"status":401,"title":"unauthorised","type":"unauthorised","sso_url":"https://idp.test/"}"#;
