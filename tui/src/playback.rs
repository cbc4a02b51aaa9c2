//! Days played back: of a rehearsal that may still be running, or of a file.

use crate::source::{Play, Source, Status};
use foresend_insight::board::Board;
use foresend_insight::board::customer::CustomerBoard;
use foresend_insight::recording::Recording;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// What a rehearsal says while it runs.
#[derive(Clone, PartialEq, Debug)]
pub enum News {
    /// It has come so far (0 to 1), in words.
    Progress(f64, String),
    /// It is done.
    Done(Box<Recording>),
    /// It cannot be done.
    Failed(String),
}

/// Who knows customers.
pub type Customers<'a> = Box<dyn FnMut(&str) -> Result<CustomerBoard, String> + 'a>;

/// Plays the days of a recording, once it is there.
pub struct Playback<'a> {
    /// Where the recording will come from.
    news: Option<Receiver<News>>,
    status: Waiting,
    recording: Option<Recording>,
    customers: Option<Customers<'a>>,
    /// The day shown, from 0.
    at: usize,
    running: bool,
    speed: usize,
    /// Time that is not a whole day yet.
    carried: Duration,
}

enum Waiting {
    Working(f64, String),
    Failed(String),
}

/// Days a second.
const SPEEDS: [u32; 6] = [1, 2, 4, 8, 16, 32];
const WEEK: usize = 7;
const WINDOWS: [(&str, u32); 4] = [("1 d", 1), ("7 d", 7), ("28 d", 28), ("all", u32::MAX)];
const WINDOW_NAMES: [&str; 4] = [WINDOWS[0].0, WINDOWS[1].0, WINDOWS[2].0, WINDOWS[3].0];

impl<'a> Playback<'a> {
    /// Of a recording that is whole, from its first day on.
    #[must_use]
    pub fn of(recording: Recording) -> Self {
        Self { recording: Some(recording), ..Self::awaiting(None, None) }
    }

    /// The same, standing still on that day, counted from 1.
    #[must_use]
    pub fn on_day(mut self, day: usize) -> Self {
        self.running = false;
        self.seek(day.saturating_sub(1));
        self
    }

    /// Of a rehearsal that tells `news`, with whoever knows its customers.
    #[must_use]
    pub fn of_rehearsal(news: Receiver<News>, customers: Customers<'a>) -> Self {
        Self::awaiting(Some(news), Some(customers))
    }

    const fn awaiting(news: Option<Receiver<News>>, customers: Option<Customers<'a>>) -> Self {
        Self {
            news,
            status: Waiting::Working(0.0, String::new()),
            recording: None,
            customers,
            at: 0,
            running: true,
            speed: 2,
            carried: Duration::ZERO,
        }
    }

    fn days(&self) -> usize {
        self.recording.as_ref().map_or(0, |recording| recording.days.len())
    }

    fn listen(&mut self) -> bool {
        let Some(news) = &self.news else { return false };
        let mut changed = false;
        loop {
            match news.try_recv() {
                Ok(News::Progress(share, words)) => self.status = Waiting::Working(share, words),
                Ok(News::Done(recording)) => {
                    self.recording = Some(*recording);
                    self.news = None;
                    return true;
                }
                Ok(News::Failed(why)) => {
                    self.status = Waiting::Failed(why);
                    self.news = None;
                    return true;
                }
                Err(TryRecvError::Empty) => return changed,
                Err(TryRecvError::Disconnected) => {
                    self.status = Waiting::Failed("the rehearsal ended without a word".to_owned());
                    self.news = None;
                    return true;
                }
            }
            changed = true;
        }
    }

    fn seek(&mut self, to: usize) -> bool {
        let to = to.min(self.days().saturating_sub(1));
        self.carried = Duration::ZERO;
        std::mem::replace(&mut self.at, to) != to
    }
}

impl Source for Playback<'_> {
    fn poll(&mut self, since: Duration) -> bool {
        if self.recording.is_none() {
            return self.listen();
        }
        if !self.running {
            return false;
        }
        self.carried += since;
        let day = Duration::from_secs(1) / SPEEDS[self.speed];
        let mut changed = false;
        while self.carried >= day && self.running {
            self.carried -= day;
            if self.at + 1 < self.days() {
                self.at += 1;
            } else {
                self.running = false;
            }
            changed = true;
        }
        changed
    }

    fn status(&self) -> Status {
        if self.recording.is_none() {
            return match &self.status {
                Waiting::Working(share, words) => Status::Working(*share, words.clone()),
                Waiting::Failed(why) => Status::Failed(why.clone()),
            };
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (day, days) = (number((self.at + 1).min(self.days())), number(self.days()));
        if self.running {
            Status::Playing { day, days, speed: SPEEDS[self.speed] }
        } else {
            Status::Stopped { day, days }
        }
    }

    fn windows(&self) -> &[&'static str] {
        &WINDOW_NAMES
    }

    fn board(&self, window: usize) -> Option<Board> {
        let (_, days) = WINDOWS.get(window)?;
        self.recording.as_ref().map(|recording| Board::of(recording, self.at, *days))
    }

    fn play(&mut self, play: Play) -> bool {
        if self.recording.is_none() {
            return false;
        }
        match play {
            Play::RunStop => {
                if !self.running && self.at + 1 >= self.days() {
                    self.seek(0); // once more
                }
                self.running = !self.running;
                true
            }
            Play::Step => {
                self.running = false;
                self.seek(self.at + 1);
                true
            }
            Play::Faster => {
                let faster = (self.speed + 1).min(SPEEDS.len() - 1);
                std::mem::replace(&mut self.speed, faster) != faster
            }
            Play::Slower => {
                let slower = self.speed.saturating_sub(1);
                std::mem::replace(&mut self.speed, slower) != slower
            }
            Play::Back => self.seek(self.at.saturating_sub(WEEK)),
            Play::Forward => self.seek(self.at + WEEK),
        }
    }

    fn is_played(&self) -> bool {
        true
    }

    fn customer(&mut self, id: &str) -> Result<CustomerBoard, String> {
        match &mut self.customers {
            Some(customers) => customers(id),
            None => {
                Err("A recording keeps no customers. Ask the rehearsal: foresend explain"
                    .to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foresend_insight::day::Day;
    use foresend_insight::recording::Head;
    use std::sync::mpsc;

    fn recording(days: u32) -> Recording {
        Recording {
            head: Head { days, ..Head::default() },
            days: vec![Day::default(); days as usize],
        }
    }

    fn at(playback: &Playback<'_>) -> (u32, bool) {
        match playback.status() {
            Status::Playing { day, .. } => (day, true),
            Status::Stopped { day, .. } => (day, false),
            other @ (Status::Working(..)
            | Status::Live(_)
            | Status::Lost(_)
            | Status::Failed(_)) => {
                panic!("{other:?}")
            }
        }
    }

    #[test]
    fn days_are_played_at_their_speed_and_the_last_one_stays() {
        let mut playback = Playback::of(recording(10));
        assert_eq!(at(&playback), (1, true));
        assert!(!playback.poll(Duration::from_millis(249)));
        assert!(playback.poll(Duration::from_millis(1)));
        assert_eq!(at(&playback), (2, true));
        playback.play(Play::Faster);
        playback.poll(Duration::from_millis(250));
        assert_eq!(at(&playback), (4, true));
        playback.poll(Duration::from_secs(60));
        assert_eq!(at(&playback), (10, false));
        playback.play(Play::RunStop);
        assert_eq!(at(&playback), (1, true), "once more");
    }

    #[test]
    fn one_may_seek_and_step_within_the_days_there_are() {
        let mut playback = Playback::of(recording(10));
        for (play, day) in [
            (Play::Step, 2),
            (Play::Forward, 9),
            (Play::Forward, 10),
            (Play::Step, 10),
            (Play::Back, 3),
            (Play::Back, 1),
        ] {
            playback.play(play);
            assert_eq!(at(&playback), (day, false), "{play:?}");
        }
        let mut empty = Playback::of(recording(0));
        empty.play(Play::Forward);
        empty.poll(Duration::from_secs(5));
        assert_eq!(at(&empty), (0, false));
        assert!(empty.board(0).is_some() && empty.board(9).is_none());
    }

    #[test]
    fn a_rehearsal_is_waited_for_and_then_played() {
        let (tell, news) = mpsc::channel();
        let mut playback = Playback::of_rehearsal(news, Box::new(|id| Err(format!("no {id}"))));
        tell.send(News::Progress(0.5, "retail".to_owned())).unwrap();
        assert!(playback.poll(Duration::ZERO));
        assert_eq!(playback.status(), Status::Working(0.5, "retail".to_owned()));
        assert!(playback.board(0).is_none() && !playback.play(Play::Step));
        tell.send(News::Done(Box::new(recording(3)))).unwrap();
        assert!(playback.poll(Duration::from_secs(9)));
        assert_eq!(at(&playback), (1, true));
        assert_eq!(playback.customer("c-1").unwrap_err(), "no c-1");
    }

    #[test]
    fn a_rehearsal_that_is_gone_is_said() {
        let (tell, news) = mpsc::channel();
        drop(tell);
        let mut playback = Playback::of_rehearsal(news, Box::new(|_| Err(String::new())));
        assert!(playback.poll(Duration::ZERO));
        assert!(matches!(playback.status(), Status::Failed(_)));
    }
}
