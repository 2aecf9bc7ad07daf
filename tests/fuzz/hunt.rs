//! The hunt for what a reader can't take: for so many cases and so many seconds, from a seed that is told.

use std::env;
use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};

/// How many cases follow from one seed.
const BATCH: u32 = 500;

/// How long to look, when `FUZZ_SECONDS` doesn't say. Every hunt runs beside the other tests.
const SECONDS: f64 = 20.0;

/// Tries at least so many cases, and goes on until the time is up. With `FUZZ_SEED` it tries what follows from that seed, and
/// no more.
pub fn hunt<C: Debug>(
    name: &str,
    least: u32,
    cases: &impl Strategy<Value = C>,
    reads: impl Fn(C) -> TestCaseResult,
) {
    let told = env::var("FUZZ_SEED").ok().map(|seed| seed.parse().expect("FUZZ_SEED is a whole number"));
    let seconds = env::var("FUZZ_SECONDS")
        .map_or(SECONDS, |seconds| seconds.parse().expect("FUZZ_SECONDS is a number of seconds"));
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let first = told.unwrap_or_else(fresh_seed);
    let batches = if told.is_some() { 1 } else { least.div_ceil(BATCH) };
    let mut tried = 0;
    while tried < batches || told.is_none() && Instant::now() < end {
        try_batch(name, first.wrapping_add(u64::from(tried)), cases, &reads);
        tried += 1;
    }
    println!("{name}: {} cases, from seed {first}", u64::from(tried) * u64::from(BATCH));
}

fn try_batch<C: Debug>(
    name: &str,
    seed: u64,
    cases: &impl Strategy<Value = C>,
    reads: &impl Fn(C) -> TestCaseResult,
) {
    // Nothing is written beside the tests, and what fails is made small for as long as that takes.
    let config =
        Config { cases: BATCH, failure_persistence: None, max_shrink_iters: 100_000, ..Config::default() };
    // Not the generator that proptest has as a rule, which takes half of the time where nothing is optimised.
    let state = [scattered(seed), scattered(!seed)].map(u64::to_le_bytes).concat();
    let random = TestRng::from_seed(RngAlgorithm::XorShift, &state);
    match TestRunner::new_with_rng(config, random).run(cases, reads) {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
        Err(TestError::Fail(reason, case)) => panic!(
            "{reason}\n{case:#?}\nonce more: FUZZ_SEED={seed} cargo test --test fuzz {name} -- --nocapture"
        ),
    }
}

/// Seeds that stand side by side are far apart after this (SplitMix64): generators that begin alike go on alike.
fn scattered(seed: u64) -> u64 {
    let mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// Another one at each run. What is found once stays found, in the corpus.
fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_secs() << 20 | u64::from(now.subsec_micros())
}
