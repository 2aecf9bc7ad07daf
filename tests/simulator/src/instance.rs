//! Independent worlds on one server: `/i/{name}/…` is one, the bare root another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::accounts::Accounts;
use crate::config::Config;
use crate::device::Questions;
use crate::ethgas_wallet::Wallets;
use crate::faults::Faults;
use crate::identity::Provider;
use crate::ledger::Ledger;
use crate::tokens::Tokens;

/// The most instances a server keeps. Another then takes the place of the one that was used longest ago: a run of all
/// tests makes more than these, and needs each for a moment only.
const MOST: usize = 10_000;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 100;

/// Where the instance without a name lives.
const ROOT: &str = "/";

/// Everything a vendor remembers in one instance.
#[derive(Default)]
pub struct World {
    /// Wrong passwords and locks.
    pub accounts: Accounts,
    /// What the test configured.
    pub config: Config,
    /// Faults to come.
    pub faults: Faults,
    /// What was sent.
    pub ledger: Ledger,
    /// Signs tokens of its own, which Ocient takes.
    pub provider: Provider,
    /// What people are asked on other devices.
    pub questions: Questions,
    /// What was issued.
    pub tokens: Tokens,
    /// Who signs in with a wallet (ETHGAS).
    pub wallets: Wallets,
}

/// One instance: a world and the path it lives at.
pub struct Instance {
    cookie_path: String,
    world: Mutex<World>,
}

impl Instance {
    /// The `Path` of its cookies: `/` at the root, `/i/{name}` otherwise.
    pub fn cookie_path(&self) -> &str {
        &self.cookie_path
    }

    /// A world in which nothing has happened. The root is the demo page's, whose users include one without a password: so it has single
    /// sign-on, and tells everybody of it.
    pub fn new_world(&self) -> World {
        let mut world = World::default();
        world.config.single_sign_on = self.cookie_path == ROOT;
        world
    }

    /// Its world, locked. Never held across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path leads to no instance: the name is too long or has characters other than letters, digits, `-`, `_` and `.`.
#[derive(Debug, Clone, Copy)]
pub struct NoInstance;

/// The instances of one server, made at first use.
#[derive(Default)]
pub struct Instances(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_name: HashMap<String, Used>,
    /// How often one was asked for so far.
    asked: u64,
}

struct Used {
    instance: Arc<Instance>,
    /// What `asked` was when it was asked for last.
    last: u64,
}

impl Instances {
    /// The instance a path leads to, and the path inside it.
    pub fn find<'path>(&self, path: &'path str) -> Result<(Arc<Instance>, &'path str), NoInstance> {
        let (name, inner) = match path.strip_prefix("/i/") {
            None => ("", path),
            Some(rest) => match rest.find('/') {
                Some(slash) => rest.split_at(slash),
                None => (rest, "/"),
            },
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.len() > LONGEST_NAME || !name.bytes().all(plain) {
            return Err(NoInstance);
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((kept.get(name), inner))
    }
}

impl Kept {
    fn get(&mut self, name: &str) -> Arc<Instance> {
        self.asked += 1;
        if let Some(used) = self.by_name.get_mut(name) {
            used.last = self.asked;
            return Arc::clone(&used.instance);
        }
        if self.by_name.len() >= MOST {
            self.make_room();
        }
        let cookie_path = if name.is_empty() { ROOT.to_owned() } else { format!("/i/{name}") };
        let instance = Instance { cookie_path, world: Mutex::default() };
        *instance.world() = instance.new_world();
        let instance = Arc::new(instance);
        let used = Used { instance: Arc::clone(&instance), last: self.asked };
        self.by_name.insert(name.to_owned(), used);
        instance
    }

    /// Forgets the one that was used longest ago, but never the root: it is nobody's for a moment only.
    fn make_room(&mut self) {
        let named = self.by_name.iter().filter(|(name, _)| !name.is_empty());
        let oldest = named.min_by_key(|(_, used)| used.last).map(|(name, _)| name.clone());
        if let Some(name) = oldest {
            self.by_name.remove(&name);
        }
    }
}
