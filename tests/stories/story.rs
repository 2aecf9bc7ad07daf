//! A story from its beginning to its rest.

use hallpass::protocol::Wake;

use crate::choices::Choices;
use crate::invariants::Broken;
use crate::plan::{Brand, Plan};
use crate::store::Weather;
use crate::world::World;

/// What came of a story.
pub struct Told {
    pub broken: Option<Broken>,
    pub bytes: Vec<u8>,
    pub steps: u32,
    pub trace: Vec<String>,
}

pub fn tell(mut choices: Choices, brands: &[Brand], traced: bool) -> Told {
    let plan = Plan::draw(&mut choices, brands);
    let mut world = World::new(choices, plan.clone(), traced);
    world.tell(|| format!("{plan:?}"));
    world.begins();
    for _ in 0..plan.actions {
        if !world.goes_on() {
            break;
        }
        world.act();
    }
    world.rests();
    for tab in 0..world.tabs.len() {
        if world.tabs[tab].open {
            world.drain(tab);
        }
    }
    Told {
        broken: world.watch.broken.take(),
        bytes: world.choices.taken().to_vec(),
        steps: world.steps,
        trace: world.trace.unwrap_or_default(),
    }
}

impl World {
    /// Tabs are opened, and in one somebody signs in.
    fn begins(&mut self) {
        for _ in 0..self.plan.tabs {
            let place = self.a_place();
            self.open(place);
        }
        self.pass(500);
        self.log_in(0, self.plan.brand.people()[0], true);
        self.pass(1_000);
    }

    /// Nothing goes wrong any more, and all that is under way comes to its end.
    fn rests(&mut self) {
        if !self.goes_on() {
            return;
        }
        self.tell(|| "all comes to rest".into());
        self.resting = true;
        self.vendor_down = false;
        for place in &mut self.places {
            place.weather = Weather::Works;
        }
        // By then, all that was written shows everywhere.
        self.pass(5_000);
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].open && self.tabs[tab].frozen {
                self.thaw(tab);
            }
        }
        self.online = true;
        self.all_are_online();
        self.settle(300_000);
        for _ in 0..3 {
            self.watch.looked = self.now;
            for tab in 0..self.tabs.len() {
                if self.tabs[tab].open {
                    self.tabs[tab].hidden = false;
                    self.wake(tab, Wake::Page);
                }
            }
            self.settle(300_000);
        }
        self.at_rest();
    }

    /// Lets things happen until nothing is under way any more.
    fn settle(&mut self, ms: u64) {
        let end = self.now + ms;
        while !self.is_quiet() && self.goes_on() && self.now < end {
            self.happen();
        }
        if !self.is_quiet() && self.goes_on() {
            let under_way = self.tabs.iter().map(|tab| tab.ops.values().collect::<Vec<_>>());
            let waiting = format!("{:?}", under_way.collect::<Vec<_>>());
            self.watch.breaks("rule_2_everything_comes_to_rest", || waiting);
        }
    }
}
