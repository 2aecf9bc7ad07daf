//! Which logins are over.

/// How many logins that are over a tab remembers.
const LONGEST_PAST: usize = 8;

/// The last few logins that are over.
#[derive(Debug)]
pub(super) struct Past {
    logins: [u32; LONGEST_PAST],
    next: usize,
}

impl Past {
    pub(super) const fn new() -> Self {
        Self { logins: [0; LONGEST_PAST], next: 0 }
    }

    /// 0 names no login.
    pub(super) fn add(&mut self, login: u32) {
        if login == 0 || self.has(login) {
            return;
        }
        if let Some(place) = self.logins.get_mut(self.next % LONGEST_PAST) {
            *place = login;
            self.next = self.next.wrapping_add(1);
        }
    }

    pub(super) fn has(&self, login: u32) -> bool {
        login != 0 && self.logins.contains(&login)
    }
}
