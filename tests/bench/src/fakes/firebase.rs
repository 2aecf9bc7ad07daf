//! Firebase Authentication's emulator. Its client keeps nothing of an emulator's address but host and port, so the world
//! travels as the API key.

use axum::body::Body;
use axum::http::Uri;
use axum::response::Response;
use hallpass_simulator::Dropped;
use hyper::Request;
use serde_json::json;

use super::{claim, members, ok, refused};
use crate::vendor::{USER, Vendor, whole};

/// A call of the emulator.
pub struct Call {
    /// For whom.
    pub world: String,
    operation: &'static str,
}

const OPERATIONS: [&str; 3] = ["accounts:signInWithPassword", "accounts:lookup", "token"];

impl Call {
    /// The call that an address means, if any.
    pub fn of(uri: &Uri) -> Option<Self> {
        let path = uri.path();
        let inner = path
            .strip_prefix("/identitytoolkit.googleapis.com/v1/")
            .or_else(|| path.strip_prefix("/securetoken.googleapis.com/v1/"))?;
        let operation = OPERATIONS.into_iter().find(|name| *name == inner)?;
        let world = members(uri.query()?.as_bytes()).remove("key")?;
        Some(Self { world, operation })
    }
}

/// Answers it.
pub async fn answer(vendor: &Vendor, call: Call, request: Request<Body>) -> Result<Response, Dropped> {
    let world = &call.world;
    whole(request.into_body()).await?;
    let email = format!("{USER}@example.com");
    Ok(match call.operation {
        "accounts:signInWithPassword" => vendor.sign_in(world).await?.map_or_else(refused, |grant| {
            ok(&json!({
                "kind": "identitytoolkit#VerifyPasswordResponse", "registered": true, "email": email,
                "localId": claim(&grant.access, "sub"), "idToken": grant.access, "refreshToken": grant.refresh,
                "expiresIn": grant.expires_in.to_string(),
            }))
        }),
        "token" => {
            vendor.renew(world).await?.map_or_else(refused, |grant| {
                ok(&json!({
                    "access_token": grant.access, "id_token": grant.access, "refresh_token": grant.refresh,
                    "expires_in": grant.expires_in.to_string(), "token_type": "Bearer",
                    "user_id": claim(&grant.access, "sub"), "project_id": "bench",
                }))
            })
        }
        _ => ok(&json!({
            "kind": "identitytoolkit#GetAccountInfoResponse",
            "users": [{"localId": "u-jdoe", "email": email, "emailVerified": true, "providerUserInfo": []}],
        })),
    })
}
