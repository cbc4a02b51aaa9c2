//! The example shop, read as the command reads it.

use foresend_program::Sources;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the scenarios are.
pub(crate) fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// Every file of scenarios/shop.
pub(crate) fn shop() -> Sources {
    let root = scenarios().join("shop");
    let mut sources = Sources { folder: "scenarios/shop".into(), ..Sources::default() };
    for room in ["", "journeys", "mails"] {
        for entry in fs::read_dir(root.join(room)).expect("the shop is in the repository") {
            let path = entry.expect("a folder that can be read").path();
            if path.is_file() {
                let name = path.strip_prefix(&root).expect("below the root");
                let name = name.to_str().expect("plain names").replace('\\', "/");
                let text = fs::read_to_string(&path).expect("a file that can be read");
                sources.files.insert(name, text);
            }
        }
    }
    sources
}
