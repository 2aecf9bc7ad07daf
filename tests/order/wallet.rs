//! Signing in with a wallet.

use hallpass::dialect::{Credentials, Json as _};
use hallpass::protocol::{Keeping, Line, Outcome, Trouble, Wake};
use hallpass::session::Limits;

use crate::support::Value;
use crate::tab::{HOUR, TABS, Tab};

const ACCOUNT: &str = "0x5eF1B2c02f5E39C0fF667611C5d7EfFb0E7df305";
const REFUSED: &str = r#"{"success":false,"errorCode":100101,"errorMsgKey":"error.token","data":{}}"#;

const ACCOUNTS: &str = "wallet eth_requestAccounts";
const CHAIN: &str = "wallet eth_chainId";
const SWITCH: &str = "wallet wallet_switchEthereumChain";
const SIGN: &str = "wallet eth_signTypedData_v4";
const VERIFY: &str = "call login/verify with cookies";

fn to_sign(domain: &str) -> String {
    format!(
        r#"{{"success":true,"data":{{"status":"verify","nonceHash":"n1","eip712Message":"{{\"types\":{{\"EIP712Domain\":[{{\"name\":\"name\",\"type\":\"string\"}}],\"data\":[{{\"name\":\"hash\",\"type\":\"string\"}}]}},\"primaryType\":\"data\",\"message\":{{\"hash\":\"n1\"}},\"domain\":{{\"name\":\"{domain}\",\"chainId\":1}}}}"}}}}"#
    )
}

fn granted(access: &str, address: &str) -> String {
    format!(
        r#"{{"success":true,"data":{{"user":{{"address":"{address}"}},"accessToken":{{"token":"{access}"}}}}}}"#
    )
}

fn with_wallet(keeping: Keeping) -> Tab {
    Tab::new("ethgas wallet", keeping)
}

fn said(text: &str) -> Outcome<Value> {
    Outcome::Wallet(Ok(Value::parse(text).expect("JSON")))
}

fn refused(code: i32) -> Outcome<Value> {
    Outcome::Wallet(Err(Value::parse(&format!(r#"{{"code":{code}}}"#)).expect("JSON")))
}

/// The wallet answers as wallets do.
fn usual(tab: &mut Tab) {
    tab.says(ACCOUNTS, said(&format!(r#"["{ACCOUNT}"]"#)));
    tab.says(CHAIN, said(r#""0x1""#)).says(SIGN, said(r#""0xc046""#));
    tab.hears(200, &to_sign("ETHGas Login")).hears(200, &granted("a1", ACCOUNT));
}

fn signs_in(tab: &mut Tab) -> String {
    tab.run(|handle| handle.sign_in(Credentials::default()))
}

fn signed_in(keeping: Keeping) -> Tab {
    let mut tab = with_wallet(keeping);
    usual(&mut tab);
    assert_eq!(signs_in(&mut tab), "signed in");
    tab.log();
    tab
}

#[test]
fn a_wallet_is_asked_for_the_account_the_chain_and_the_signature() {
    let mut tab = with_wallet(TABS);
    usual(&mut tab);
    assert_eq!(signs_in(&mut tab), "signed in");
    tab.asked(&[
        "tell the neighbours",
        "random",
        ACCOUNTS,
        "call login",
        CHAIN,
        SIGN,
        VERIFY,
        "write a1 of 7 over all",
        "forget the note",
        "tell of the store",
    ]);
    assert_eq!((tab.status(), tab.state().user.as_deref()), ("signed-in", Some(ACCOUNT)));
}

#[test]
fn a_wallet_on_another_chain_is_asked_to_go_to_the_vendors() {
    let mut tab = with_wallet(Keeping::Memory);
    tab.says(CHAIN, said(r#""0x5""#)).says(SWITCH, said("null"));
    usual(&mut tab);
    assert_eq!(signs_in(&mut tab), "signed in");
    tab.asked(&["random", ACCOUNTS, "call login", CHAIN, SWITCH, SIGN, VERIFY]);
}

/// Whatever the wallet refuses, nothing more is asked of it, and nothing sent.
#[test]
fn what_the_wallet_refuses_is_the_end() {
    for (at, until) in [(ACCOUNTS, 3), (CHAIN, 5), (SWITCH, 6), (SIGN, 6)] {
        for (outcome, ending) in [
            (refused(4001), "cancelled at login"),
            (refused(5000), "cancelled at login"),
            (refused(4902), "unsupported at login, wallet"),
            (refused(-32_603), "unsupported at login, wallet"),
            (Outcome::Failed(Trouble::GivenUp), "given up"),
            (Outcome::Failed(Trouble::Stopped), "superseded at login"),
        ] {
            let mut tab = with_wallet(TABS);
            tab.says(at, outcome);
            if at == SWITCH {
                tab.says(CHAIN, said(r#""0x5""#));
            }
            usual(&mut tab);
            assert_eq!(signs_in(&mut tab), ending, "{at}");
            assert_eq!(tab.log().len(), until, "{at}");
            assert_eq!(tab.status(), "never");
        }
    }
}

/// A message that isn't what it claims to be is shown to nobody.
#[test]
fn a_lying_message_never_reaches_the_wallet() {
    let mut tab = with_wallet(TABS);
    tab.says(ACCOUNTS, said(&format!(r#"["{ACCOUNT}"]"#))).hears(200, &to_sign("USD Coin"));
    assert_eq!(signs_in(&mut tab), "malformed-reply at login");
    tab.asked(&["tell the neighbours", "random", ACCOUNTS, "call login"]);
}

#[test]
fn an_account_that_the_wallet_does_not_offer_is_refused_by_its_field() {
    let mut tab = with_wallet(TABS);
    tab.says(ACCOUNTS, said(&format!(r#"["{ACCOUNT}"]"#)));
    let credentials = Credentials::of(&[("address", &format!("0x{}", "12".repeat(20)))]);
    assert_eq!(tab.run(|handle| handle.sign_in(credentials)), "invalid-request at login");
    tab.asked(&["tell the neighbours", "random", ACCOUNTS]);
}

/// R18: what a wallet signs for a login that was overtaken is handed in to nobody.
#[test]
fn r18_a_login_that_waits_for_the_person_is_overtaken() {
    for (at, next) in [(ACCOUNTS, "call login"), ("call login", CHAIN), (CHAIN, SIGN), (SIGN, VERIFY)] {
        let mut tab = with_wallet(TABS);
        usual(&mut tab);
        tab.meanwhile(at, |tab| {
            tab.signs_out();
        });
        assert_eq!(signs_in(&mut tab), "superseded at login", "{at}");
        assert!(!tab.log().contains(&next.to_owned()), "{at}: the person is asked nothing more");
        assert_eq!(tab.status(), "logout", "{at}");
    }
}

/// R34: once nobody uses the handle any more, the wallet shows the person nothing, and nothing is handed in.
#[test]
fn r34_a_wallet_is_asked_nothing_more_after_dispose() {
    for (at, until) in [(ACCOUNTS, 3), ("call login", 4), (CHAIN, 5), (SIGN, 6)] {
        let mut tab = with_wallet(TABS);
        usual(&mut tab);
        tab.meanwhile(at, |tab| tab.handle.dispose());
        assert_eq!(signs_in(&mut tab), "unsupported at login, disposed", "{at}");
        assert_eq!((tab.log().len(), tab.status()), (until, "never"), "{at}");
    }
    // A signature that is on its way signs in, as any login does.
    let mut tab = with_wallet(TABS);
    usual(&mut tab);
    tab.meanwhile(VERIFY, |tab| tab.handle.dispose());
    assert_eq!(signs_in(&mut tab), "signed in");
}

/// The cookie that renews is the browser's: a renewal of the earlier account's that comes later would take the new one's place.
#[test]
fn r25_what_is_signed_is_handed_in_when_the_renewal_is_over() {
    let mut tab = signed_in(Keeping::Memory);
    let another = format!("0x{}", "12".repeat(20));
    tab.says(ACCOUNTS, said(&format!(r#"["{another}"]"#)));
    tab.says(CHAIN, said(r#""0x1""#)).says(SIGN, said(r#""0xc046""#));
    tab.hears(200, &to_sign("ETHGas Login"));
    tab.hears(200, &granted("a2", ACCOUNT)).hears(200, &granted("b1", &another)).hears(200, "{}");
    tab.meanwhile("call refresh", |tab| assert_eq!(signs_in(tab), "waits"));
    assert_eq!(tab.refreshes(), "done");
    let log: Vec<_> = tab.log().into_iter().map(|line| line.trim().to_owned()).collect();
    let at = |what: &str| log.iter().position(|line| line == what).expect(what);
    assert!(at("call refresh with a1 with cookies") < at(VERIFY));
    assert_eq!(tab.state().user, Some(another));
}

#[test]
fn a_renewal_goes_by_the_browsers_cookie() {
    let mut tab = signed_in(Keeping::Memory);
    tab.hears(200, &granted("a2", &ACCOUNT.to_lowercase()));
    assert_eq!(tab.refreshes(), "done");
    tab.asked(&["join", "  call refresh with a1 with cookies"]);
    let user = tab.state().user.unwrap_or_default();
    assert!(user.eq_ignore_ascii_case(ACCOUNT), "a renewal renames nobody: {user}");
}

/// The vendor's own no: the person signs again.
#[test]
fn a_refused_renewal_ends_the_session_as_expired() {
    let mut tab = signed_in(Keeping::Memory);
    tab.hears(401, REFUSED);
    assert_eq!(tab.refreshes(), "session-expired at refresh");
    assert_eq!(tab.status(), "expired");
    // A gateway's is none.
    let mut tab = signed_in(Keeping::Memory);
    tab.hears(401, "");
    assert_eq!(tab.refreshes(), "vendor-unavailable at refresh");
    assert_eq!(tab.status(), "signed-in");
}

/// The cookie is somebody else's by now: their tokens are none of this session's.
#[test]
fn another_accounts_renewal_is_not_taken_over() {
    let mut tab = signed_in(TABS);
    tab.hears(200, &granted("a2", &format!("0x{}", "12".repeat(20))));
    assert_eq!(tab.refreshes(), "session-expired at refresh");
    assert_eq!((tab.status(), tab.held()), ("expired", None));
    assert!(tab.record.is_none());
}

/// R10: who signs out when the token is over leaves no cookie behind that renews it. Other tabs' renewals are waited for.
#[test]
fn r10_a_session_whose_token_is_over_is_renewed_to_be_revoked() {
    let mut tab = signed_in(TABS);
    tab.now += 2.0 * HOUR;
    tab.hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    let calls = tab.log();
    let calls: Vec<_> = calls.iter().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(
        calls,
        ["lock 7 0", "call refresh with a1 with cookies", "call logout with a2", "unlock", "read"]
    );
    // What the cookie has renewed is another account's by now: that is left alone.
    let mut tab = signed_in(TABS);
    tab.now += 2.0 * HOUR;
    tab.hears(200, &granted("a2", &format!("0x{}", "12".repeat(20))));
    assert_eq!(tab.signs_out(), "signed out");
    assert!(tab.log().iter().all(|line| !line.contains("call logout")));
}

/// Where tabs have sessions of their own, one that comes to its limit leaves the cookie to the others. A sign-out is everybody's.
#[test]
fn r36_a_session_that_ends_by_itself_takes_no_other_tabs_cookie() {
    let ended_by = |end: fn(&mut Tab)| {
        let limits = Limits { idle_ms: Some(1.5 * HOUR), age_ms: None };
        let mut tab = Tab::with("ethgas wallet", Keeping::Memory, |settings| {
            settings.limits = limits;
            settings.automatic = false;
        });
        usual(&mut tab);
        assert_eq!(signs_in(&mut tab), "signed in");
        tab.log();
        tab.hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
        end(&mut tab);
        tab.run_begun();
        tab.log().iter().filter(|line| line.contains("call")).count()
    };
    let idle = |tab: &mut Tab| {
        tab.now += 2.0 * HOUR;
        assert!(tab.handle.look_at_clock(tab.moment()));
    };
    let signs_out = |tab: &mut Tab| {
        tab.now += 1.2 * HOUR;
        tab.signs_out();
    };
    assert_eq!((ended_by(idle), ended_by(signs_out)), (0, 2));
}

/// R10: a renewal that was on its way when somebody signed out has brought new tokens, and a cookie, which are revoked in their turn.
#[test]
fn r10_what_a_renewal_brings_after_a_sign_out_is_revoked() {
    let mut tab = signed_in(TABS);
    tab.hears(401, REFUSED).hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
    tab.meanwhile("call refresh", |tab| {
        tab.signs_out();
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    assert_eq!(tab.log_of("call logout"), ["call logout with a1", "call logout with a2"]);
}

/// The same where somebody has signed out in another tab meanwhile, which knows nothing of the new tokens.
#[test]
fn r10_what_a_renewal_brings_after_a_sign_out_in_another_tab_is_revoked() {
    let mut tab = signed_in(TABS);
    let login = tab.held().expect("signed in").login;
    tab.hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
    tab.meanwhile("call refresh", move |tab| {
        tab.another_writes(None, Some(&format!("{login} logout")));
        assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    assert_eq!(tab.log_of("call logout"), ["call logout with a2"]);
}

/// The lock isn't held on for tokens that nobody needs: whoever signs out or in waits for it.
#[test]
fn r10_what_was_renewed_for_nobody_holds_no_lock() {
    let mut tab = signed_in(TABS);
    tab.hears(200, "{}").hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
    tab.meanwhile("call refresh", |tab| {
        tab.signs_out();
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    let unlocks = tab.log();
    let unlocks: Vec<_> = unlocks.iter().filter(|line| line.contains("unlock")).collect();
    assert_eq!(unlocks, ["  unlock"]);
}

/// A tab with a session of its own may hear late of a sign-out elsewhere. The cookie is whoever's has signed in since: it is left alone.
#[test]
fn r25_a_sign_out_elsewhere_takes_no_newer_logins_cookie() {
    let mut over = signed_in(Keeping::Memory);
    over.now += 2.0 * HOUR;
    assert_eq!(over.wakes(Wake::Told(Line::SignOut)), "signed out");
    assert!(!over.log().iter().any(|line| line.contains("call")));

    let mut renewing = signed_in(Keeping::Memory);
    renewing.hears(200, "{}").hears(200, &granted("a2", ACCOUNT));
    renewing.meanwhile("call refresh", |tab| {
        tab.wakes(Wake::Told(Line::SignOut));
    });
    assert_eq!(renewing.refreshes(), "superseded at refresh");
    assert_eq!(renewing.log_of("call logout"), ["call logout with a1"], "its own token alone");
}

/// A login waits for a sign-out whose cookie is being renewed: that reply would replace the new one.
#[test]
fn r25_a_login_waits_for_a_renewal_that_is_to_be_revoked() {
    let mut tab = signed_in(Keeping::Memory);
    tab.now += 2.0 * HOUR;
    tab.hears(200, &to_sign("ETHGas Login")).hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
    tab.hears(200, &granted("a3", ACCOUNT));
    tab.meanwhile("call refresh", |tab| {
        tab.says(ACCOUNTS, said(&format!(r#"["{ACCOUNT}"]"#)));
        tab.says(CHAIN, said(r#""0x1""#)).says(SIGN, said(r#""0xc046""#));
        assert_eq!(signs_in(tab), "waits");
        assert!(!tab.log().iter().any(|line| line.contains(VERIFY)));
    });
    tab.signs_out();
    assert_eq!(tab.held().and_then(|record| record.held.access.clone()).as_deref(), Some("a3"));
}

/// R39: the older session's token is revoked, without a cookie.
#[test]
fn r39_a_login_over_a_session_revokes_the_older_one() {
    let mut tab = signed_in(Keeping::Memory);
    tab.says(ACCOUNTS, said(&format!(r#"["{ACCOUNT}"]"#)));
    tab.says(CHAIN, said(r#""0x1""#)).says(SIGN, said(r#""0xc046""#));
    tab.hears(200, &to_sign("ETHGas Login")).hears(200, &granted("a2", ACCOUNT)).hears(200, "{}");
    assert_eq!(signs_in(&mut tab), "signed in");
    tab.asked(&["random", ACCOUNTS, "call login", CHAIN, SIGN, VERIFY, "  call logout with a1"]);
}
