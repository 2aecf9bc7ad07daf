//! People with a wallet, and the cookie that renews the tokens which a signature has bought.

use std::collections::BTreeSet;

use hallpass::protocol::Outcome;
use serde_json::{Value as Tree, json};

use crate::invariants::Stroke;
use crate::op::Purpose;
use crate::plan::Brand;
use crate::vendor::{Asked, Said, Token};
use crate::world::{Mark, World};

/// How a wallet signs for a person who wants to, and what comes out where something has gone wrong.
const SIGNATURE: &str = "0x5161";
const WRONG_SIGNATURE: &str = "0xbad0";

/// What the vendor's messages are good for.
const NONCE: &str = "n1";
const CHAIN: &str = "0x1";

/// How long somebody takes who doesn't answer, in ms.
const AWAY: u64 = 200_000;

impl World {
    /// A wallet is asked something, and the person answers. Who is wrong says no in the end, or signs with something else.
    pub fn asks_wallet(&mut self, mark: Mark, request: &str) {
        let Some(Purpose::Login { user, right }) = self.op(mark).map(|op| op.purpose.clone()) else { return };
        let asked: Tree = serde_json::from_str(request).expect("a wallet is asked in JSON");
        let no = |code: i32| Err(json!({ "code": code, "message": "no" }));
        let said = match asked["method"].as_str().unwrap_or_default() {
            "eth_requestAccounts" if !right && self.choices.one_in(4) => no(4001),
            "eth_requestAccounts" => Ok(json!([user])),
            "eth_chainId" => Ok(if self.choices.one_in(4) { "0x5" } else { CHAIN }.into()),
            "wallet_switchEthereumChain" if self.choices.one_in(4) => no(4902),
            "wallet_switchEthereumChain" => Ok(Tree::Null),
            "eth_signTypedData_v4" if right => Ok(SIGNATURE.into()),
            "eth_signTypedData_v4" if self.choices.one_in(2) => Ok(WRONG_SIGNATURE.into()),
            "eth_signTypedData_v4" => no(4001),
            other => panic!("no wallet knows {other:?}"),
        };
        let ms = if self.resting { 5 } else { self.choices.pick(&[5, 1, 400, 15_000, 5, 100, 2_000, AWAY]) };
        self.after(ms, mark, Outcome::Wallet(said.map(Into::into).map_err(Into::into)));
    }
}

impl World {
    /// Whoever is signed in has the cookie that renews the session; and that of a session that was signed out of, as the vendor has
    /// confirmed, renews nothing.
    pub fn the_cookie_renews_what_tabs_hold(&mut self) {
        if self.plan.brand != Brand::Wallet {
            return;
        }
        let cookie = self.cookie;
        // What stands between may say yes in the vendor's place.
        let gateway = self.plan.troubles.hostile;
        let excused = self.watch.cut_off || self.watch.hides() || self.watch.side_by_side || gateway;
        // A sign-out that could reach the vendor has told it of the newest tokens.
        let troubles = self.plan.troubles;
        let unreachable = troubles.network
            || troubles.vendor
            || troubles.aborts
            || troubles.closes
            || self.watch.slept > 0
            || self.watch.clock_set;
        let told = |stroke: &&Stroke| Some(stroke.taken) == self.watch.confirmed || !unreachable;
        let sign_outs = self.watch.strokes.iter().filter(told).filter(|stroke| stroke.login.is_none());
        let families: BTreeSet<_> =
            sign_outs.filter_map(|stroke| self.watch.families.get(&stroke.held?)).collect();
        let left = cookie.filter(|cookie| {
            families.contains(&cookie.family)
                && !self.watch.run_out.contains(&cookie.family)
                && self.vendor.renews(*cookie)
        });
        let left = left.filter(|_| !self.cookie_of_others());
        self.watch
            .must(left.is_none() || excused, "r10_no_cookie_is_left_after_a_logout", || format!("{left:?}"));
        if self.cookie_of_others() {
            return;
        }
        for tab in 0..self.tabs.len() {
            let here = &self.tabs[tab];
            if !here.open || here.disposed {
                continue;
            }
            let Some(family) = self.family_held(tab) else { continue };
            let same = cookie.is_some_and(|cookie| cookie.family == family);
            self.watch.must(same || excused, "r25_who_is_signed_in_has_the_cookie", || {
                format!("tab {tab}: {family}, {cookie:?}")
            });
        }
    }
}

/// Reads a login's call: for the message, or with what the wallet has made of it.
pub fn read(form: &str, verifies: bool) -> Asked {
    let account = form_member(form, "addr").unwrap_or_default().to_owned();
    if !verifies {
        return Asked::Message { account };
    }
    let signed = form_member(form, "nonceHash") == Some(NONCE);
    Asked::Signed { account, right: signed && form_member(form, "signature") == Some(SIGNATURE) }
}

/// The refresh token in the body of a renewal.
pub fn refresh_token(form: &str) -> Option<Token> {
    form_member(form, "refreshToken").and_then(Token::read)
}

fn form_member<'form>(form: &'form str, name: &str) -> Option<&'form str> {
    form.split('&').find_map(|member| member.strip_prefix(name)?.strip_prefix('='))
}

/// Writes the vendor's answer. `in_body`: it tells the refresh token there, too, and not in its cookie alone.
pub fn write(said: &Said, lifetime_s: u64, in_body: bool) -> (u16, Tree) {
    let fine = |data: Tree| (200, json!({ "success": true, "data": data }));
    match said {
        Said::Message => fine(json!({ "status": "verify", "nonceHash": NONCE, "eip712Message": message() })),
        Said::Granted { access, refresh, user } => fine(json!({
            "user": { "address": user }, "accessToken": { "token": access.text() }, "expiresIn": lifetime_s,
            "refreshToken": in_body.then(|| refresh.text()),
        })),
        Said::Alive(user) => fine(json!({ "user": { "address": user } })),
        Said::LoggedOut => fine(json!({})),
        _ => (401, json!({ "success": false, "errorCode": 40101, "data": {} })),
    }
}

fn message() -> String {
    let text = |name: &str| json!([{ "name": name, "type": "string" }]);
    let types = json!({ "EIP712Domain": text("name"), "data": text("hash") });
    let domain = json!({ "name": "ETHGas Login", "chainId": CHAIN });
    json!({ "types": types, "primaryType": "data", "message": { "hash": NONCE }, "domain": domain })
        .to_string()
}
