//! Independent worlds on one server: `/i/{name}/…` is one, the bare root another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::accounts::Accounts;
use crate::config::Config;
use crate::device::Questions;
use crate::faults::Faults;
use crate::identity::Provider;
use crate::ledger::Ledger;
use crate::tokens::Tokens;

/// The most instances a server keeps.
const MOST: usize = 10_000;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 100;

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

    /// Its world, locked. Never held across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a path leads to no instance.
#[derive(Debug, Clone, Copy)]
pub enum NoInstance {
    /// The name is too long or has characters other than letters, digits, `-`, `_` and `.`.
    Name,
    /// There are too many already.
    Full,
}

/// The instances of one server, made at first use.
#[derive(Default)]
pub struct Instances(Mutex<HashMap<String, Arc<Instance>>>);

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
            return Err(NoInstance::Name);
        }
        let mut instances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(instance) = instances.get(name) {
            return Ok((Arc::clone(instance), inner));
        }
        if instances.len() >= MOST {
            return Err(NoInstance::Full);
        }
        let cookie_path = if name.is_empty() { "/".to_owned() } else { format!("/i/{name}") };
        let instance = Arc::new(Instance { cookie_path, world: Mutex::default() });
        instances.insert(name.to_owned(), Arc::clone(&instance));
        Ok((instance, inner))
    }
}
