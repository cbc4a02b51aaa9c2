//! The report of a rehearsal: what was rehearsed, what mail caused, what it cost, what the answer rests on.
//! [`Report`] holds every number it shows; nothing here runs a rehearsal, opens a file or prints, so a report
//! can be drawn from numbers written down in a test. `page` and `number` know how things look, `head` to `foot`
//! what is said, in the order it is read; `json` is the same for machines.

mod caused;
mod finding;
mod foot;
mod head;
mod journeys;
pub(crate) mod json;
mod mail;
pub(crate) mod number;
pub(crate) mod page;

use foresend_insight::increment::Increment;
use foresend_insight::pulse::Pulse;
use foresend_program::Currency;
use foresend_simulator::population::preset::{Grade, Setting};
use page::{Page, Paper};

/// One rehearsal in one world: `no-mail` and `as-written`, on the same customers.
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
    /// The world: the name of a population.
    pub(crate) world: String,
    /// Addresses that this run set, with their values.
    pub(crate) set: Vec<(String, String)>,
    /// The program's.
    pub(crate) currency: Currency,
    /// The program's, by priority.
    pub(crate) journeys: Vec<Journey>,
    /// Without any mail.
    pub(crate) no_mail: Arm,
    /// With the program's mail.
    pub(crate) as_written: Arm,
    /// Orders: as written less no mail.
    pub(crate) orders: Increment,
    /// Revenue in minor units: as written less no mail.
    pub(crate) revenue: Increment,
    /// Orders that follow a click in a mail within the program's `credit`.
    pub(crate) attributed_orders: u64,
    /// What sorts of mail it sends: which assumptions it rests on most.
    pub(crate) sends: Sends,
    /// Everything the population rests on.
    pub(crate) settings: Vec<Setting>,
    /// What the run itself took: alone may differ between two runs of one seed.
    pub(crate) timing: Timing,
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
            journeys::write(self, &mut page);
            page.gap();
            mail::write(self, &mut page);
            page.gap();
            foot::costs(self, &mut page);
            page.gap();
        }
        foot::caution(self, &mut page);
        if length == Length::Full {
            foot::speed(self, &mut page);
        }
        page
    }

    /// Settings with one of these grades.
    fn settings_of(&self, grades: &[Grade]) -> usize {
        self.settings.iter().filter(|setting| grades.contains(&setting.grade)).count()
    }
}

#[cfg(test)]
mod tests;
