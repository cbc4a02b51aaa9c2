//! Damage is told of with its place, or does no harm; it never goes unnoticed, and never makes anything panic.

use super::*;
use crate::sim::disk::Doing;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A closed journal of several segments, with nothing settled.
fn journal() -> FaultyDisk {
    let mut rig = Rig::made();
    for ticket in 0..60 {
        rig.append(ticket, Class::Event, 2, usize::try_from(ticket * 7 % 200).unwrap());
        if ticket % 3 == 0 {
            rig.settle();
        }
        if ticket % 11 == 0 {
            rig.settle();
            rig.tell(Input::Idle);
        }
    }
    rig.settle();
    rig.close()
}

fn all(disk: &mut FaultyDisk) -> Result<Vec<Group>, ReadError> {
    let recovered = open(disk, 0)?;
    groups(disk, recovered.from, recovered.until)?.collect()
}

fn damage(disk: &mut FaultyDisk) -> Damage {
    match open(disk, 0) {
        Err(ReadError::Damage(damage)) => damage,
        other => panic!("{other:?}"),
    }
}

fn segments(disk: &mut FaultyDisk) -> Vec<String> {
    let files = disk.list().unwrap();
    files.into_iter().filter(|file| segment::number_of(file).is_some()).collect()
}

#[test]
fn a_flipped_byte_is_found_with_its_place_or_does_no_harm() {
    let mut whole = journal();
    let before = all(&mut whole.clone()).unwrap();
    let files = segments(&mut whole);
    assert!(files.len() > 3, "{files:?}");
    let mut draws = Draws::new(9);
    let (mut found, mut harmless, mut places) = (0, 0, BTreeSet::new());
    for _ in 0..600 {
        let mut disk = whole.clone();
        let file = &files[usize::try_from(draws.below(files.len() as u64)).unwrap()];
        let offset = draws.below(u64::from(SEGMENT_BYTES_MIN));
        assert!(disk.flip(file, offset, u8::try_from(draws.below(8)).unwrap()));
        let report = check(&mut disk).unwrap();
        match all(&mut disk) {
            Ok(after) => {
                assert_eq!(after, before, "{file} at {offset}");
                assert_eq!(report.damage, [], "{file} at {offset}");
                harmless += 1;
            }
            Err(ReadError::Damage(damage)) => {
                assert_eq!(&damage.file, file, "{damage}");
                assert!(damage.offset <= offset, "{damage}: at {offset}");
                assert_eq!(report.damage.first(), Some(&damage), "{file} at {offset}");
                places.insert((damage.file, damage.offset));
                found += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(found > 200 && harmless > 10 && places.len() > 20, "{found}, {harmless}, {places:?}");
}

#[test]
fn a_whole_journal_has_a_clean_report() {
    let mut disk = journal();
    let report = check(&mut disk).unwrap();
    assert_eq!((&report.damage[..], &report.torn), (&[][..], &None));
    assert_eq!(
        report.segments.last().map(|last| (last.until, last.sealed)),
        Some((Seq(120), true))
    );
}

#[test]
fn damage_says_which_entries_are_missing() {
    let mut disk = journal();
    let first = segments(&mut disk).swap_remove(0);
    disk.flip(&first, segment::START + 60, 0);
    let said = damage(&mut disk).to_string();
    let expected = "0000000000000001.seg at byte 64: a frame that was durable cannot be read; \
                    entries 0 to 1 are missing. Nothing was changed; \
                    bring the file back from a copy of the data folder";
    // Of a segment that is not the last, all that it held behind the damage is out of reach.
    let reach = check(&mut disk).unwrap().damage.remove(0).until.unwrap();
    assert_eq!(said, expected.replace("0 to 1", &format!("0 to {}", reach.0 - 1)));
}

#[test]
fn a_missing_segment_is_named() {
    let mut disk = journal();
    let second = segments(&mut disk).swap_remove(1);
    disk.remove(&second).unwrap();
    let told = damage(&mut disk);
    assert_eq!((&told.file, told.ill), (&second, Ill::Missing));
    assert_eq!(check(&mut disk).unwrap().damage[0].file, second);
}

#[test]
fn a_journal_that_ends_before_the_cut_is_refused() {
    let mut disk = journal();
    let error = open(&mut disk, 121).unwrap_err();
    assert!(
        error.to_string().contains("ends before what the store has already settled"),
        "{error}"
    );
    let none = open(&mut FaultyDisk::new(), 5).unwrap_err();
    assert!(
        none.to_string().contains("0000000000000001.seg at byte 0: the file is missing"),
        "{none}"
    );
}

#[test]
fn a_segment_of_another_folder_is_refused() {
    let mut disk = journal();
    let opening = Opening { from: None, folder: Some(FolderId(78)), fresh: FolderId(78) };
    let error = recover(&mut disk, &small(), &opening).unwrap_err();
    let expected = "it belongs to another data folder (0000000000000000000000000000004d)";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_segment_under_another_name_is_refused() {
    let mut disk = journal();
    let last = segments(&mut disk).pop().unwrap();
    disk.remove(&last).unwrap();
    let before = segments(&mut disk).pop().unwrap();
    disk.rename(&before, &last).unwrap();
    assert_eq!((damage(&mut disk).file, damage(&mut disk).ill), (last, Ill::Renamed));
}

#[test]
fn an_unknown_format_is_refused_by_its_number() {
    for (file, offset, sum) in [(0, 0, 56), (0, segment::START, 52)] {
        let mut disk = journal();
        let file = segments(&mut disk).swap_remove(file);
        let mut bytes = [0; 60];
        disk.read(&file, offset, &mut bytes).unwrap();
        bytes[4] = 9;
        let crc = crc32c::crc32c(&bytes[..sum]).to_le_bytes();
        bytes[sum..sum + 4].copy_from_slice(&crc);
        disk.write(&file, offset, &bytes).unwrap();
        let told = damage(&mut disk);
        assert_eq!((told.file, told.offset, told.ill), (file, offset, Ill::Format(9)));
    }
}

#[test]
fn damage_to_the_last_entries_is_told_from_a_torn_write_once_they_are_sealed() {
    let mut rig = Rig::made();
    rig.append(0, Class::Event, 1, 10);
    rig.settle();
    let mut unsealed = rig.disk.clone();
    rig.tell(Input::Idle);
    rig.settle();
    let mut sealed = rig.disk;
    for disk in [&mut unsealed, &mut sealed] {
        disk.flip(&segment::name(1), segment::START + 70, 3);
    }
    let torn = open(&mut unsealed, 0).unwrap().torn.unwrap();
    assert_eq!((torn.offset, torn.first), (segment::START, Seq(0)));
    let mut kept = [0; 4];
    unsealed.read(&torn.kept.unwrap(), 0, &mut kept).unwrap();
    assert_eq!(kept, frame::MAGIC);
    assert_eq!(damage(&mut sealed).offset, segment::START);
}

#[test]
fn a_used_file_hides_nothing_and_shows_nothing() {
    let mut rig = Rig::made();
    for ticket in 0..200 {
        rig.append(ticket, Class::Event, 1, 150);
        rig.settle();
        rig.tell(Input::Settled(rig.core.durable()));
    }
    rig.settle();
    // The last segment was written over frames of an earlier use, which are not read.
    let last = segments(&mut rig.disk).pop().unwrap();
    let mut bytes = vec![0; 4096];
    rig.disk.read(&last, 0, &mut bytes).unwrap();
    let used = bytes.windows(4).filter(|four| **four == frame::MAGIC).count();
    let from = rig.durable.iter().rev().take_while(|group| group.first >= Seq(195)).count();
    assert!(segments(&mut rig.disk).len() <= 2);
    let until = rig.core.durable();
    let mut disk = rig.disk;
    let recovered = open(&mut disk, 195).unwrap();
    assert_eq!((recovered.until, recovered.torn), (until, None));
    assert_eq!(read_back(&mut disk, Seq(195), until).unwrap().len(), from);
    let report = check(&mut disk).unwrap();
    assert!(report.segments.last().unwrap().frames < used as u64, "nothing of an earlier use");
}

#[test]
fn a_tail_is_cut_also_where_it_cannot_be_kept() {
    let mut rig = Rig::made();
    rig.append(0, Class::Event, 1, 10);
    rig.settle();
    let mut disk = rig.disk;
    disk.flip(&segment::name(1), segment::START + 70, 3);
    disk.answer(Doing::Create, Some(io::ErrorKind::StorageFull));
    let recovered = open(&mut disk, 0).unwrap();
    assert_eq!((recovered.until, recovered.torn.unwrap().kept), (Seq(0), None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_bytes_make_it_panic(noise in vec(any::<u8>(), 0..300), at in 0..SEGMENT_BYTES_MIN, header in any::<bool>()) {
        let mut disk = journal();
        let file = segments(&mut disk).pop().unwrap();
        let at = if header { 0 } else { u64::from(at) };
        let end = u64::from(SEGMENT_BYTES_MIN) - at;
        let some = noise.len().min(usize::try_from(end).unwrap());
        disk.write(&file, at, &noise[..some]).unwrap();
        disk.sync(&file).unwrap();
        drop(check(&mut disk));
        drop(all(&mut disk));
    }
}
