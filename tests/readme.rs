//! The README shows what the command prints, not what it once printed.
#![expect(clippy::unwrap_used, reason = "a README that cannot be compared is not true")]

use std::path::Path;
use std::process::Command;

/// Runs the built command as the README does, from the root, and returns its report.
fn simulate(more: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = Command::new(env!("CARGO_BIN_EXE_foresend"))
        .current_dir(root)
        .args(["simulate", "scenarios/cart-recovery.toml"])
        .args(more)
        .env_remove("LC_ALL")
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn the_readme_shows_what_the_command_prints() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    let readme = readme.unwrap();
    let shown: Vec<&str> = readme
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().trim_end())
        .collect();
    let [whole, later] = shown[..] else { panic!("two excerpts, found {}", shown.len()) };

    let printed = simulate(&[]);
    // The last line says how fast this machine was.
    let (report, speed) = printed.trim_end().rsplit_once('\n').unwrap();
    assert!(speed.contains("events/s"), "{speed}");
    assert_eq!(whole, report.trim_end());

    let printed = simulate(&["--set", "cart-recovery.second.after=2d"]);
    assert!(printed.contains(later), "README:\n{later}\n\nprinted:\n{printed}");
}
