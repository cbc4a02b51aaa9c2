//! Tune files, right and wrong.

use super::*;
use crate::sources::Sources;

const WHOLE: &str = "\
scenario = \"spring.toml\"
maximise = \"profit\"
across   = [\"retail\", \"touchy\"]
keep     = [\"unsubscribes < 0.4%\"]
effort   = \"250k\"
worth    = { margin = \"42%\", mail = 0.0008, subscriber = 3.50 }
[vary]
\"cart-recovery.quiet\" = [\"30m\", \"1h\"]
cart-recovery.second.after = { from = \"6h\", to = \"3d\" }
\"limits.mails\" = [[\"1 in 20h\"], [\"1 in 20h\", \"3 in 7d\"]]
";

#[test]
fn all_that_a_tune_file_says_is_read() {
    let (read, told) = tune("t.toml", WHOLE);
    assert_eq!(told, []);
    let read = read.unwrap();
    assert_eq!(
        (&*read.scenario, read.maximise, read.effort),
        ("spring.toml", Maximise::Profit, 250_000)
    );
    assert_eq!(read.worlds().map(|(name, _)| name).collect::<Vec<_>>(), ["retail", "touchy"]);
    let worth = read.worth.unwrap();
    assert_eq!(worth.margin_ppm, 420_000);
    assert_eq!(worth.mail.hundredths_of_minor(2), Ok(8));
    assert_eq!(worth.subscriber.hundredths_of_minor(2), Ok(35_000));
    assert_eq!(worth.subscriber.hundredths_of_minor(0), Ok(350));
    assert!(worth.mail.hundredths_of_minor(0).is_err());
    let varies: Vec<(&str, usize)> =
        read.vary.iter().map(|vary| (&*vary.address, vary.values.len())).collect();
    assert_eq!(
        varies,
        [("cart-recovery.quiet", 2), ("cart-recovery.second.after", 8), ("limits.mails", 2)]
    );
    assert_eq!(read.vary[2].values[1], "[\"1 in 20h\", \"3 in 7d\"]");
}

#[track_caller]
fn wrong(line: &str, message: &str, help: &str) {
    let text = format!("scenario = \"s.toml\"\n{line}\n[vary]\n\"a.quiet\" = [\"1h\"]\n");
    let text =
        if line.starts_with("[vary]") { format!("scenario = \"s.toml\"\n{line}\n") } else { text };
    let (read, told) = tune("t.toml", &text);
    let [told] = &*told else { panic!("{line}: {told:?}") };
    assert!(read.is_none() && told.message.contains(message), "{line}: {}", told.message);
    assert!(told.help.as_ref().is_some_and(|told| told.contains(help)), "{line}: {told:?}");
}

#[test]
fn what_is_wrong_with_a_tune_file_is_told() {
    wrong("maximise = 'order'", "order", "orders");
    wrong("maximise = 'profit'", "a profit of what?", "worth = {");
    wrong(
        "worth = { margin = '42%' }",
        "`worth` says nothing about orders",
        "maximise = \"profit\"",
    );
    wrong(
        "maximise = 'profit'\nworth = { margin = '42%', mail = -1 }",
        "`mail` is no amount",
        "0.0008",
    );
    wrong("maximise = 'profit'\nworth = { mail = 1 }", "has no `margin`", "margin =");
    wrong("effort = '9'", "`effort` is not a number from 10k", "1M");
    wrong("effort = 1.5", "`effort` of a tune file cannot be a number", "1M");
    wrong("keep = ['unsubscribe < 1%']", "no measure `unsubscribe`", "did you mean `unsubscribes`");
    wrong("keep = ['mails_after_purchase == 0']", "cannot be kept by a tuning", "scenario");
    wrong("keep = ['a.increment > 0pp']", "cannot be kept by a tuning", "orders.increment");
    wrong("across = []", "`across` names no population", "leave `across` out");
    wrong("efort = '1M'", "unknown key `efort`", "did you mean `effort`");
    wrong("[vary]", "nothing varies", "address");
    wrong("[vary]\n\"a.quiet\" = '1h'", "does not vary", "list them");
    wrong("[vary]\n\"a.quiet\" = []", "`a.quiet` has 0 values", "from one to 64");
    wrong("[vary]\n\"a.quiet\" = ['1h', '1h']", "`1h` stands twice", "once");
    wrong(
        "[vary]\n\"a.quiet\" = { from = '2d', to = '1h' }",
        "`from` is not before `to`",
        "shortest",
    );
    wrong("[vary]\n\"a.quiet\" = { from = '2d' }", "has no `to`", "to =");
    wrong("[vary]\nholdout = ['1%']", "holds nobody out", "leave it out");
    wrong("[vary]\n\"population.reminder.strength\" = [1, 2]", "what is assumed", "across");
    wrong("[vary]\na.quiet = ['1h']\n\"a.quiet\" = ['2h']", "`a.quiet` varies twice", "one place");
}

fn shop() -> Sources {
    let program = "brand = 'B'\nfrom = 'a@b.example'\npostal = 'Street 1'\ncurrency = 'EUR'\n\
        [topics]\nnews = { says = 'News', basis = 'consent' }\n[limits]\nmails = ['1 in 20h']\n";
    let journey = "topic = \"news\"\non = [\"Product Added\"]\nquiet = \"1h\" # an hour\nagain = \"7d\"\n\
        stop = [\"Order Completed\"]\ngoal = { on = \"Order Completed\", within = \"7d\" }\nsteps = [\n  \
        { id = \"first\", send = \"m\" },\n  { id = \"second\", after = \"1d\", send = \"m\" },\n]\n";
    let mail = "+++\nsubject = 'S'\n+++\nHello\n";
    let files = [("program.toml", program), ("journeys/cart.toml", journey), ("mails/m.md", mail)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    Sources { folder: "shop".to_owned(), files }
}

fn candidates(vary: &str) -> Result<Candidates, Vec<Diagnostic>> {
    let (read, told) = tune("t.toml", &format!("scenario = \"s.toml\"\n[vary]\n{vary}\n"));
    let (sources, read) = (shop(), read.unwrap_or_else(|| panic!("{told:?}")));
    let (compiled, told) = crate::compile(&sources, None);
    read.candidates(&sources, None, &compiled.unwrap_or_else(|| panic!("{told:?}")), 1)
}

#[test]
fn todays_values_are_found_among_those_that_vary_however_they_are_spelled() {
    let found = candidates("\"cart.quiet\" = [\"30m\", \"60m\", \"2h\"]").unwrap();
    let values: Vec<_> = found.all.iter().map(|one| one.values.clone()).collect();
    assert_eq!(values, [Some(vec![1]), Some(vec![0]), Some(vec![2])]);
    assert_eq!(found.today, [Some("1h".to_owned())]);
    assert_eq!(found.all.iter().map(|one| one.wait / 60_000).collect::<Vec<_>>(), [60, 30, 120]);

    let other = candidates("\"cart.quiet\" = [\"30m\", \"2h\"]").unwrap();
    assert_eq!((other.all.len(), &other.all[0].values, other.all[0].wait / 60_000), (3, &None, 60));
}

#[test]
fn never_is_the_program_without_the_step_whatever_else_varies_in_it() {
    let vary =
        "\"cart.second.after\" = [\"1d\", \"never\"]\n\"cart.second.late\" = [\"2h\", \"4h\"]";
    let found = candidates(vary).unwrap();
    // Without the step it does not matter how late it may be: two, none, and the program as it is.
    assert_eq!(found.all.len(), 4);
    assert_eq!(found.combinations, 4);
    let steps: Vec<usize> =
        found.all.iter().map(|one| one.program.journeys[0].steps.len()).collect();
    assert_eq!(steps, [2, 2, 2, 1]);
}

#[test]
fn a_value_that_cannot_be_is_told_at_its_place() {
    for (vary, message, place) in [
        ("\"crt.quiet\" = [\"1h\"]", "there is no journey `crt`", "\"crt.quiet\""),
        ("\"cart.quiet\" = [\"1h\", \"soon\"]", "soon", "\"soon\""),
        ("\"cart.second.after\" = [\"1d\", \"-1d\"]", "-1d", "\"-1d\""),
        ("\"limits.mails\" = [[\"1 on 20h\"]]", "1 on 20h", "[\"1 on 20h\"]"),
    ] {
        let told = candidates(vary).unwrap_err();
        let [told] = &*told else { panic!("{vary}: {told:?}") };
        assert!(told.message.contains(message), "{vary}: {}", told.message);
        let text = format!("scenario = \"s.toml\"\n[vary]\n{vary}\n");
        assert_eq!(text.get(told.labels[0].span.clone()), Some(place), "{vary}");
    }
}
