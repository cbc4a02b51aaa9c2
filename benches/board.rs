//! What a frame of the dashboard costs: the board of the last day of a recording, all windows, and its drawing at
//! 120 × 40. The shop's 30 steps over 90 days, and over ten years.

use criterion::{Criterion, criterion_group, criterion_main};
use foresend_insight::board::Board;
use foresend_insight::recording::{Head, JourneyHead, Recording, StepHead};
use foresend_tui::app::App;
use foresend_tui::playback::Playback;
use foresend_tui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::hint::black_box;

fn recording(days: u32) -> Recording {
    let step = StepHead { name: "step".to_owned(), act: "send".to_owned(), ..StepHead::default() };
    let journey = |at: usize| JourneyHead {
        name: format!("journey-{at}"),
        marketing: true,
        steps: vec![step.clone(); 5],
        ..JourneyHead::default()
    };
    let head =
        Head { days, customers: 1, journeys: (0..6).map(journey).collect(), ..Head::default() };
    let day = |at: u32| {
        let mut day = head.nothing();
        for step in day.pulse.journeys.iter_mut().flat_map(|journey| &mut journey.steps) {
            (step.mail.sent, step.mail.accepted) = (u64::from(1_000 + at), u64::from(1_000 + at));
        }
        day
    };
    let days = (0..days).map(day).collect();
    Recording { head, days }
}

fn frames(c: &mut Criterion) {
    for days in [90, 3_650] {
        let recording = recording(days);
        let last = days as usize - 1;
        c.bench_function(&format!("board of {days} days"), |bencher| {
            bencher.iter(|| Board::of(black_box(&recording), last, 28));
        });
        let source = Playback::of(recording).on_day(last + 1);
        let mut app = App::new(Box::new(source), Theme { depth: Depth::True, is_light: false });
        let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
        c.bench_function(&format!("picture of {days} days"), |bencher| {
            bencher.iter(|| {
                buffer.reset();
                app.draw(&mut buffer);
            });
        });
    }
}

criterion_group!(benches, frames);
criterion_main!(benches);
