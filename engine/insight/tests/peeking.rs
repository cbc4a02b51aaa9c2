//! The tables of `examples/peeking`, with fewer runs and wider bands for it.

#[path = "../examples/peeking/trials.rs"]
mod trials;

use trials::{Trials, of_nothing, of_something};

#[test]
fn peeking_at_nothing_finds_what_was_published() {
    for (name, figure) in of_nothing(4_000, 2) {
        assert!(
            figure.holds(),
            "{name}: {} not {} ± {}",
            figure.found,
            figure.published,
            figure.band
        );
    }
}

#[test]
fn a_difference_is_found_as_often_as_was_published() {
    let (figures, found) = of_something(1_000, 2);
    for (name, figure) in figures {
        assert!(
            figure.holds(),
            "{name}: {} not {} ± {}",
            figure.found,
            figure.published,
            figure.band
        );
    }
    assert!(found.bonferroni < found.grouped && found.grouped <= found.once, "{found:?}");
}

#[test]
fn trials_do_not_depend_on_threads() {
    let trials = Trials { runs: 101, looks: 20, a_day: 300, shares: [0.1, 0.12] };
    assert_eq!(trials.run(1), trials.run(3));
    assert!(trials.run(1).peeking > 0);
}
