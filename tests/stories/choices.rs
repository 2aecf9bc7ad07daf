//! What is left to chance in a story: a stream of bytes, made from a seed, or given. A story is the same whenever its bytes
//! are, so that a shorter stream that breaks the same requirement is a shorter story. Zero is always the quiet choice.

/// As many bytes as a story may take from its seed; all after them are zero.
const LONGEST: usize = 6_000;

#[derive(Clone, Debug, Default)]
pub struct Choices {
    bytes: Vec<u8>,
    at: usize,
    /// The state of the generator; `None`: the bytes are given.
    seed: Option<u64>,
}

impl Choices {
    pub fn of_seed(seed: u64) -> Self {
        Self { bytes: Vec::with_capacity(512), at: 0, seed: Some(seed) }
    }

    pub const fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, seed: None }
    }

    /// The bytes that the story has taken so far.
    pub fn taken(&self) -> &[u8] {
        &self.bytes[..self.at.min(self.bytes.len())]
    }

    fn byte(&mut self) -> u8 {
        if self.at == self.bytes.len()
            && self.at < LONGEST
            && let Some(state) = &mut self.seed
        {
            let word = split_mix(state);
            self.bytes.extend(word.to_le_bytes());
        }
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    /// A number below another one.
    pub fn below(&mut self, bound: usize) -> usize {
        debug_assert!(bound <= 256);
        usize::from(self.byte()) * bound / 256
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: u16) -> bool {
        u16::from(self.byte()) >= 256 - 256 / times
    }
}

/// `SplitMix64`, as its authors published it.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
