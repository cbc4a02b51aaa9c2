//! `foresend fmt`: files are laid out in place, or nothing happens at all.

use crate::{Run, check, copy, root};
use std::fs;
use std::path::Path;

/// A shop with a journey and a mail in no layout at all, and a scenario beside it.
fn untidy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("scenarios/shop"), &folder.path().join("shop"));
    let journey = folder.path().join("shop/journeys/cart-recovery.toml");
    let text = fs::read_to_string(&journey).unwrap();
    fs::write(
        &journey,
        text.replace("topic = ", "topic=").replace("  {", "{").replace("},\n", "}, "),
    )
    .unwrap();
    let mail = folder.path().join("shop/mails/cart-first.md");
    let text = fs::read_to_string(&mail).unwrap();
    fs::write(&mail, text.replacen("subject   =", "subject=", 1)).unwrap();
    let scenario = fs::read_to_string(root().join("scenarios/cart-recovery.toml")).unwrap();
    fs::write(folder.path().join("cart.toml"), scenario + "\n\n").unwrap();
    folder
}

fn texts(folder: &Path) -> Vec<String> {
    ["shop/journeys/cart-recovery.toml", "shop/mails/cart-first.md", "cart.toml"]
        .map(|file| fs::read_to_string(folder.join(file)).unwrap())
        .into()
}

#[test]
fn files_are_laid_out_in_place() {
    let folder = untidy();
    let before = texts(folder.path());
    let differ = Run::within(folder.path(), &["fmt", "--check", "shop", "cart.toml"]).said();
    check("fmt_check", &differ);
    assert_eq!(differ.code, Some(3));
    assert_eq!(texts(folder.path()), before, "--check writes nothing");

    check("fmt", &Run::within(folder.path(), &["fmt", "shop", "cart.toml"]).said());
    for (file, text) in
        ["shop/journeys/cart-recovery.toml", "shop/mails/cart-first.md", "cart-recovery.toml"]
            .iter()
            .zip(texts(folder.path()))
    {
        assert_eq!(text, fs::read_to_string(root().join("scenarios").join(file)).unwrap());
    }
    let again = Run::within(folder.path(), &["fmt", "--check", "--program", "shop"]).said();
    check("fmt_again", &again);
}

#[test]
fn without_a_path_it_is_the_nearest_program() {
    let folder = untidy();
    let said = Run::within(&folder.path().join("shop"), &["fmt"]).said();
    assert_eq!(
        (said.code, &*said.out),
        (Some(0), "journeys/cart-recovery.toml\nmails/cart-first.md\n")
    );
    check("fmt_nowhere", &Run::within(folder.path(), &["fmt"]).said());
}

#[test]
fn with_a_mistake_in_one_file_none_is_written() {
    let folder = untidy();
    fs::write(folder.path().join("shop/program.toml"), "brand = ").unwrap();
    fs::write(folder.path().join("shop/mails/cart-second.md"), "Hello").unwrap();
    let before = texts(folder.path());
    let said = Run::within(folder.path(), &["fmt", "shop", "cart.toml"]).said();
    check("fmt_broken", &said);
    assert_eq!((said.code, &*said.out), (Some(2), ""));
    assert_eq!(texts(folder.path()), before);
}

#[test]
fn what_is_no_text_of_a_program_is_refused() {
    let folder = untidy();
    fs::write(folder.path().join("notes.txt"), "").unwrap();
    check("fmt_other", &Run::within(folder.path(), &["fmt", "notes.txt"]).said());
    check("fmt_missing", &Run::within(folder.path(), &["fmt", "gone.toml"]).said());
    check("fmt_no_program", &Run::within(folder.path(), &["fmt", "shop/mails"]).said());
}
