//! What tools answered before: `probes.json` in the cache folder.
//!
//! A memory that cannot be read is empty, one that cannot be written is forgotten: a probe never fails for it. Two
//! processes that write at once may lose one another's news, which only costs another question.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use conjoin_plan::AbsPath;
use serde::{Deserialize, Serialize};

use crate::write::write_whole;

/// The format of the file; another one is not read.
const FORMAT: u32 = 1;

/// More answers than one machine's tools give; when they are more, all are forgotten.
const MOST_ANSWERS: usize = 2000;

/// Answers by what they depend on.
pub(super) struct Memory {
    path: AbsPath,
    contents: Mutex<Contents>,
}

struct Contents {
    answers: BTreeMap<String, String>,
    changed: bool,
}

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    answers: BTreeMap<String, String>,
}

impl Memory {
    pub(super) fn load(cache: &AbsPath) -> Self {
        let path = cache.join("probes.json");
        let file = fs_err::read(&path).ok().and_then(|bytes| serde_json::from_slice::<File>(&bytes).ok());
        let answers = file.filter(|file| file.format == FORMAT).map(|file| file.answers).unwrap_or_default();
        Self { path, contents: Mutex::new(Contents { answers, changed: false }) }
    }

    pub(super) fn recall(&self, identity: &str) -> Option<String> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner).answers.get(identity).cloned()
    }

    pub(super) fn remember(&self, identity: String, answer: &str) {
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        if contents.answers.len() >= MOST_ANSWERS {
            contents.answers.clear();
        }
        contents.answers.insert(identity, answer.to_owned());
        contents.changed = true;
    }

    pub(super) fn save(self) {
        let contents = self.contents.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !contents.changed {
            return;
        }
        let file = File { format: FORMAT, answers: contents.answers };
        if let Ok(bytes) = serde_json::to_vec_pretty(&file) {
            let _forgotten = write_whole(self.path.as_path(), &bytes);
        }
    }
}
