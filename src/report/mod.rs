//! The report of a rehearsal: what was rehearsed, what mail caused, what it cost, what the answer rests on.
//! [`Report`] holds every number it shows; nothing here runs a rehearsal, opens a file or prints, so a report
//! can be drawn from numbers written down in a test. `page` and `number` know how things look, `head` to `foot`
//! what is said, in the order it is read; `html` is the same for a browser, `json` for machines.

mod by_journey;
mod caused;
mod expected;
mod experiments;
mod finding;
mod foot;
mod head;
pub(crate) mod html;
mod journeys;
pub(crate) mod json;
mod mail;
pub(crate) mod markdown;
pub(crate) mod number;
pub(crate) mod page;

pub(crate) use experiments::Experiment;
pub(crate) use finding::is_notable;

use foresend_insight::increment::Increment;
use foresend_insight::pulse::Pulse;
use foresend_program::Currency;
use foresend_simulator::population::preset::{Grade, Setting};
use foresend_simulator::rehearsal::Deliverability;
use page::{Page, Paper, Role};

/// One rehearsal in several worlds, in each of which all arms have the same customers.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Report {
    /// The scenario, as the reader named it.
    pub(crate) scenario: String,
    /// The program's hash, in hexadecimal.
    pub(crate) program: String,
    /// What all chance follows from.
    pub(crate) seed: u64,
    /// Customers in every arm.
    pub(crate) customers: u64,
    /// The first day, as `2026-03-02`.
    pub(crate) from: String,
    /// Days.
    pub(crate) days: u32,
    /// Addresses that this run set, with their values.
    pub(crate) set: Vec<(String, String)>,
    /// What went wrong, as a sentence has it.
    pub(crate) faults: Vec<String>,
    /// What is assumed of variants: `cart-first-look.subject.named: opens +5%`.
    pub(crate) assumed: Vec<String>,
    /// In the order of the program.
    pub(crate) experiments: Vec<Experiment>,
    /// The program's.
    pub(crate) currency: Currency,
    /// The program's, by priority.
    pub(crate) journeys: Vec<Journey>,
    /// The scenario's own comes first.
    pub(crate) worlds: Vec<World>,
    /// In its own world, what each journey adds, some of them together; none where there is one journey.
    pub(crate) parts: Vec<Part>,
    /// In its own world, further arms.
    pub(crate) compared: Vec<Compared>,
    /// What was to hold in every world.
    pub(crate) expected: Vec<Expected>,
    /// Ids of all arms of its own world.
    pub(crate) arms: Vec<String>,
    /// How many arms were lived in all worlds.
    pub(crate) lived: usize,
    /// What sorts of mail it sends: which assumptions it rests on most.
    pub(crate) sends: Sends,
    /// Everything its own world rests on.
    pub(crate) settings: Vec<Setting>,
    /// What the run itself took: alone may differ between two runs of one seed.
    pub(crate) timing: Timing,
}

/// What happened in one world.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct World {
    /// The name of a population.
    pub(crate) id: String,
    /// Without any mail.
    pub(crate) no_mail: Arm,
    /// With the program's mail.
    pub(crate) as_written: Arm,
    /// Orders: as written less no mail.
    pub(crate) orders: Increment,
    /// Revenue in minor units, net of discounts: as written less no mail.
    pub(crate) revenue: Increment,
    /// What offers took off, in minor units, as written.
    pub(crate) discounts_minor: i64,
    /// Orders that follow a click in a mail within the program's `credit`.
    pub(crate) attributed_orders: u64,
    /// How complaints fed back, where the population says that they do.
    pub(crate) deliverability: Option<Deliverability>,
    /// What each journey adds, in their order; `None`: there was no arm without it.
    pub(crate) shares: Vec<Option<Share>>,
}

/// What a journey adds: the program as written less the program without it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Share {
    /// Orders.
    pub(crate) orders: Increment,
    /// Revenue in minor units.
    pub(crate) revenue: Increment,
}

/// A row about one journey, or about several together.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Part {
    /// Their places in [`Report::journeys`].
    pub(crate) of: Vec<usize>,
    /// Orders that they add, and half the interval of that; `None`: too few changed outcomes.
    pub(crate) orders: (i64, Option<f64>),
    /// Revenue in minor units that they add.
    pub(crate) revenue: i64,
}

/// A further arm: the program with some values changed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Compared {
    /// Its id.
    pub(crate) id: String,
    /// What is changed: addresses with their values.
    pub(crate) set: Vec<(String, String)>,
    /// Orders and revenue in it.
    pub(crate) arm: Arm,
    /// Orders and revenue less those without mail.
    pub(crate) less_no_mail: Share,
    /// Orders and revenue less those of the program as written.
    pub(crate) less_as_written: Share,
}

/// What was to hold, and what was found.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Expected {
    /// As its author wrote it.
    pub(crate) text: String,
    /// Whether it holds in every world.
    pub(crate) met: bool,
    /// The worst that was found, as it is printed.
    pub(crate) worst: String,
    /// The world where that was; `all` where it was the same in all.
    pub(crate) world: String,
}

/// A journey's names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Journey {
    /// Its file's name.
    pub(crate) name: String,
    /// What people call being stopped: `bought`, where only a purchase stops it.
    pub(crate) stopped: &'static str,
    /// And what if that happens before it starts: `bought while quiet`.
    pub(crate) stopped_in_time: &'static str,
    /// What people call its `while` turning false: `emptied`, where it asks for a cart.
    pub(crate) left: &'static str,
    /// Whether its goal is counted from a step, not from the start.
    pub(crate) goal_from_step: bool,
    /// Its steps' ids.
    pub(crate) steps: Vec<String>,
}

/// What sorts of mail a program sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sends {
    /// About carts left behind.
    pub(crate) about_carts: bool,
    /// Mail that advertises: it makes people come back.
    pub(crate) advertising: bool,
    /// Offers.
    pub(crate) offers: bool,
}

/// What happened in one arm.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Arm {
    /// Its id: `no-mail`, `as-written`.
    pub(crate) id: String,
    /// What was decided.
    pub(crate) pulse: Pulse,
    /// Orders.
    pub(crate) orders: u64,
    /// Revenue, in minor units.
    pub(crate) revenue_minor: i64,
}

/// What a run took.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Timing {
    /// Inputs applied, and site events nobody listened to.
    pub(crate) events: u64,
    /// Seconds it took.
    pub(crate) seconds: f64,
    /// Threads it ran on.
    pub(crate) threads: usize,
    /// The most memory it held, where the system tells.
    pub(crate) peak_bytes: Option<u64>,
}

/// How much of a report to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Length {
    /// All of it.
    Full,
    /// What was rehearsed, what mail caused, and the caution.
    Quiet,
}

impl Report {
    /// The report as a page.
    pub(crate) fn page(&self, paper: Paper, length: Length) -> Page {
        let mut page = Page::new(paper);
        head::write(self, &mut page);
        page.gap();
        caused::write(self, &mut page);
        if length == Length::Full {
            page.gap();
            if self.parts.is_empty() {
                journeys::write(self, &mut page);
            } else {
                by_journey::write(self, &mut page);
            }
            page.gap();
            mail::write(self, &mut page);
            page.gap();
            experiments::write(self, &mut page);
            foot::costs(self, &mut page);
            page.gap();
        }
        expected::write(self, length, &mut page);
        page.prose(Role::Plain, &foot::caution(self));
        if length == Length::Full {
            foot::speed(self, &mut page);
        }
        page
    }

    /// The scenario's own world.
    ///
    /// # Panics
    /// Where there is none: a report has at least one world.
    pub(crate) fn own(&self) -> &World {
        &self.worlds[0]
    }

    /// The pulse of the program as written, in the own world.
    pub(crate) fn pulse(&self) -> &Pulse {
        &self.own().as_written.pulse
    }

    /// Rows of tables about journeys: their name, and their places in the program.
    fn rows(&self) -> Vec<(String, Vec<usize>)> {
        if self.parts.is_empty() {
            let journeys = self.journeys.iter().enumerate();
            return journeys.map(|(at, journey)| (journey.name.clone(), vec![at])).collect();
        }
        let name = |of: &[usize]| match of {
            [one] => self.journeys[*one].name.clone(),
            several => format!("{} others", several.len()),
        };
        self.parts.iter().map(|part| (name(&part.of), part.of.clone())).collect()
    }

    /// Settings with one of these grades.
    fn settings_of(&self, grades: &[Grade]) -> usize {
        self.settings.iter().filter(|setting| grades.contains(&setting.grade)).count()
    }
}

#[cfg(test)]
mod tests;
