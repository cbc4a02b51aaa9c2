//! How many came to each step and what became of them: for each step a bar of all who came, divided by where they
//! went, and a thinner one of its mails, in which those opened and clicked lie.

use super::{Told, percent, pixels};
use maud::{Markup, html};

/// From one step to the next, in pixels.
const ROW: f64 = 62.0;
const TOP: f64 = 4.0;

/// A chart of steps.
pub(crate) struct Funnel {
    pub(crate) told: Told,
    pub(crate) steps: Vec<Step>,
}

/// One step.
pub(crate) struct Step {
    pub(crate) name: String,
    /// Who came to it, as the table prints it.
    pub(crate) text: String,
    /// Who came, by what became of them: went on, left, still waiting. None is negative.
    pub(crate) came: [f64; 3],
    /// Its mails: delivered, and of those opened and clicked by people. `None`: it sends none.
    pub(crate) mails: Option<[f64; 3]>,
}

impl Funnel {
    /// The chart; every bar is on the scale of the largest.
    pub(crate) fn draw(&self) -> Markup {
        let most = self.steps.iter().map(Step::most).fold(1.0, f64::max);
        let tops = (0..u32::MAX).map(|at| TOP + ROW * f64::from(at));
        let height = TOP + self.steps.iter().map(|_| ROW).sum::<f64>();
        let body = html! { @for (top, step) in tops.zip(&self.steps) { (step.draw(top, most)) } };
        self.told.drawn(height, &body)
    }
}

impl Step {
    fn most(&self) -> f64 {
        let mails = self.mails.into_iter().flatten();
        mails.chain([self.came.iter().sum()]).fold(0.0, f64::max)
    }

    fn draw(&self, top: f64, most: f64) -> Markup {
        let Self { name, text, came, mails } = self;
        let [on, left, waiting] = came.map(|part| part / most * 100.0);
        let bar = |class: &str, from: f64, share: f64, (at, height): (f64, f64)| {
            html! { @if share > 0.0 {
                rect class=(class) x=(percent(from)) width=(percent(share))
                    y=(pixels(top + at)) height=(pixels(height)) {}
            } }
        };
        let (thick, thin) = ((22.0, 14.0), (40.0, 8.0));
        html! {
            text x="0" y=(pixels(top + 15.0)) { (name) }
            text x="100%" y=(pixels(top + 15.0)) text-anchor="end" { (text) }
            (bar("went-on", 0.0, on, thick))
            (bar("left", on, left, thick))
            (bar("waiting", on + left, waiting, thick))
            @if let Some(mails) = mails {
                @for (class, share) in ["delivered", "opened", "clicked"].into_iter().zip(mails) {
                    (bar(class, 0.0, share / most * 100.0, thin))
                }
            }
        }
    }
}
