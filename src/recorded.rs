//! What a recording says of itself: the program in its author's words, and what mail caused in each world.

use crate::report::Report;
use crate::scenario::Opened;
use foresend_core::moment::{Clock, Days};
use foresend_core::time::Wait;
use foresend_core::world::event::EventIx;
use foresend_core::world::experiment::Experiment;
use foresend_core::world::journey::{Act, Again, Begins, Journey, Listen, PathIx, Start, Step};
use foresend_core::world::program::Program;
use foresend_insight::day::Sales;
use foresend_insight::recording::{
    ExperimentHead, FactorHead, Head, JourneyHead, SCHEMA, StepHead, WorldHead,
};
use foresend_program::Compiled;

/// The head of a recording of `report`.
pub(crate) fn head(report: &Report, opened: &Opened, compiled: &Compiled) -> Head {
    let (scenario, program) = (&opened.scenario, &compiled.program);
    let journeys = program.journeys.iter().zip(&compiled.path_names);
    Head {
        schema: SCHEMA.to_owned(),
        source: report.scenario.clone(),
        program: report.program.chars().take(7).collect(),
        world: report.worlds[0].id.clone(),
        seed: report.seed,
        customers: report.customers,
        from: scenario.start(&program.zone).millis(),
        date: report.from.clone(),
        days: report.days,
        currency: compiled.currency.code.to_owned(),
        minor_digits: compiled.currency.minor_digits,
        credit: program.credit.to_string(),
        journeys: journeys.map(|(journey, paths)| journey_head(program, journey, paths)).collect(),
        experiments: program.experiments.iter().map(|of| experiment_head(program, of)).collect(),
        worlds: report
            .worlds
            .iter()
            .map(|world| WorldHead {
                id: world.id.clone(),
                no_mail: Sales {
                    orders: world.no_mail.orders,
                    revenue: world.no_mail.revenue_minor,
                },
                as_written: Sales {
                    orders: world.as_written.orders,
                    revenue: world.as_written.revenue_minor,
                },
                noise: world.orders.noise,
            })
            .collect(),
    }
}

fn experiment_head(program: &Program, of: &Experiment) -> ExperimentHead {
    let journey = program.journey(of.journey);
    let step = &journey.steps[usize::from(of.step.0)].name;
    let factors = of.factors.iter().map(|factor| FactorHead {
        name: factor.name.clone(),
        variants: factor.variants.clone(),
        control: factor.control,
    });
    ExperimentHead {
        name: of.name.clone(),
        place: format!("{}.{step}", journey.name),
        holdout: of.holdout,
        ends: of.ends.millis(),
        within: journey.goal.as_ref().map_or(0, |goal| goal.within.millis()),
        factors: factors.collect(),
    }
}

fn journey_head(program: &Program, journey: &Journey, paths: &[String]) -> JourneyHead {
    let topic = program.topic(journey.topic);
    let start = match &journey.start {
        Start::On(on) => names(program, on.iter().copied()),
        Start::Enters(segment) => format!("enters {}", program.segment(*segment).name),
        Start::Date(of, yearly) => {
            let of = &program.traits[usize::from(of.0)].0;
            match yearly.before {
                Wait::ZERO => of.clone(),
                before => format!("{before} before {of}"),
            }
        }
        Start::Every(every) => format!("every {every}"),
    };
    let again = match journey.again {
        Again::Never => "never".to_owned(),
        Again::Always => "always".to_owned(),
        Again::After(least) => least.to_string(),
    };
    let goal = journey.goal.as_ref();
    JourneyHead {
        name: journey.name.clone(),
        topic: topic.name.clone(),
        marketing: topic.is_marketing(),
        starts: format!("{start} · again {again}"),
        quiet: journey.quiet.map(|quiet| format!("quiet {quiet}")),
        goal_from_step: goal.is_some_and(|goal| goal.from.is_some()),
        goal: goal.map(|goal| format!("{} within {}", listened(program, &goal.on), goal.within)),
        steps: journey.steps.iter().map(|step| step_head(program, step, paths)).collect(),
    }
}

fn step_head(program: &Program, step: &Step, paths: &[String]) -> StepHead {
    let path = |path: PathIx| paths[usize::from(path.0)].clone();
    let mut when = Vec::new();
    match &step.begins {
        Begins::After(Wait::ZERO) => {}
        Begins::After(wait) => when.push(format!("after {wait}")),
        Begins::Due(due) => when.push(format!("due {}", due.text())),
    }
    match step.moment.clock {
        Clock::Any => {}
        Clock::At(minute) => when.push(format!("at {:02}:{:02}", minute / 60, minute % 60)),
        Clock::Between(window) => when.push(format!("between {window}")),
    }
    if step.moment.days != Days::ALL {
        when.push(format!("days {}", step.moment.days));
    }
    let (act, leads_to) = match &step.act {
        Act::Send(_) => ("send".to_owned(), Vec::new()),
        Act::WaitFor(wait) => {
            let on = listened(program, &wait.on);
            (format!("wait_for {on}, at most {}", wait.at_most), Vec::new())
        }
        Act::Choose(rows) => ("choose".to_owned(), rows.iter().map(|row| path(row.path)).collect()),
        Act::Split(shares) => {
            ("split".to_owned(), shares.iter().map(|share| path(share.path)).collect())
        }
        Act::Set(_) => ("set".to_owned(), Vec::new()),
        Act::Call(webhook) => (format!("call {webhook}"), Vec::new()),
        Act::Leave(topic) => (format!("leave {}", program.topic(*topic).name), Vec::new()),
        Act::Stop(reason) => (format!("stop: {reason}"), Vec::new()),
    };
    StepHead {
        name: step.name.clone(),
        when: (!when.is_empty()).then(|| when.join(", ")),
        act,
        condition: step.when.as_ref().map(|when| when.text().to_owned()),
        path: step.path.map(path),
        leads_to,
    }
}

fn listened(program: &Program, on: &[Listen]) -> String {
    names(program, on.iter().map(|listen| listen.on))
}

fn names(program: &Program, events: impl Iterator<Item = EventIx>) -> String {
    let names = events.map(|event| program.events[usize::from(event.0)].name.as_str());
    names.collect::<Vec<_>>().join(", ")
}
