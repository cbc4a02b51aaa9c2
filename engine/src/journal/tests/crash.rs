//! Whatever is lost in whatever moment: what was acknowledged is read back, in order, whole and without holes. And the
//! proof that this test would notice: machines that break the promise are caught.

use super::*;

/// How an engine or a disk may be broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Broken {
    Nowhere,
    /// Syncs are answered and not done.
    NoSync,
    /// Appends count as acknowledged once they are written.
    EarlyAnswer,
}

/// What must be in the journal: the append at each place that was acknowledged, or read back once.
struct Promise {
    /// (first place, ticket)
    known: BTreeMap<u64, u64>,
    tickets: u64,
    /// What is before this is settled.
    cut: u64,
}

/// What happened in a life, to see that something did.
#[derive(Default)]
struct Happened {
    acknowledged: u64,
    torn: u64,
    /// Runs that found a later segment than the first.
    rolled: u64,
    /// Runs that could go back to the first entry no more.
    recycled: u64,
}

/// The life of one journal: several runs, each ended by a loss of power, a killed process or a close.
fn history(seed: u64, broken: Broken) -> Result<Happened, String> {
    let mut happened = Happened::default();
    let mut draws = Draws::new(seed);
    let mut disk = FaultyDisk::new();
    if broken == Broken::NoSync {
        disk.lie();
    }
    let mut promise = Promise { known: BTreeMap::new(), tickets: 0, cut: 0 };
    for run in 0..5 {
        let recovered = start(&mut disk, &mut draws, &promise)?;
        holds(&mut disk, &recovered, &mut promise).map_err(|said| format!("run {run}: {said}"))?;
        happened.torn += u64::from(recovered.torn.is_some());
        let files = disk.list().map_err(|error| error.to_string())?;
        happened.rolled += u64::from(files.contains(&segment::name(2)));
        happened.recycled += u64::from(!files.contains(&segment::name(1)));
        let mut rig = Rig::new(recovered.core, disk);
        live(&mut rig, &mut draws, &mut promise, broken);
        disk = rig.disk;
        happened.acknowledged += rig.acknowledged.len() as u64;
        end(&mut disk, &mut draws);
    }
    Ok(happened)
}

/// Opens the journal, which may itself be cut short, as often as it takes.
fn start(disk: &mut FaultyDisk, draws: &mut Draws, promise: &Promise) -> Result<Recovered, String> {
    for _ in 0..3 {
        disk.lose_power_after(draws.below(8));
        match open(disk, promise.cut) {
            Ok(recovered) => return Ok(recovered),
            Err(_) if disk.is_dark() => end(disk, draws),
            Err(error) => return Err(error.to_string()),
        }
    }
    disk.restart_process();
    open(disk, promise.cut).map_err(|error| error.to_string())
}

fn end(disk: &mut FaultyDisk, draws: &mut Draws) {
    if draws.below(4) == 0 {
        disk.restart_process();
    } else {
        disk.restart_machine(draws.below(u64::MAX));
    }
}

/// Reads everything back and holds it against the promise; from then on all of it is promised.
fn holds(
    disk: &mut FaultyDisk,
    recovered: &Recovered,
    promise: &mut Promise,
) -> Result<(), String> {
    // Reading must not be cut short: that is not what is asked here.
    let mut copy = disk.clone();
    copy.restart_process();
    let groups = read_back(&mut copy, recovered.from, recovered.until)?;
    let mut found = BTreeMap::new();
    let (mut last, mut missing) = (None, 0);
    for group in &groups {
        for (place, raw) in (group.first.0..).zip(each(&group.entries)) {
            let (ticket, within, count) = said(&raw.map_err(|error| error.to_string())?);
            if within == 0 {
                if missing != 0 || last.is_some_and(|last| last >= ticket) {
                    return Err(format!("ticket {ticket} at {place} follows {last:?}"));
                }
                found.insert(place, ticket);
                missing = count;
            } else if last != Some(ticket) {
                return Err(format!("a piece of ticket {ticket} at {place}"));
            }
            (last, missing) = (Some(ticket), missing - 1);
        }
        if missing != 0 {
            return Err(format!("{last:?} is in two groups"));
        }
    }
    for (place, ticket) in promise.known.range(promise.cut..) {
        if found.get(place) != Some(ticket) {
            return Err(format!(
                "ticket {ticket} was acknowledged at {place}: {:?}",
                found.get(place)
            ));
        }
    }
    promise.known.extend(found);
    Ok(())
}

/// Appends, and lets the disk work, in any order, until the power goes or it has been enough.
fn live(rig: &mut Rig, draws: &mut Draws, promise: &mut Promise, broken: Broken) {
    rig.disk.lose_power_after(draws.below(120));
    for _ in 0..draws.below(300) {
        rig.at += i64::try_from(draws.below(20)).unwrap() - 4;
        let going = match draws.below(16) {
            0..6 => {
                let class = [Class::Event, Class::Withdrawal, Class::Internal];
                let class = class[usize::try_from(draws.below(3)).unwrap()];
                let count = 1 + u32::try_from(draws.below(3)).unwrap();
                let pad = usize::try_from(draws.below(200)).unwrap();
                rig.append(promise.tickets, class, count, pad);
                promise.tickets += 1;
                true
            }
            6..12 => {
                if broken == Broken::EarlyAnswer {
                    answer_early(rig, promise);
                }
                rig.go(Lane::Log)
            }
            12 | 13 => rig.go(Lane::Room),
            14 => {
                rig.tell(Input::Idle);
                true
            }
            _ => {
                rig.tell(Input::Cut);
                // The store has settled what an earlier cut said, once it says so.
                let cut = rig.cuts[usize::try_from(draws.below(rig.cuts.len() as u64)).unwrap()];
                promise.cut = promise.cut.max(cut.0);
                rig.tell(Input::Settled(Seq(promise.cut)));
                true
            }
        };
        promise.known.extend(rig.acknowledged.iter().map(|(ticket, first)| (*first, *ticket)));
        if !going {
            return;
        }
        assert_eq!(rig.stopped, None);
    }
}

fn answer_early(rig: &Rig, promise: &mut Promise) {
    if let Some(Command::Sync { .. }) = &rig.log
        && let Some(Group { first, entries, .. }) = rig.core.written().as_deref()
    {
        for (place, raw) in (first.0..).zip(each(entries)) {
            let (ticket, within, _) = said(&raw.unwrap());
            if within == 0 {
                promise.known.insert(place, ticket);
            }
        }
    }
}

#[test]
fn what_was_acknowledged_is_read_back_in_order_and_whole() {
    let mut all = Happened::default();
    for seed in 0..1_500 {
        let one =
            history(seed, Broken::Nowhere).unwrap_or_else(|said| panic!("seed {seed}: {said}"));
        all.acknowledged += one.acknowledged;
        all.torn += one.torn;
        all.rolled += one.rolled;
        all.recycled += one.recycled;
    }
    assert!(all.acknowledged > 10_000, "{}", all.acknowledged);
    assert!(all.torn > 200 && all.rolled > 1_000 && all.recycled > 100, "too little happened");
}

#[test]
fn a_segment_that_a_killed_process_named_is_not_lost_with_the_power_later() {
    let mut rig = Rig::made();
    rig.settle();
    let mut ticket = 0;
    while !matches!(rig.log, Some(Command::Rename { .. })) {
        if rig.log.is_none() {
            rig.append(ticket, Class::Event, 1, 500);
            ticket += 1;
        }
        rig.go(Lane::Log);
    }
    rig.disk.lose_power_after(0);
    assert!(!rig.go(Lane::Log), "killed in the middle of it");
    let mut disk = rig.disk;
    disk.restart_process();
    let core = open(&mut disk, 0).unwrap().core;
    assert!(disk.list().unwrap().contains(&segment::name(2)), "it has the name");
    let mut rig = Rig::new(core, disk);
    rig.append(ticket, Class::Event, 1, 0);
    while rig.log.is_some() {
        rig.go(Lane::Log);
    }
    let last = rig.acknowledged[&ticket];
    for draw in 0..20 {
        let mut disk = rig.disk.clone();
        disk.restart_machine(draw);
        assert_eq!(open(&mut disk, 0).unwrap().until, Seq(last + 1));
    }
}

#[test]
fn a_machine_that_forgets_to_sync_is_caught() {
    let caught = (0..100).filter(|seed| history(*seed, Broken::NoSync).is_err()).count();
    assert!(caught > 50, "{caught} of 100");
}

#[test]
fn a_machine_that_answers_early_is_caught() {
    let caught = (0..100).filter(|seed| history(*seed, Broken::EarlyAnswer).is_err()).count();
    assert!(caught > 20, "{caught} of 100");
}
