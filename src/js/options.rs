//! Reading `SessionOptions`.

use js_sys::{Array, Object, encode_uri_component};
use wasm_bindgen::prelude::*;

use crate::browser::{Base, Rejection, Setup, Store, member};
use crate::session::{Audience, Place};
use crate::vendor::{Code, Failure, Operation, Vendor, named};

const KNOWN: [&str; 9] =
    ["vendor", "baseUrl", "storage", "account", "allow", "renew", "timeoutMs", "endpoints", "flow"];
const OPERATIONS: [&str; 4] = ["login", "refresh", "logout", "check"];

/// The default bound on each call to the vendor, in ms.
const TIMEOUT_MS: f64 = 10_000.0;

/// The longest bound that timers can keep, in ms.
const LONGEST_TIMEOUT_MS: f64 = 2_147_483_647.0;

/// As many further prefixes and as long an account name as make sense.
const MOST_PREFIXES: u32 = 64;
const LONGEST_ACCOUNT: usize = 256;

/// Reads and checks all options (rule 3: every mistake is named, none becomes a trap).
pub(super) fn setup(options: &JsValue) -> Result<Setup, Rejection> {
    if !options.is_object() || Array::is_array(options) {
        return Err(wrong("options", "an object with vendor and baseUrl"));
    }
    only(options, "", &KNOWN)?;
    let vendor_name = text(options, "vendor")?;
    let vendor = vendor_name
        .as_deref()
        .and_then(named::<JsValue>)
        .ok_or_else(|| wrong("vendor", "\"ocient\", \"lenses\", \"pegase3\" or \"ethgas\""))?;
    let base = base(options)?;
    let account = account(options)?;
    let key = ["hallpass:", vendor.facts().name, ":", &base.text(), ":", &account].concat();
    flow(options, vendor)?;
    Ok(Setup {
        store: store(options, &key)?,
        audience: audience(options, &base)?,
        automatic: choice(options, "renew", &["auto", "manual"], "\"auto\" or \"manual\"")? == 0,
        timeout_ms: timeout(options)?,
        endpoints: endpoints(options, vendor, &base)?,
        vendor,
        base,
    })
}

fn base(options: &JsValue) -> Result<Base, Rejection> {
    let value = member(options, "baseUrl");
    let address = address(&value).ok_or_else(|| wrong("baseUrl", "a string or a URL"))?;
    Base::parse(&address).map_err(|expected| wrong("baseUrl", expected))
}

fn account(options: &JsValue) -> Result<String, Rejection> {
    let account = text(options, "account")?.unwrap_or_else(|| "default".into());
    if account.is_empty() || account.len() > LONGEST_ACCOUNT {
        return Err(wrong("account", "a text of 1 to 256 characters"));
    }
    Ok(encode_uri_component(&account).into())
}

fn store(options: &JsValue, key: &str) -> Result<Store, Rejection> {
    let storage = member(options, "storage");
    let global = match storage.as_string().as_deref() {
        Some("memory") => JsValue::UNDEFINED,
        Some("session") => "sessionStorage".into(),
        Some("local") => "localStorage".into(),
        Some("encrypted") => return Err(unsupported("storage \"encrypted\"")),
        None if storage.is_undefined() || is_token_storage(&storage) => storage,
        _ => {
            let expected = "\"memory\", \"session\", \"local\", \"encrypted\" or an object with get, set and delete";
            return Err(wrong("storage", expected));
        }
    };
    Ok(Store::new(&global, key))
}

fn is_token_storage(object: &JsValue) -> bool {
    ["get", "set", "delete"].into_iter().all(|verb| member(object, verb).is_function())
}

fn audience(options: &JsValue, base: &Base) -> Result<Audience, Rejection> {
    let mut prefixes: Vec<Place> = vec![base.place().clone()];
    let allow = member(options, "allow");
    if !allow.is_undefined() {
        let list = allow.dyn_ref::<Array>().filter(|list| list.length() <= MOST_PREFIXES);
        let list = list.ok_or_else(|| wrong("allow", "an array of at most 64 strings or URLs"))?;
        for index in 0..list.length() {
            let expected = |expected| wrong("each prefix in allow", expected);
            let address = address(&list.get(index)).ok_or_else(|| expected("a string or a URL"))?;
            prefixes.push(Base::parse(&address).map_err(expected)?.place().clone());
        }
    }
    Ok(Audience::new(prefixes))
}

fn timeout(options: &JsValue) -> Result<f64, Rejection> {
    let value = member(options, "timeoutMs");
    if value.is_undefined() {
        return Ok(TIMEOUT_MS);
    }
    value
        .as_f64()
        .filter(|ms| *ms > 0.0 && *ms <= LONGEST_TIMEOUT_MS)
        .ok_or_else(|| wrong("timeoutMs", "a number of ms above 0 and at most 2147483647"))
}

/// The operations' full addresses: documented, or given, but always below `baseUrl`, as the password goes there.
fn endpoints(
    options: &JsValue,
    vendor: &dyn Vendor<JsValue>,
    base: &Base,
) -> Result<[Option<String>; 4], Rejection> {
    let given = member(options, "endpoints");
    if !given.is_undefined() {
        if !given.is_object() || Array::is_array(&given) {
            return Err(wrong("endpoints", "an object of paths"));
        }
        only(&given, "endpoints.", &OPERATIONS)?;
    }
    let paths = vendor.facts().paths;
    let documented = [Some(paths.login), paths.refresh, paths.logout, paths.check];
    let home = Audience::new(vec![base.place().clone()]);
    let mut all = [const { None }; 4];
    for ((endpoint, name), documented) in all.iter_mut().zip(OPERATIONS).zip(documented) {
        let wrong = || wrong(&["endpoints.", name].concat(), "a path below baseUrl");
        let value = member(&given, name);
        let path = if value.is_undefined() {
            documented.map(Into::into)
        } else {
            Some(value.as_string().filter(|path| !path.is_empty()).ok_or_else(wrong)?)
        };
        if let Some(path) = path {
            let (href, place) = base.resolve(&path).ok_or_else(wrong)?;
            if !home.admits(&place) {
                return Err(wrong());
            }
            *endpoint = Some(href);
        }
    }
    Ok(all)
}

fn flow(options: &JsValue, vendor: &dyn Vendor<JsValue>) -> Result<(), Rejection> {
    match choice(options, "flow", &["password", "wallet"], "\"password\" or \"wallet\"")? {
        0 => Ok(()),
        _ if vendor.facts().name == "ethgas" => {
            Err(unsupported("flow \"wallet\""))
        }
        _ => Err(wrong("flow", "left out: only ethgas has one")),
    }
}

/// Refuses members that nobody reads: a misspelt option would be a silent default.
fn only(object: &JsValue, prefix: &str, known: &[&str]) -> Result<(), Rejection> {
    let names = Object::keys(object.unchecked_ref::<Object>());
    for index in 0..names.length() {
        let name = names.get(index).as_string().unwrap_or_default();
        if !known.contains(&name.as_str()) {
            let sentence = [prefix, &name, " is not one of the options."].concat();
            return Err(Rejection::of(Failure::saying(Code::InvalidOptions, sentence), Operation::Request));
        }
    }
    Ok(())
}

fn choice(options: &JsValue, name: &str, choices: &[&str], expected: &str) -> Result<usize, Rejection> {
    match text(options, name)? {
        None => Ok(0),
        Some(text) => choices.iter().position(|choice| *choice == text).ok_or_else(|| wrong(name, expected)),
    }
}

fn text(options: &JsValue, name: &str) -> Result<Option<String>, Rejection> {
    let value = member(options, name);
    if value.is_undefined() {
        return Ok(None);
    }
    value.as_string().map(Some).ok_or_else(|| wrong(name, "a string"))
}

/// A string, or an object with an `href`, as a URL of any realm has.
fn address(value: &JsValue) -> Option<String> {
    value.as_string().or_else(|| member(value, "href").as_string())
}

fn wrong(name: &str, expected: &str) -> Rejection {
    Rejection::argument(name, expected)
}

fn unsupported(what: &str) -> Rejection {
    let sentence = [what, " is not in this version."].concat();
    Rejection::of(Failure::saying(Code::Unsupported, sentence), Operation::Request)
}
