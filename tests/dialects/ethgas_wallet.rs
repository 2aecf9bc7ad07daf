//! ETHGAS with a wallet: the page "Authentication" since August 2025, and what the vendor's clients send and read.

use hallpass::dialect::wallet::{
    Challenge, account, accounts, chain, chain_of, is_user_rejection, sign, signature, switch,
};
use hallpass::dialect::{
    CallKind, Code, Credentials, Failure, Grant, Held, Json, Rejection, Vendor, VendorCode,
};

use crate::support::{HTML, Value, jwt, known, refusal, reply, wire};

/// The page's example of a message; the host and the chain are its own.
const MESSAGE: &str = r#"{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],"data":[{"name":"hash","type":"string"},{"name":"message","type":"string"},{"name":"domain","type":"string"}]},"primaryType":"data","message":{"hash":"52a90c73","message":"Please sign this message to verify account ownership","domain":"ethgas.com"},"domain":{"name":"ETHGas Login","version":"1","chainId":32382,"verifyingContract":"0x0000000000000000000000000000000000000000"}}"#;

const ACCOUNT: &str = "0x5eF1B2c02f5E39C0fF667611C5d7EfFb0E7df305";

fn ethgas() -> &'static dyn Vendor<Value> {
    known("ethgas wallet")
}

fn owner(signature: &str) -> Credentials {
    Credentials {
        account: ACCOUNT.into(),
        signature: signature.into(),
        ..Credentials::of(&[("name", "username")])
    }
}

fn held(refresh: Option<&str>) -> Held {
    Held {
        access: Some("a1".into()),
        refresh: refresh.map(Into::into),
        user: Some(ACCOUNT.into()),
        ..Held::default()
    }
}

fn to_sign(message: &str) -> String {
    let message = serde_json::Value::from(message);
    format!(
        r#"{{"success":true,"data":{{"status":"verify","eip712Message":{message},"nonceHash":"52a90c73"}}}}"#
    )
}

fn challenge(message: &str) -> Result<Box<Challenge>, Box<Failure>> {
    ethgas().signing().expect("people sign here").challenge(&reply(200, &to_sign(message)))
}

fn granted(data: &str) -> String {
    format!(r#"{{"success":true,"data":{data}}}"#)
}

#[test]
fn the_documented_requests_are_sent_as_forms() {
    assert_eq!(
        wire(ethgas(), &ethgas().login(&owner("")).unwrap()),
        format!(
            "POST /v1/user/login\nContent-Type: application/x-www-form-urlencoded\n\naddr={ACCOUNT}&name=username"
        )
    );
    let challenge = challenge(MESSAGE).unwrap();
    let verify = ethgas().signing().unwrap().verify(&challenge, &owner("0xc046"));
    assert_eq!(
        (wire(ethgas(), &verify), verify.below, verify.cookies),
        (
            format!(
                "POST /v1/user/login\nContent-Type: application/x-www-form-urlencoded\n\n\
                 addr={ACCOUNT}&nonceHash=52a90c73&signature=0xc046"
            ),
            Some("/verify"),
            true
        )
    );
    let form = "Content-Type: application/x-www-form-urlencoded\n";
    for (held, form, body) in [(held(None), "", ""), (held(Some("r1")), form, "\n\nrefreshToken=r1")] {
        let refresh = ethgas().refresh(&held).unwrap();
        assert_eq!(
            wire(ethgas(), &refresh),
            format!("POST /v1/user/login/refresh\n{form}Authorization: Bearer a1{body}")
        );
        assert!(refresh.cookies, "the refresh token is in one");
    }
    let (check, logout) = (ethgas().check(&held(None)), ethgas().logout(&held(Some("r1"))));
    assert_eq!(wire(ethgas(), &check), "GET /v1/user/info\nAuthorization: Bearer a1");
    assert_eq!(wire(ethgas(), &logout), "POST /v1/user/logout\nAuthorization: Bearer a1");
    assert!(!check.cookies && !logout.cookies, "R26: nothing there needs a cookie");
}

/// What says who somebody is, in whatever case it is written.
#[test]
fn an_address_that_is_none_is_refused() {
    let with = |address: &str| ethgas().login(&Credentials::of(&[("address", address)]));
    assert!(with(ACCOUNT).is_ok() && with(&ACCOUNT.to_lowercase()).is_ok());
    for address in ["", "0x", "0x5eF1", &ACCOUNT[2..], &format!("{ACCOUNT}0"), &ACCOUNT.replace('B', "g")] {
        let failure = refusal(with(address));
        assert_eq!((failure.code, failure.fields[0].name.as_str()), (Code::InvalidRequest, "address"));
    }
}

#[test]
fn a_message_that_is_what_it_claims_to_be_is_shown_as_it_came() {
    let read = challenge(MESSAGE).unwrap();
    assert_eq!((read.message.as_str(), read.nonce.as_str(), read.chain), (MESSAGE, "52a90c73", Some(32_382)));
    let chain = |written: &str| challenge(&MESSAGE.replace("32382", written)).map(|read| read.chain);
    for (written, number) in [("1", 1), ("\"1\"", 1), ("\"0x7e7e\"", 32_382), ("4294967295", u32::MAX.into())]
    {
        assert_eq!(chain(written).unwrap(), Some(number), "{written}");
    }
    assert_eq!(chain("null").unwrap(), None);
    let digits = [("", "9", 20), ("", "1", 60), ("0x", "f", 17), ("0x", "1", 400)];
    let long = digits.map(|(prefix, digit, times)| format!("\"{prefix}{}\"", digit.repeat(times)));
    for written in
        ["-1", "1.5", "1e300", "\"\"", "\"0x\"", "\"one\"", "true", "[1]", "\"0x1234567890123456\""]
            .into_iter()
            .chain(long.iter().map(String::as_str))
    {
        assert_eq!(refusal(chain(written)).code, Code::MalformedReply, "{written}");
    }
}

/// A message that isn't the vendor's, or for another login, or that nobody could read, is shown to nobody.
#[test]
fn a_message_that_lies_is_malformed() {
    let other = |from: &str, to: &str| {
        assert!(MESSAGE.contains(from), "{from}");
        MESSAGE.replace(from, to)
    };
    for lie in [
        other("ETHGas Login", "USD Coin"),
        other("ETHGas Login", "ethgas login"),
        other(r#""name":"ETHGas Login","#, ""),
        other(r#""hash":"52a90c73""#, r#""hash":"52a90c74""#),
        other(r#""hash":"52a90c73","#, ""),
        other(r#""hash":"52a90c73""#, r#""hash":["52a90c73"]"#),
        // What the types don't list isn't signed: this could be anything else.
        other(r#"[{"name":"name","type":"string"},"#, "["),
        other(r#"[{"name":"name","type":"string"},"#, r#"[{"name":"name","type":"bytes32"},"#),
        other(r#"[{"name":"hash","type":"string"},"#, "["),
        other(r#""primaryType":"data""#, r#""primaryType":"EIP712Domain""#),
        other(r#""primaryType":"data","#, ""),
        other(r#"{"types":{"#, r#"{"typed":{"#),
        other("Please", &"Please ".repeat(600)),
        other(r#""domain":{"#, r#""domein":{"#),
        String::new(),
        "{}".into(),
        "[]".into(),
        "null".into(),
        MESSAGE[1..].into(),
    ] {
        let failure = refusal(challenge(&lie));
        assert_eq!((failure.code, failure.status), (Code::MalformedReply, Some(200)), "{lie}");
    }
    let signing = ethgas().signing().unwrap();
    for (text, code) in [
        (to_sign(MESSAGE).replace(r#""nonceHash":"52a90c73""#, r#""nonceHash":"""#), Code::MalformedReply),
        (to_sign(MESSAGE).replace(r#","nonceHash":"52a90c73""#, ""), Code::MalformedReply),
        (to_sign(MESSAGE).replace("true", "false"), Code::VendorError),
        (r#"{"success":true,"data":null}"#.into(), Code::MalformedReply),
        (HTML.into(), Code::MalformedReply),
        (String::new(), Code::MalformedReply),
    ] {
        assert_eq!(refusal(signing.challenge(&reply(200, &text))).code, code, "{text}");
    }
}

/// "The access token lives at data.accessToken.token"; one page shows it flat, with its lifetime in seconds. Else the token's
/// own claims tell that, and else it is the documented hour.
#[test]
fn tokens_are_read_in_all_documented_forms() {
    let claims = jwt(r#"{"iat":1000,"exp":4600}"#);
    let user = format!(r#""user":{{"userId":3,"address":"{}"}}"#, ACCOUNT.to_lowercase());
    for (data, access, refresh, lifetime, told) in [
        (
            format!(r#"{{{user},"accessToken":{{"data":{{"payload":{{"exp":4600}}}},"token":"{claims}"}}}}"#),
            claims.as_str(),
            None,
            3_590_000.0,
            true,
        ),
        (
            format!(r#"{{{user},"accessToken":{{"token":"opaque"}},"refreshToken":"r1"}}"#),
            "opaque",
            Some("r1"),
            3_600_000.0,
            true,
        ),
        (
            r#"{"accessToken":"opaque","refreshToken":"r1","expiresIn":60}"#.into(),
            "opaque",
            Some("r1"),
            60_000.0,
            false,
        ),
        (format!(r#"{{"accessToken":"{claims}"}}"#), claims.as_str(), None, 3_590_000.0, false),
    ] {
        let expected = |name: &str| Grant {
            access: Some(access.into()),
            refresh: refresh.map(Into::into),
            lifetime_ms: Some(lifetime),
            user: told
                .then(|| ACCOUNT.to_lowercase().as_str().into())
                .or((!name.is_empty()).then(|| name.into())),
            ..Grant::default()
        };
        let reply = reply(200, &granted(&data));
        assert_eq!(
            ethgas().read_login(&reply, &owner(""), 1_010_000.0).unwrap(),
            expected(ACCOUNT),
            "{data}"
        );
        assert_eq!(ethgas().read_refresh(&reply, 1_010_000.0).unwrap(), expected(""), "{data}");
    }
    let older =
        r#"{"code":200,"message":"OK","data":{"accessToken":"a","refreshToken":"r","expiresIn":3600}}"#;
    assert!(ethgas().read_login(&reply(200, older), &owner(""), 0.0).is_ok());
}

#[test]
fn r24_a_success_without_a_usable_token_is_malformed() {
    for data in [
        "null",
        "{}",
        "[]",
        r#"{"accessToken":{}}"#,
        r#"{"accessToken":{"token":5}}"#,
        r#"{"accessToken":""}"#,
        r#"{"accessToken":"a\r\nb"}"#,
        r#"{"accessToken":"a","refreshToken":5}"#,
        r#"{"accessToken":"a","expiresIn":0}"#,
    ] {
        for text in [granted(data), format!(r#"{{"code":200,"data":{data}}}"#)] {
            let reply = reply(200, &text);
            let login = refusal(ethgas().read_login(&reply, &owner(""), 0.0));
            assert_eq!(login.code, Code::MalformedReply, "{text}");
            if !text.contains("expiresIn") {
                let renewal = refusal(ethgas().read_refresh(&reply, 0.0));
                assert_eq!(renewal.code, Code::MalformedReply, "{text}");
            }
        }
    }
}

/// Each documented form of a refusal, with its code and its words.
#[test]
fn refusals_are_read_in_all_documented_forms() {
    let read = |status, text: &str, operation| refusal(ethgas().read(&reply(status, text), operation));
    for text in [
        r#"{"success":false,"errorCode":1000,"errorMsgKey":"error.permission","data":{}}"#,
        r#"{"success":false,"errorCode":1000,"error_msg_key":"error.permission"}"#,
        r#"{"success":false,"data":{"errorCode":1000,"errorMsg":"error.permission"}}"#,
        r#"{"code":1000,"message":"error.permission","data":null}"#,
    ] {
        for status in [200, 400, 403] {
            let failure = read(status, text, CallKind::Request);
            assert_eq!(failure.code, Code::Forbidden, "{status} {text}");
            assert_eq!(failure.vendor_code, Some(VendorCode::Number(1000.0)), "{text}");
            assert_eq!(
                (failure.detail.as_deref(), failure.explicit),
                (Some("error.permission"), true),
                "{text}"
            );
        }
    }
    let unlisted = r#"{"success":false,"errorCode":100103,"errorMsgKey":"error.signature","data":{}}"#;
    assert_eq!(read(401, unlisted, CallKind::Login).code, Code::InvalidCredentials);
    assert_eq!(read(401, unlisted, CallKind::Request).code, Code::SessionExpired);
    assert_eq!(read(200, unlisted, CallKind::Login).code, Code::VendorError);
    assert_eq!(read(200, r#"{"success":false}"#, CallKind::Login).code, Code::VendorError);
    for (status, code) in
        [(503, Code::VendorUnavailable), (401, Code::SessionExpired), (200, Code::MalformedReply)]
    {
        let gateways = read(status, HTML, CallKind::Request);
        assert_eq!((gateways.code, gateways.explicit), (code, false), "{status}");
    }
}

/// The vendor's clients go by a 401 alone, and no document says which code beside it means a token that is over.
#[test]
fn a_401_is_worth_a_renewal_whatever_its_code() {
    let told = |status, text: &str| ethgas().rejects_token(&reply(status, text));
    for code in [2, 20, 99, 1000, 1002, 9999] {
        for text in [
            format!(r#"{{"success":false,"errorCode":{code},"errorMsgKey":"e","data":{{}}}}"#),
            format!(r#"{{"success":false,"data":{{"errorCode":{code},"errorMsg":"e"}}}}"#),
        ] {
            let expected = if code == 20 { Rejection::Yes } else { Rejection::Doubtful };
            assert_eq!(told(401, &text), expected, "{text}");
            assert_eq!([200, 403, 500].map(|status| told(status, &text)), [Rejection::No; 3], "r21: {text}");
        }
    }
    assert_eq!(told(401, HTML), Rejection::Doubtful);
    assert_eq!(told(401, r#"{"success":false,"errorCode":401}"#), Rejection::Yes);
}

/// Whatever the vendor's own no to a renewal is called, there is nothing left to renew with; trouble is no such no.
#[test]
fn rule_10_a_refused_renewal_is_the_end_and_trouble_is_not() {
    let refused = |status, text: &str| {
        let failure = refusal(ethgas().read_refresh(&reply(status, text), 0.0));
        (failure.code, failure.ends_session())
    };
    for code in [2, 1000, 1001, 1002, 100_101] {
        for status in [200, 400, 401, 403] {
            let text = format!(r#"{{"success":false,"errorCode":{code},"errorMsgKey":"e","data":{{}}}}"#);
            assert_eq!(refused(status, &text), (Code::SessionExpired, true), "{status} {code}");
        }
    }
    let unexpected = r#"{"success":false,"errorCode":99,"errorMsgKey":"e","data":{}}"#;
    assert_eq!(refused(200, unexpected), (Code::VendorUnavailable, false));
    for (status, code) in [
        (401, Code::SessionExpired),
        (403, Code::Forbidden),
        (503, Code::VendorUnavailable),
        (200, Code::MalformedReply),
    ] {
        assert_eq!(refused(status, HTML), (code, false), "a gateway's {status}");
    }
    // Nor is a gateway's JSON, which may have a `success`, too: all of the vendor's have a code.
    for text in [
        r#"{"success":false,"errors":[{"code":1020,"message":"Access denied"}],"messages":[],"result":null}"#,
        r#"{"success":false,"message":"Not Found"}"#,
        r#"{"success":false}"#,
    ] {
        for status in [200, 400, 401, 403, 404] {
            assert!(!refused(status, text).1, "{status} {text}");
        }
    }
}

#[test]
fn a_logout_is_confirmed_by_an_empty_object_or_a_success() {
    for text in ["{}", r#"{"success":true,"message":"bye"}"#, &granted("{}")] {
        assert!(ethgas().confirms_logout(&reply(200, text)), "{text}");
    }
    for (status, text) in
        [(200, HTML), (200, ""), (200, "[]"), (200, r#"{"success":false}"#), (401, "{}"), (503, "")]
    {
        assert!(!ethgas().confirms_logout(&reply(status, text)), "{status} {text}");
    }
}

#[test]
fn a_check_reads_the_users_page() {
    let alive = granted(r#"{"user":{"userId":3,"address":"0x1"}}"#);
    assert_eq!(ethgas().read_check(&reply(200, &alive)).unwrap(), None);
    let over = r#"{"success":false,"errorCode":100101,"errorMsgKey":"error.token","data":{}}"#;
    assert_eq!(refusal(ethgas().read_check(&reply(401, over))).code, Code::SessionExpired);
    for text in [HTML, "", "{}"] {
        assert_eq!(refusal(ethgas().read_check(&reply(200, text))).code, Code::MalformedReply, "{text}");
    }
}

/// The browser's cookie is that of whoever signed in last.
#[test]
fn a_renewals_tokens_are_of_the_same_account() {
    let grant = |user: Option<&str>| Grant { user: user.map(Into::into), ..Grant::default() };
    assert!(ethgas().renews(&grant(None), &held(None)));
    assert!(ethgas().renews(&grant(Some(&ACCOUNT.to_lowercase())), &held(None)));
    assert!(!ethgas().renews(&grant(Some("0x0")), &held(None)));
}

#[test]
fn a_wallet_is_asked_as_eip_1193_has_it() {
    assert_eq!(accounts(), r#"{"method":"eth_requestAccounts","params":[]}"#);
    assert_eq!(chain(), r#"{"method":"eth_chainId","params":[]}"#);
    for (number, hex) in [(1, "1"), (0, "0"), (32_382, "7e7e"), (0x10, "10"), (u64::MAX, "ffffffffffffffff")]
    {
        assert_eq!(
            switch(number),
            format!(r#"{{"method":"wallet_switchEthereumChain","params":[{{"chainId":"0x{hex}"}}]}}"#)
        );
    }
    let asked: serde_json::Value = serde_json::from_str(&sign(ACCOUNT, MESSAGE)).unwrap();
    assert_eq!(asked, serde_json::json!({"method": "eth_signTypedData_v4", "params": [ACCOUNT, MESSAGE]}));
}

#[test]
fn a_wallets_answers_are_judged() {
    let json = |text: &str| Value::parse(text).unwrap();
    let offered = json(&format!(r#"[5, "0x12", "{ACCOUNT}", "0x{}"]"#, "12".repeat(20)));
    let chosen = |wanted: Option<&str>| account(&offered, wanted).map(|chosen| chosen.as_str().to_owned());
    assert_eq!(chosen(None).as_deref(), Some(ACCOUNT), "the first that is one");
    assert_eq!(chosen(Some(&ACCOUNT.to_uppercase().replace("0X", "0x"))).as_deref(), Some(ACCOUNT));
    assert_eq!(chosen(Some("0x12")), None);
    for none in ["[]", "null", "{}", "\"0x\"", "5"] {
        assert!(account(&json(none), None).is_none(), "{none}");
    }
    let signed = |text: &str| signature(&json(text)).is_some();
    assert!(signed(&format!("\"0x{}\"", "ab".repeat(65))) && signed(&format!("\"0x{}\"", "ab".repeat(500))));
    for none in ["null", "\"\"", "\"0x\"", "\"ab\"", "\"0xno\"", "5", &format!("\"0x{}\"", "ab".repeat(9000))]
    {
        assert!(!signed(none), "{none}");
    }
    for (told, number) in [
        ("\"0x1\"", Some(1)),
        ("\"0x01\"", Some(1)),
        ("1", Some(1)),
        ("4294967296", Some(1 << 32)),
        ("1.5", None),
        ("-1", None),
        ("1e300", None),
        ("\"1\"", Some(1)),
        ("null", None),
        ("\"0xg\"", None),
        ("\"99999999999999999999\"", None),
        ("\"0xfffffffffffffffff\"", None),
    ] {
        assert_eq!(chain_of(&json(told)), number, "{told}");
    }
    assert!(is_user_rejection(&json(r#"{"code":4001}"#)) && is_user_rejection(&json(r#"{"code":5000}"#)));
    for other in [r#"{"code":4100}"#, r#"{"code":"4001"}"#, "{}", "null", "4001"] {
        assert!(!is_user_rejection(&json(other)), "{other}");
    }
}
