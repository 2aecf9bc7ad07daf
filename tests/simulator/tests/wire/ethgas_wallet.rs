use serde_json::{Value, json};

use crate::client::{Sim, read, sim, text};

const ACCOUNT: &str = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf";

async fn post(sim: &Sim, path: &str, form: &str) -> (u16, Value) {
    let request = sim.http.post(format!("{}/v1/user/login{path}", sim.at.ethgas));
    read(request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())).await
}

async fn message(sim: &Sim) -> (String, Value) {
    let (status, body) = post(sim, "", &format!("addr={ACCOUNT}")).await;
    assert_eq!((status, &body["success"], &body["data"]["status"]), (200, &json!(true), &json!("verify")));
    let message = serde_json::from_str(text(&body["data"]["eip712Message"])).expect("the message is JSON");
    (text(&body["data"]["nonceHash"]).to_owned(), message)
}

#[tokio::test]
async fn a_message_to_sign_is_the_documented_one() {
    let sim = sim().await;
    let (nonce, message) = message(&sim).await;
    assert_eq!(nonce.len(), 8, "four bytes");
    assert_eq!(
        (&message["domain"]["name"], &message["domain"]["chainId"]),
        (&json!("ETHGas Login"), &json!(1))
    );
    assert_eq!((&message["primaryType"], &message["message"]["hash"]), (&json!("data"), &json!(nonce)));
    let (status, body) = post(&sim, "", "addr=0x12").await;
    assert_eq!((status, &body["success"], &body["errorCode"]), (400, &json!(false), &json!(1001)));
}

#[tokio::test]
async fn messages_lie_on_demand() {
    let sim = sim().await;
    for (lie, wrong) in [("domain", "/domain/name"), ("hash", "/message/hash"), ("size", "/message/message")]
    {
        let (_, before) = message(&sim).await;
        sim.steer(&sim.at.ethgas, "config", json!({"lie": lie})).await;
        let (nonce, after) = message(&sim).await;
        assert_ne!(before.pointer(wrong), after.pointer(wrong), "{lie}");
        assert_eq!(lie == "hash", after["message"]["hash"] != json!(nonce));
        sim.steer(&sim.at.ethgas, "config", json!({"lie": null})).await;
    }
}

/// A nonce is good once, whatever became of the first try; and nobody but the account itself may sign for it.
#[tokio::test]
async fn a_nonce_is_good_once() {
    let sim = sim().await;
    let (nonce, _) = message(&sim).await;
    let form = format!("addr={ACCOUNT}&nonceHash={nonce}&signature=0x{}", "11".repeat(65));
    let (status, body) = post(&sim, "/verify", &form).await;
    assert_eq!((status, &body["errorCode"]), (401, &json!(100_103)));
    let (status, body) = post(&sim, "/verify", &form).await;
    assert_eq!((status, &body["errorCode"]), (401, &json!(100_102)), "used up");
    let (status, _) = post(&sim, "/verify", "").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn refusals_come_in_three_forms() {
    let sim = sim().await;
    for (envelope, expected) in [
        (
            "top",
            json!({"success": false, "errorCode": 100_101, "errorMsgKey": "error.login.token", "data": {}}),
        ),
        ("data", json!({"success": false, "data": {"errorCode": 100_101, "errorMsg": "error.login.token"}})),
        ("code", json!({"code": 401, "message": "error.login.token", "data": null})),
    ] {
        sim.steer(&sim.at.ethgas, "config", json!({"envelope": envelope})).await;
        assert_eq!(post(&sim, "/refresh", "").await, (401, expected.clone()), "no cookie");
        let info = sim.get(format!("{}/v1/user/info", sim.at.ethgas)).bearer_auth("none");
        assert_eq!(read(info).await, (401, expected));
    }
}
