//! Where records and notes lie. What one tab has written may show in another only after a moment; whatever is done may fail.

use std::collections::VecDeque;

use hallpass::dialect::Secret;
use hallpass::protocol::{Outcome, Stored, Trouble, Write};

use crate::sessions::tokens_of;
use crate::support::Value;
use crate::world::{Event, Mark, World};

/// How long a store may take, in ms.
const PATIENCE: u64 = 2_000;

/// What a store does at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Works,
    /// It is full: nothing can be written, but all can be deleted.
    Full,
    ReadsFail,
    RemovesFail,
    Broken,
    Hangs,
    /// Each thing that it is asked for may fail.
    Flaky,
    /// It gives another text at each read.
    Lies,
}

pub type Text = Option<Secret>;

/// What lies somewhere, the number of the write that put it there, and since when it shows.
#[derive(Clone, Debug, Default)]
struct Lying<T> {
    what: Option<T>,
    number: u64,
    since: u64,
}

/// What one tab sees.
#[derive(Clone, Debug, Default)]
struct View {
    record: Lying<Secret>,
    note: Lying<String>,
    mark: Lying<String>,
    /// When the last write of another tab's shows here.
    shown: u64,
}

#[derive(Debug)]
pub struct Place {
    pub weather: Weather,
    now: View,
    views: Vec<View>,
    writes: u64,
}

/// One write that has still to show in another tab.
#[derive(Debug)]
pub enum News {
    Record(Text, u64),
    Note(Option<String>, u64),
    Mark(Option<String>, u64),
}

/// What a store is asked for.
#[derive(Debug)]
pub enum Work {
    Read,
    Write(Write),
}

/// Work of a tab's store, one after the other.
#[derive(Debug, Default)]
pub struct Desk {
    pub line: VecDeque<(Mark, Work)>,
    pub busy: bool,
    /// What was read or written last.
    pub known: Text,
}

impl Place {
    pub const fn new() -> Self {
        Self {
            weather: Weather::Works,
            now: View {
                record: Lying { what: None, number: 0, since: 0 },
                note: Lying { what: None, number: 0, since: 0 },
                mark: Lying { what: None, number: 0, since: 0 },
                shown: 0,
            },
            views: Vec::new(),
            writes: 0,
        }
    }

    /// A tab comes: it sees what lies there.
    pub fn enters(&mut self, tab: usize) {
        while self.views.len() <= tab {
            self.views.push(self.now.clone());
        }
    }

    pub fn record(&self) -> &Text {
        &self.now.record.what
    }

    /// Which record lies there, if any.
    pub fn occupied(&self) -> Option<u64> {
        self.now.record.what.as_ref().map(|_| self.now.record.number)
    }

    pub fn seen(&self, tab: usize) -> Stored {
        let view = &self.views[tab];
        Stored {
            record: view.record.what.clone(),
            note: view.note.what.clone(),
            mark: view.mark.what.clone(),
        }
    }

    /// Which record shows in a tab, and since when.
    pub fn record_seen(&self, tab: usize) -> (&Text, u64) {
        let record = &self.views[tab].record;
        (&record.what, record.since)
    }

    pub fn shows(&mut self, tab: usize, news: News, since: u64) {
        let view = &mut self.views[tab];
        match news {
            News::Record(what, number) if number > view.record.number => {
                view.record = Lying { what, number, since };
            }
            News::Note(what, number) if number > view.note.number => {
                view.note = Lying { what, number, since };
            }
            News::Mark(what, number) if number > view.mark.number => {
                view.mark = Lying { what, number, since };
            }
            News::Record(..) | News::Note(..) | News::Mark(..) => {}
        }
    }
}

impl World {
    /// Puts something into a store. It shows in the tab itself at once, and in the others after a while.
    fn put(&mut self, place: usize, tab: usize, news: impl Fn(u64) -> News) {
        let (lags, since) = (self.plan.lags(), self.now);
        let here = &mut self.places[place];
        here.writes += 1;
        let number = here.writes;
        match news(number) {
            News::Record(what, number) => here.now.record = Lying { what, number, since },
            News::Note(what, number) => here.now.note = Lying { what, number, since },
            News::Mark(what, number) => here.now.mark = Lying { what, number, since },
        }
        here.shows(tab, news(number), since);
        for other in (0..self.places[place].views.len()).filter(|other| *other != tab) {
            if !lags {
                self.places[place].shows(other, news(number), since);
                continue;
            }
            let lag = self.lag();
            let view = &mut self.places[place].views[other];
            view.shown = view.shown.max(self.now + lag);
            let at = view.shown;
            self.at(at, Event::Shows { place, tab: other, news: news(number) });
        }
    }

    fn lag(&mut self) -> u64 {
        if self.plan.troubles.long_lags && self.choices.one_in(8) && !self.resting {
            return self.choices.pick(&[300, 1_000, 4_000]);
        }
        self.choices.pick(&[0, 3, 10, 30])
    }

    pub fn note(&mut self, tab: usize, note: Option<&String>) {
        // It is unwritten, whether or not there is a place to note it.
        let unwritten = note.and_then(|note| note.strip_suffix(" unwritten")?.parse::<u32>().ok());
        self.watch.unwritten.extend(unwritten);
        self.ends_nothing_alive(tab, note);
        let Some(place) = self.tabs[tab].place.filter(|_| self.plan.notes) else { return };
        self.tell(|| format!("tab {tab} notes {note:?}"));
        self.put(place, tab, |number| News::Note(note.cloned(), number));
    }

    /// Beside the record lies when it was used last.
    pub fn mark(&mut self, tab: usize, mark: Option<&String>) {
        let Some(place) = self.tabs[tab].place else { return };
        match self.places[place].weather {
            Weather::Works | Weather::RemovesFail => {
                self.put(place, tab, |number| News::Mark(mark.cloned(), number));
            }
            _ => self.watch.store_failed = true,
        }
    }

    pub fn put_record(&mut self, place: usize, tab: usize, text: &Text) {
        self.put(place, tab, |number| News::Record(text.clone(), number));
    }

    /// The user clears what the browser keeps of the site.
    pub fn clear(&mut self, place: usize) {
        let mut here = Place::new();
        for tab in 0..self.places[place].views.len() {
            here.enters(tab);
        }
        // What was under way comes to nothing: its number is too low.
        here.writes = self.places[place].writes + 1;
        let writes = here.writes;
        for view in here.views.iter_mut().chain([&mut here.now]) {
            view.record.number = writes;
            view.note.number = writes;
            view.mark.number = writes;
        }
        here.weather = self.places[place].weather;
        self.places[place] = here;
    }

    pub fn store(&mut self, mark: Mark, work: Work) {
        self.tabs[mark.tab].desk.line.push_back((mark, work));
        self.begin_store_work(mark.tab);
    }

    fn begin_store_work(&mut self, tab: usize) {
        let Some(place) = self.tabs[tab].place else { return };
        if self.tabs[tab].desk.busy {
            return;
        }
        let Some((mark, work)) = self.tabs[tab].desk.line.pop_front() else { return };
        self.tabs[tab].desk.busy = true;
        let ms = self.choices.below(self.plan.store_ms + 1) as u64;
        let weather = self.places[place].weather;
        let deletes = matches!(&work, Work::Write(write) if write.text.is_none());
        let fails = match (weather, &work) {
            (Weather::Broken, _) | (Weather::ReadsFail, Work::Read) => true,
            (Weather::Full, Work::Write(_)) => !deletes,
            (Weather::RemovesFail, Work::Write(_)) => deletes,
            (Weather::Flaky, _) => self.choices.one_in(3),
            _ => false,
        };
        if fails || weather == Weather::Lies {
            self.watch.store_failed = true;
        }
        self.watch.lied |= weather == Weather::Lies;
        if weather == Weather::Hangs && self.choices.one_in(2) {
            self.watch.store_failed = true;
            self.at(self.now + PATIENCE, Event::StoreGivenUp { mark });
            if let Work::Write(write) = work {
                let lands = self.now + PATIENCE + 1 + self.choices.pick(&[0, 50, 700, 3_000]);
                self.at(lands, Event::Lands { place, tab, write });
            }
            return;
        }
        let compared = !self.plan.atomic && self.matches(place, tab, &work).is_ok();
        self.at(self.now + ms, Event::StoreDone { mark, work, fails, compared });
    }

    /// Whether there lies what a write expects, or what else.
    fn matches(&self, place: usize, tab: usize, work: &Work) -> Result<(), Stored> {
        let Work::Write(Write { unless_changed: Some(known), .. }) = work else { return Ok(()) };
        let seen = self.places[place].seen(tab);
        if seen.record == *known { Ok(()) } else { Err(seen) }
    }

    pub fn store_done(&mut self, mark: Mark, work: Work, fails: bool, compared: bool) {
        let tab = mark.tab;
        let Some(place) = self.tabs[tab].place else { return };
        let outcome = self.do_store_work(mark, place, work, fails, compared);
        match &outcome {
            Outcome::Stored(stored) | Outcome::Overtaken(stored) => {
                self.tabs[tab].desk.known.clone_from(&stored.record);
            }
            _ => {}
        }
        self.tabs[tab].desk.busy = false;
        self.begin_store_work(tab);
        self.outcome(mark, outcome);
    }

    fn do_store_work(
        &mut self,
        mark: Mark,
        place: usize,
        work: Work,
        fails: bool,
        compared: bool,
    ) -> Outcome<Value> {
        let tab = mark.tab;
        if fails {
            let over = self.places[place].occupied();
            // What this tab doesn't see yet, it was not to replace.
            let known = match &work {
                Work::Write(Write { unless_changed: Some(known), .. }) => {
                    known == self.places[place].record()
                }
                _ => true,
            };
            let lies_there = self.places[place].record().as_deref().and_then(tokens_of);
            if let (Weather::Full, Work::Write(Write { text: Some(text), .. }), true) =
                (self.places[place].weather, &work, known)
                // The same tokens, of which only a pause or a name is new, are as good.
                && lies_there != tokens_of(text)
                && let Some(op) = self.op(mark)
            {
                op.refused_over = over;
            }
            return Outcome::Failed(Trouble::Storage);
        }
        let found = if compared { Ok(()) } else { self.matches(place, tab, &work) };
        match (work, found) {
            (Work::Read, _) => {
                let mut stored = self.places[place].seen(tab);
                if self.places[place].weather == Weather::Lies {
                    self.watch.store_failed = true;
                    stored.record = Some(format!("{{\"v\":{}}}", self.now).as_str().into());
                }
                Outcome::Stored(Box::new(stored))
            }
            (Work::Write(_), Err(stored)) => Outcome::Overtaken(Box::new(stored)),
            (Work::Write(write), Ok(())) => {
                // What it was compared with was not what lay there any more.
                let known = write.unless_changed.as_ref();
                self.watch.late |= known.is_some_and(|known| known != self.places[place].record());
                self.tabs[tab].desk.known.clone_from(&write.text);
                self.writes(mark, place, &write);
                self.put_record(place, tab, &write.text);
                Outcome::Done
            }
        }
    }

    pub fn store_given_up(&mut self, mark: Mark) {
        self.tabs[mark.tab].desk.busy = false;
        self.begin_store_work(mark.tab);
        self.outcome(mark, Outcome::Failed(Trouble::Storage));
    }

    /// A write that was given up is done after all. A shell that has read or written something else since writes that again, and
    /// looks what lies there.
    pub fn lands(&mut self, place: usize, tab: usize, write: &Write) {
        self.tell(|| {
            format!("a late write of tab {tab} lands: {}", crate::trace::record(write.text.as_ref()))
        });
        self.put_record(place, tab, &write.text);
        let known = self.tabs[tab].desk.known.clone();
        if self.tabs[tab].runs() && known != write.text {
            self.put_record(place, tab, &known);
        }
        self.watch.landed = true;
        self.wakes_itself(tab);
    }
}
