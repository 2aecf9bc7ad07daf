//! Who has signed a message of typed data (<https://eips.ethereum.org/EIPS/eip-712>), for messages as ETHGAS makes them: all of
//! their members are texts.

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha3::{Digest, Keccak256};

/// What says where a signature is good.
pub struct Domain<'a> {
    /// Who asks for it.
    pub name: &'a str,
    /// For which chain.
    pub chain: u64,
}

/// The version that the domain has beside that. The contract is the address 0.
pub const VERSION: &str = "1";

/// The structure's name, and its members, all of them texts.
pub const TYPE: &str = "data";
/// Likewise.
pub const MEMBERS: [&str; 3] = ["hash", "message", "domain"];

type Word = [u8; 32];

/// The address of the account that has signed these values of [`MEMBERS`], in lowercase. `None`: it is no signature.
pub fn signer(domain: &Domain<'_>, values: [&str; 3], signature: &str) -> Option<String> {
    let bytes = from_hex(signature.strip_prefix("0x")?)?;
    let (&last, rest) = bytes.split_last()?;
    // Wallets write 27 and 28, some 0 and 1.
    let recovery = RecoveryId::from_byte(last.checked_sub(27).unwrap_or(last))?;
    let key = VerifyingKey::recover_from_prehash(
        &digest(domain, values),
        &Signature::from_slice(rest).ok()?,
        recovery,
    );
    let point = key.ok()?.to_sec1_point(false);
    let hash = keccak(point.as_bytes().get(1..)?);
    Some(format!("0x{}", to_hex(hash.get(12..)?)))
}

fn digest(domain: &Domain<'_>, values: [&str; 3]) -> Word {
    let domain_type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    let mut chain = [0; 32];
    chain[24..].copy_from_slice(&domain.chain.to_be_bytes());
    let domain = structure(domain_type, &[keccak(domain.name), keccak(VERSION), chain, [0; 32]]);
    let members: Vec<String> = MEMBERS.iter().map(|name| format!("string {name}")).collect();
    let data = structure(&format!("{TYPE}({})", members.join(",")), &values.map(keccak));
    keccak([&b"\x19\x01"[..], &domain, &data].concat())
}

fn structure(kind: &str, members: &[Word]) -> Word {
    keccak([&keccak(kind)[..], &members.concat()].concat())
}

fn keccak(bytes: impl AsRef<[u8]>) -> Word {
    Keccak256::digest(bytes).into()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Domain, digest, signer};
    use k256::ecdsa::SigningKey;

    /// The account of the private key 1, as every tool has it.
    const ACCOUNT_OF_1: &str = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";

    #[test]
    fn who_has_signed_is_found_out() {
        let domain = Domain { name: "ETHGas Login", chain: 1 };
        let values = ["52a90c73", "Please sign", "ethgas.com"];
        let mut one = [0; 32];
        one[31] = 1;
        let key = SigningKey::from_slice(&one).expect("a key");
        let (signature, recovery) = key.sign_prehash_recoverable(&digest(&domain, values));
        let hex = super::to_hex(&signature.to_bytes());
        for last in [recovery.to_byte(), recovery.to_byte() + 27] {
            let signature = format!("0x{hex}{last:02x}");
            assert_eq!(signer(&domain, values, &signature).as_deref(), Some(ACCOUNT_OF_1));
            let other = Domain { name: "ETHGas Login", chain: 2 };
            assert_ne!(signer(&other, values, &signature).as_deref(), Some(ACCOUNT_OF_1), "another chain");
        }
        for none in ["", "0x", "0x00", "1b", &format!("0x{hex}ff")] {
            assert_eq!(signer(&domain, values, none), None, "{none}");
        }
    }
}
