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
    /// How often each contender has its turn.
    pub rounds: u32,
    /// How it is visited.
    pub way: Way,
}

/// How a page is visited for a task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A new tab, without anything kept by the browser.
    Fresh,
    /// One tab with all that the browser keeps: loaded so often before it counts, and then so often.
    Kept(u32, u32),
    /// One tab in which the heap is read after each of these numbers of calls.
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
pub fn items(quick: bool) -> Vec<Item> {
    let rounds = |full| if quick { 1 } else { full };
    let few = |full: u32, few: u32| if quick { few } else { full };
    let batches = |form: Option<&str>| {
        let mut options = json!({
            "warmUp": few(2_000, 200), "batches": few(20, 5), "batch": few(200, 50),
        });
        if let Some(form) = form {
            options["form"] = form.into();
        }
        options
    };
    let fresh =
        |name, task, options, full| Item { name, task, options, rounds: rounds(full), way: Way::Fresh };
    let mut items = vec![
        fresh("cold", "cold", json!({"network": false}), 15),
        fresh("cold-network", "cold", json!({"network": true}), 15),
        Item {
            name: "warm",
            task: "warm",
            options: json!({}),
            rounds: rounds(3),
            way: Way::Kept(3, few(5, 1)),
        },
        fresh("login", "login", json!({"warmUp": few(3, 1), "count": few(10, 3)}), 7),
        fresh("request", "request", json!({"warmUp": few(50, 5), "count": few(200, 20)}), 9),
        fresh("own-bare", "own", batches(Some("bare")), 9),
        fresh("own-json", "own", batches(Some("request")), 9),
        fresh("expired", "expired", expired(true), 5),
        fresh("rejected", "expired", expired(false), 3),
        Item { name: "tabs", task: "tabs", options: json!({}), rounds: rounds(3), way: Way::Tabs },
        fresh(
            "bodies",
            "bodies",
            json!({"sizes": [1_000, 10_000, 100_000, 1_000_000, 10_000_000],
                   "counts": if quick { [2, 2, 2, 1, 1] } else { [20, 20, 10, 5, 2] }}),
            5,
        ),
    ];
    for (open, name) in [(1, "sessions-1"), (10, "sessions-10"), (100, "sessions-100")] {
        let mut options = batches(None);
        options["open"] = open.into();
        items.push(fresh(name, "sessions", options, 3));
    }
    items.push(Item { name: "heap", task: "heap", options: json!({}), rounds: rounds(2), way: Way::Heap });
    items
}

fn expired(slept: bool) -> Value {
    json!({"sizes": [1, 10, 100, 1_000], "slept": slept})
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
    fn a_quick_run_measures_the_same_things() {
        let names = |quick| items(quick).into_iter().map(|item| item.name).collect::<Vec<_>>();
        assert_eq!(names(true), names(false));
    }
}
