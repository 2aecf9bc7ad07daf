//! Signing in with a wallet.

use super::effect::{Effect, Outcome};
use super::ending::Halt;
use super::handle::Handle;
use super::operation::Run;
use crate::dialect::wallet::{
    Signing, account, accounts, chain, chain_of, is_user_rejection, sign, signature, switch,
};
use crate::dialect::{CallKind, Code, Credentials, Failure, Json, Why};

impl<J: Json> Run<J> {
    /// Lets the wallet sign the vendor's message. Gives back what came of handing the signature in: a login's reply.
    ///
    /// The session doesn't depend on the wallet afterwards, such as when the person goes to another account or chain.
    pub(super) async fn sign(
        &self,
        signing: &dyn Signing<J>,
        credentials: &mut Credentials,
        generation: u32,
    ) -> Result<Outcome<J>, Halt> {
        let handle: &Handle<J> = &self.handle;
        let at_login = |failure| Halt::at(CallKind::Login, failure);
        let offered = self.wallet_answer(self.ask(Effect::Wallet(accounts())).await, generation)?;
        let wanted = credentials.typed("address");
        credentials.account =
            account(&offered, wanted.as_deref()).ok_or_else(|| not_offered(wanted.is_some()))?;
        let call = handle.vendor.login(credentials).map_err(at_login)?;
        let reply = self.asked_for(call, generation).await?;
        self.must_be_in_use(CallKind::Login)?;
        // Checked before the wallet shows anything to the person.
        let challenge = signing.challenge(&reply).map_err(at_login)?;
        if let Some(wanted) = challenge.chain {
            let on = self.wallet_answer(self.ask(Effect::Wallet(chain())).await, generation)?;
            if chain_of(&on) != Some(wanted) {
                self.wallet_answer(self.ask(Effect::Wallet(switch(wanted))).await, generation)?;
            }
        }
        let request = sign(&credentials.account, &challenge.message);
        let signed = self.wallet_answer(self.ask(Effect::Wallet(request)).await, generation)?;
        credentials.signature = signature(&signed).ok_or_else(unable)?;
        self.take_turn(None, generation).await?;
        Ok(self.ask(Effect::Call(signing.verify(&challenge, credentials))).await)
    }

    /// The wallet's answer; or why there is none, or why the person isn't to be asked anything more.
    #[inline(never)]
    fn wallet_answer(&self, outcome: Outcome<J>, generation: u32) -> Result<J, Halt> {
        self.must_be_latest(generation)?;
        self.must_be_in_use(CallKind::Login)?;
        match outcome {
            Outcome::Wallet(Ok(answer)) => Ok(answer),
            Outcome::Wallet(Err(refusal)) if is_user_rejection(&refusal) => {
                Err(Halt::new(Code::Cancelled, CallKind::Login))
            }
            Outcome::Wallet(Err(_)) => Err(unable()),
            outcome => Err(outcome.halt(CallKind::Login)),
        }
    }
}

/// The wallet can't do what the login needs, or doesn't speak as wallets do.
fn unable() -> Halt {
    Halt::unsupported(Why::WalletUnable, CallKind::Login)
}

/// The wallet doesn't offer the account that the caller wants; or none at all.
fn not_offered(wanted: bool) -> Halt {
    if !wanted {
        return unable();
    }
    let failure = Failure::field("address", "not-offered", "must be an account that the wallet offers");
    Halt::at(CallKind::Login, failure)
}
