//! The one table at the end of `cargo xtask test`.

use std::time::Duration;

use crate::counts::Counts;
use crate::progress::duration;

/// What a step came to.
pub struct Row {
    /// The step's name.
    pub name: String,
    /// Its tests; a step without tests of its own counts as one.
    pub counts: Counts,
    /// How long it took; `None` when it did not run.
    pub time: Option<Duration>,
    /// What else there is to say: mostly nothing.
    pub note: String,
}

/// The sum of all rows.
pub fn total(rows: &[Row]) -> Counts {
    let mut sum = Counts::default();
    for row in rows {
        sum += row.counts;
    }
    sum
}

/// The table. Its last line is `N passed, N failed, N skipped`, for programs to read.
pub fn table(rows: &[Row]) -> String {
    let mut text = line("step", &["passed", "failed", "skipped", "time"].map(str::to_owned), "");
    for Row { name, counts, time, note } in rows {
        let time = time.map_or_else(|| "-".to_owned(), duration);
        let cells = [counts.passed.to_string(), counts.failed.to_string(), counts.skipped.to_string(), time];
        text += &line(name, &cells, note);
    }
    let Counts { passed, failed, skipped } = total(rows);
    text + &format!("\n{passed} passed, {failed} failed, {skipped} skipped\n")
}

fn line(name: &str, [passed, failed, skipped, time]: &[String; 4], note: &str) -> String {
    let line = format!("{name:<28} {passed:>7} {failed:>7} {skipped:>7} {time:>8}  {note}");
    format!("{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_sums_up() {
        let row = |counts, note: &str| Row { name: "x".into(), counts, time: None, note: note.into() };
        let rows = [row(Counts { passed: 7, failed: 2, skipped: 0 }, ""), row(Counts::SKIPPED, "no Firefox")];
        let table = table(&rows);
        assert_eq!(table.lines().last(), Some("7 passed, 2 failed, 1 skipped"));
        assert!(table.contains("no Firefox"));
    }
}
