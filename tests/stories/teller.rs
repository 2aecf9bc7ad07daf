//! Tells stories by the thousand, and makes one that breaks a requirement as short as it goes.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::choices::Choices;
use crate::invariants::Broken;
use crate::plan::Brand;
use crate::story::{Told, tell};

/// As many stories as two cores tell in less than two minutes.
const STORIES: u64 = 200_000;
/// How long a story is made shorter.
const SHRINKING: Duration = Duration::from_secs(10);
const THREADS: u64 = 2;
/// How many seeds a survey names for each requirement.
const SHOWN: usize = 12;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// Tells a share of the stories that are wanted, at some vendors. One that breaks a requirement fails the test.
pub fn tell_all(brands: &'static [Brand], share: f64) {
    if let Some(seed) = number("HALLPASS_SEED") {
        let told = guarded(&Choices::of_seed(seed), brands, true);
        report(seed, brands, &told);
        return;
    }
    let first = number("HALLPASS_FIRST").unwrap_or(1);
    if let Some(stories) = number("HALLPASS_SURVEY") {
        let found = survey(brands, first..first + stories);
        assert!(found.is_empty(), "of {stories} stories\n{found}");
        return;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a whole number")]
    let stories = (number("STORIES").unwrap_or(STORIES) as f64 * share).ceil() as u64;
    let (begun, next, stop) = (Instant::now(), AtomicU64::new(first), AtomicBool::new(false));
    let (steps, failed) = (AtomicU64::new(0), Mutex::new(None));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + stories {
                        break;
                    }
                    let told = guarded(&Choices::of_seed(seed), brands, false);
                    steps.fetch_add(u64::from(told.steps), Ordering::Relaxed);
                    if told.broken.is_some() {
                        stop.store(true, Ordering::Relaxed);
                        failed.lock().unwrap().get_or_insert((seed, told));
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let steps = steps.into_inner();
    println!("{stories} stories, {steps} steps, {:.0} stories a second", stories as f64 / seconds);
    if let Some((seed, told)) = failed.into_inner().unwrap() {
        report(seed, brands, &told);
    }
}

/// Counts which requirements how many stories break, and names the first seeds of each.
fn survey(brands: &[Brand], stories: Range<u64>) -> String {
    let found = Mutex::new(BTreeMap::<&'static str, Vec<u64>>::new());
    let next = AtomicU64::new(stories.start);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= stories.end {
                        break;
                    }
                    let told = guarded(&Choices::of_seed(seed), brands, false);
                    if let Some(Broken { name, .. }) = told.broken {
                        found.lock().unwrap().entry(name).or_default().push(seed);
                    }
                }
            });
        }
    });
    let mut text = String::new();
    for (name, mut seeds) in found.into_inner().unwrap() {
        seeds.sort_unstable();
        let _ = writeln!(
            text,
            "{:>7} {name}, first by the seeds {:?}",
            seeds.len(),
            &seeds[..seeds.len().min(SHOWN)]
        );
    }
    text
}

/// A panic is a broken requirement, too.
fn guarded(choices: &Choices, brands: &[Brand], traced: bool) -> Told {
    let told = catch_unwind(AssertUnwindSafe(|| tell(choices.clone(), brands, traced)));
    told.unwrap_or_else(|_| Told {
        broken: Some(Broken { name: "r37_nothing_panics", how: String::new() }),
        bytes: Vec::new(),
        steps: 0,
        trace: Vec::new(),
    })
}

/// Fails with the shortest story that breaks the same requirement.
fn report(seed: u64, brands: &[Brand], told: &Told) {
    let Some(broken) = &told.broken else {
        println!("{}", told.trace.join("\n"));
        return;
    };
    let bytes = shrink(&told.bytes, brands, broken.name);
    let short = guarded(&Choices::of_bytes(bytes), brands, true);
    let how = short.broken.as_ref().map_or("", |broken| broken.how.as_str());
    panic!(
        "{} (HALLPASS_SEED={seed})\n{how}\nafter {} steps, {} where it is made short:\n{}",
        broken.name,
        told.steps,
        short.steps,
        short.trace.join("\n")
    );
}

/// Leaves bytes out, and makes others zero, as long as the same requirement breaks.
fn shrink(bytes: &[u8], brands: &[Brand], name: &str) -> Vec<u8> {
    let breaks = |bytes: &[u8]| {
        let told = guarded(&Choices::of_bytes(bytes.to_vec()), brands, false);
        told.broken.is_some_and(|broken| broken.name == name)
    };
    let mut best = bytes.to_vec();
    let end = Instant::now() + SHRINKING;
    if !breaks(&best) {
        return best;
    }
    for _ in 0..4 {
        let before = best.clone();
        let mut size = (best.len() / 2).max(1);
        while size >= 1 {
            let mut at = 0;
            while at < best.len() && Instant::now() < end {
                let until = (at + size).min(best.len());
                let mut shorter = best.clone();
                shorter.drain(at..until);
                let mut zeroed = best.clone();
                zeroed[at..until].fill(0);
                if breaks(&shorter) {
                    best = shorter;
                } else if zeroed != best && breaks(&zeroed) {
                    best = zeroed;
                    at += size;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
        if best == before {
            break;
        }
    }
    best
}
