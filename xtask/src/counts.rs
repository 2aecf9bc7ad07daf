//! How many tests passed, read from what the test runners print.

use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Ran and were right.
    pub passed: usize,
    /// Ran and were wrong, or could not run though they should have.
    pub failed: usize,
    /// Did not run, on purpose or for want of something.
    pub skipped: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Counts {
    /// One that passed.
    pub const PASSED: Self = Self { passed: 1, failed: 0, skipped: 0 };
    /// One that failed.
    pub const FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };
    /// One that was skipped.
    pub const SKIPPED: Self = Self { passed: 0, failed: 0, skipped: 1 };

    /// Reads the lines `test result: ok. 5 passed; 0 failed; 1 ignored; …` of cargo and of wasm-bindgen's runner.
    pub fn of_rust(text: &str) -> Self {
        let mut counts = Self::default();
        for (_, result) in text.lines().filter_map(|line| line.split_once("test result: ")) {
            counts += Self {
                passed: number_before(result, " passed"),
                failed: number_before(result, " failed"),
                skipped: number_before(result, " ignored"),
            };
        }
        counts
    }

    /// Reads the closing lines `# pass 5` of Node's TAP reporter.
    pub fn of_tap(text: &str) -> Self {
        let count = |name: &str| -> usize {
            let mut lines = text.lines().filter_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
            lines.next_back().and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        Self {
            passed: count("pass "),
            failed: count("fail ") + count("cancelled "),
            skipped: count("skipped ") + count("todo "),
        }
    }

    /// Weighs the counts against how the runner ended. A runner that failed without a failed test, as one that could
    /// not compile, counts as one failure; so does one that found nothing to test. The second value says so.
    pub fn weighed(mut self, success: bool) -> (Self, &'static str) {
        if !success && self.failed == 0 {
            self.failed = 1;
            return (self, "ended early");
        }
        if self == Self::default() {
            return (Self::FAILED, "ran no test");
        }
        (self, "")
    }
}

fn number_before(text: &str, word: &str) -> usize {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn rust_results_add_up() {
        let text = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\n\
                    test result: FAILED. 10 passed; 3 failed; 0 ignored; 0 filtered out; finished in 0.01s\n";
        assert_eq!(Counts::of_rust(text), Counts { passed: 12, failed: 3, skipped: 1 });
        assert_eq!(Counts::of_rust("no tests to run!"), Counts::default());
    }

    #[test]
    fn silence_is_no_success() {
        assert_eq!(Counts::default().weighed(true), (Counts::FAILED, "ran no test"));
        assert_eq!(Counts::PASSED.weighed(true), (Counts::PASSED, ""));
        assert_eq!(
            Counts::PASSED.weighed(false),
            (Counts { passed: 1, failed: 1, skipped: 0 }, "ended early")
        );
        assert_eq!(Counts::FAILED.weighed(false), (Counts::FAILED, ""));
    }

    #[test]
    fn tap_s_last_word_counts() {
        let text =
            "# pass 99\nok 1 - x\n# tests 4\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 3\n# todo 0\n";
        assert_eq!(Counts::of_tap(text), Counts { passed: 2, failed: 2, skipped: 3 });
    }
}
