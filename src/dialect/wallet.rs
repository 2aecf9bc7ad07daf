//! Asking a wallet, and reading what it says: <https://eips.ethereum.org/EIPS/eip-1193>.
//!
//! What a wallet is asked is JSON: `{"method": …, "params": […]}`. Its answer is untrusted, like a vendor's reply: a page may
//! have put anything in the wallet's place.

use alloc::boxed::Box;
use alloc::string::String;

use super::write::write_string;
use super::{Call, Credentials, Failure, Json, Reply, Secret, is_token};

/// A login in which a wallet signs a message of the vendor's.
///
/// Its [`login`](super::Vendor::login) asks for the message, for the account in the credentials.
/// The reply to [`verify`](Self::verify) is read as any login's.
pub trait Signing<J: Json> {
    /// Reads the message out of the reply to `login`. Only one that is what it claims to be may be shown to anybody.
    fn challenge(&self, reply: &Reply<J>) -> Result<Box<Challenge>, Box<Failure>>;

    /// The request that hands in the signature, which stands in the credentials.
    fn verify(&self, challenge: &Challenge, credentials: &Credentials) -> Box<Call>;
}

/// What a wallet is to sign, checked.
#[derive(Debug)]
pub struct Challenge {
    /// The typed data, as EIP-712 has it, in JSON.
    pub message: String,
    /// By this nonce, the message is good for one login only.
    pub nonce: Secret,
    /// The chain that the message is for: a wallet signs only for the chain that it is on.
    pub chain: Option<u64>,
}

/// The question for the accounts that the person lets this page see.
#[must_use]
pub fn accounts() -> String {
    request("eth_requestAccounts", "")
}

/// The question for the chain that the wallet is on.
#[must_use]
pub fn chain() -> String {
    request("eth_chainId", "")
}

/// The request to go to a chain.
#[must_use]
pub fn switch(chain: u64) -> String {
    let mut param = String::from("{\"chainId\":\"0x");
    let mut begun = false;
    for place in (0..16_u32).rev() {
        let digit = char::from_digit((chain >> (4 * place) & 15) as u32, 16).unwrap_or('0');
        begun |= digit != '0' || place == 0;
        if begun {
            param.push(digit);
        }
    }
    param.push_str("\"}");
    request("wallet_switchEthereumChain", &param)
}

/// The request for a signature of an account of the wallet's.
#[must_use]
pub fn sign(account: &str, message: &str) -> String {
    let mut params = ["\"", account, "\","].concat();
    write_string(&mut params, message);
    request("eth_signTypedData_v4", &params)
}

fn request(method: &str, params: &str) -> String {
    ["{\"method\":\"", method, "\",\"params\":[", params, "]}"].concat()
}

/// The account to sign with, out of those that the wallet offers: the one that is wanted, in whatever case it is written, else
/// the first. `None`: there is no such account.
#[must_use]
pub fn account<J: Json>(offered: &J, wanted: Option<&str>) -> Option<Secret> {
    const MOST: usize = 1000;
    let offered = offered.elements(MOST)?;
    let mut accounts = offered.iter().filter_map(Json::text).filter(|account| is_account(account));
    accounts.find(|account| wanted.is_none_or(|wanted| account.eq_ignore_ascii_case(wanted))).map(Into::into)
}

/// Whether a text is the address of an account: 20 bytes.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 42 && is_hex(text)
}

/// The signature in an answer. As a rule it has 65 bytes; that of a contract may have more.
#[must_use]
pub fn signature<J: Json>(answer: &J) -> Option<Secret> {
    answer.text().filter(|text| text.len() > 2 && is_hex(text) && is_token(text)).map(Into::into)
}

fn is_hex(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// A chain's number: as JSON's, or as a text of hexadecimal or decimal digits.
#[must_use]
pub fn chain_of<J: Json>(told: &J) -> Option<u64> {
    /// So many digits of either kind stay below what `u64` has room for.
    const MOST: usize = 15;
    let Some(text) = told.text() else {
        let number = told.number()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "what is cut off is noticed"
        )]
        let whole = number as u64;
        #[expect(
            clippy::float_cmp,
            clippy::cast_precision_loss,
            reason = "exactly the whole number, or it is none"
        )]
        return (whole as f64 == number && number < 1e15).then_some(whole);
    };
    let (digits, radix) = text.strip_prefix("0x").map_or((text.as_str(), 10), |digits| (digits, 16));
    // Before they are read, as a vendor or a wallet may send any number of them.
    if !(1..=MOST).contains(&digits.len()) {
        return None;
    }
    let mut number = 0;
    for digit in digits.chars() {
        number = number * u64::from(radix) + u64::from(digit.to_digit(radix)?);
    }
    Some(number)
}

/// Whether a wallet's refusal is the person's no: 4001 in EIP-1193, and 5000 where the wallet is reached by `WalletConnect`
/// (<https://specs.walletconnect.com/2.0/specs/clients/sign/error-codes>).
#[must_use]
pub fn is_user_rejection<J: Json>(refusal: &J) -> bool {
    matches!(refusal.code_of("code"), Some(4001 | 5000))
}
