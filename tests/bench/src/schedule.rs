//! What is done, how often, and in which order. Within a round every contender has its turn, so that whatever disturbs the
//! machine for a while disturbs all of them.

use serde_json::{Value, json};

/// One thing to measure.
pub struct Item {
    /// Its name among the samples.
    pub name: &'static str,
    /// The page's task.
    pub task: &'static str,
    /// What the page is told.
    pub options: Value,
    /// How often each has its turn.
    pub rounds: Rounds,
    /// How it is visited.
    pub way: Way,
}

/// How often the contenders have their turns.
#[derive(Clone, Copy)]
pub struct Rounds {
    /// hallpass, and the ideal where that has turns of its own.
    pub leading: u32,
    /// The others, where a run would last too long otherwise.
    pub others: u32,
}

impl Rounds {
    /// Whether a contender has its turn in a round.
    #[must_use]
    pub fn include(self, round: u32, leads: bool) -> bool {
        round < if leads { self.leading } else { self.others }
    }

    /// All rounds.
    #[must_use]
    pub fn all(self) -> std::ops::Range<u32> {
        0..self.leading.max(self.others)
    }
}

/// How a page is visited for a task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A new tab, without anything kept by the browser.
    Fresh,
    /// One tab with all that the browser keeps: loaded so often before it counts, and then so often.
    Kept(u32, u32),
    /// A tab for each contender, all at once, as no time is measured; the heap is read after each of [`HEAP_AFTER`].
    Heap,
    /// So many tabs at once.
    Tabs,
}

/// The numbers of calls after which the heap is read.
pub const HEAP_AFTER: [u64; 3] = [1_000, 10_000, 100_000];

/// How many tabs share a session.
pub const TABS: [usize; 4] = [1, 2, 4, 8];

/// How many requests each tab makes at once.
pub const AT_ONCE_PER_TAB: usize = 25;

/// All items; with `quick` so few samples of each that a run shows whether it works, and nothing more.
#[must_use]
pub fn items(quick: bool) -> Vec<Item> {
    let few = |full: u32, few: u32| if quick { few } else { full };
    let often = |rounds| Rounds { leading: few(rounds, 1), others: few(rounds, 1) };
    let rounds = |leading, others| Rounds { leading: few(leading, 1), others: few(others, 1) };
    let batches = |form: Option<&str>| {
        let mut options = json!({
            "warmUp": few(1_500, 200), "batches": few(10, 5), "batch": few(150, 50),
        });
        if let Some(form) = form {
            options["form"] = form.into();
        }
        options
    };
    let fresh = |name, task, options, rounds| Item { name, task, options, rounds, way: Way::Fresh };
    let mut items = vec![
        fresh("cold", "cold", json!({"network": false}), often(7)),
        fresh("cold-network", "cold", json!({"network": true}), often(3)),
        Item {
            name: "warm",
            task: "warm",
            options: json!({}),
            rounds: often(3),
            way: Way::Kept(2, few(2, 1)),
        },
        fresh("login", "login", json!({"warmUp": few(2, 1), "count": few(5, 3)}), often(5)),
        fresh(
            "request",
            "request",
            json!({"warmUp": few(20, 5), "count": few(100, 20), "base": "raw-fetch"}),
            rounds(9, 3),
        ),
        fresh("own-bare", "own", batches(Some("bare")), often(3)),
        fresh("own-json", "own", batches(Some("request")), often(5)),
    ];
    // A thousand requests take seconds, most of them the browser's own: they are measured often where something is judged by them.
    for (name, slept, base) in [("expired", true, "ideal"), ("rejected", false, "raw-fetch")] {
        let options = json!({"sizes": [1, 10, 100], "times": if quick { [1, 1, 1] } else { [5, 3, 1] }, "slept": slept, "base": base});
        items.push(fresh(name, "expired", options, rounds(4, 2)));
    }
    for (name, slept, base, rounds) in
        [("expired-1000", true, "ideal", rounds(9, 1)), ("rejected-1000", false, "raw-fetch", often(1))]
    {
        let options = json!({"sizes": [1_000], "times": [1], "slept": slept, "base": base});
        items.push(fresh(name, "expired", options, rounds));
    }
    items.extend([
        Item { name: "tabs", task: "tabs", options: json!({}), rounds: rounds(2, 1), way: Way::Tabs },
        fresh(
            "bodies",
            "bodies",
            json!({"sizes": [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
                   "counts": if quick { [2, 2, 2, 1, 1] } else { [20, 20, 10, 4, 1] }}),
            often(3),
        ),
    ]);
    for (open, name) in [(1, "sessions-1"), (10, "sessions-10"), (100, "sessions-100")] {
        let mut options = batches(None);
        options["open"] = open.into();
        items.push(fresh(name, "sessions", options, rounds(3, 1)));
    }
    items.push(Item { name: "heap", task: "heap", options: json!({}), rounds: often(1), way: Way::Heap });
    items
}

/// In which order the contenders have their turns in a round: each round begins with another one.
pub fn turns(contenders: usize, round: u32) -> impl Iterator<Item = usize> {
    let first = round as usize % contenders.max(1);
    (first..contenders).chain(0..first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_turn_once_a_round() {
        assert_eq!(turns(3, 0).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(turns(3, 4).collect::<Vec<_>>(), [1, 2, 0]);
        assert_eq!(turns(0, 4).count(), 0);
    }

    #[test]
    fn some_have_their_turn_more_often() {
        let rounds = Rounds { leading: 3, others: 1 };
        assert!(rounds.include(0, false) && !rounds.include(1, false) && rounds.include(2, true));
        assert_eq!(rounds.all(), 0..3);
    }

    #[test]
    fn a_quick_run_measures_the_same_things() {
        let names = |quick| items(quick).into_iter().map(|item| item.name).collect::<Vec<_>>();
        assert_eq!(names(true), names(false));
    }
}
