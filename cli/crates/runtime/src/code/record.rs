//! The record beside a file of native code: its size, its hash, and the file's metadata when the hash was last
//! verified. A file that did not change since is not hashed again.

use std::{fmt::Write as _, fs::Metadata, os::unix::fs::MetadataExt as _};

const HEAD: &str = "conjoin-code 1";

/// The identity of a file: its device, inode, size, and the times when its content and its attributes were last
/// changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ');
        let identity = Self {
            device: numbers.next()?.parse().ok()?,
            inode: numbers.next()?.parse().ok()?,
            size: numbers.next()?.parse().ok()?,
            modified: (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?),
            changed: (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?),
        };
        numbers.next().is_none().then_some(identity)
    }

    fn render(&self) -> String {
        let Self { device, inode, size, modified, changed } = self;
        format!("{device} {inode} {size} {} {} {} {}", modified.0, modified.1, changed.0, changed.1)
    }
}

/// The hash of a file, and its identity when it had that hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) hash: blake3::Hash,
    pub(crate) file: Identity,
}

impl Record {
    /// Whether the recorded file has this size.
    pub(crate) fn has_size(&self, size: u64) -> bool {
        self.file.size == size
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEAD {
            return None;
        }
        let hash = blake3::Hash::from_hex(lines.next()?.strip_prefix("blake3 ")?).ok()?;
        let file = Identity::parse(lines.next()?.strip_prefix("file ")?)?;
        lines.next().is_none().then_some(Self { hash, file })
    }

    pub(crate) fn render(&self) -> String {
        let mut text = format!("{HEAD}\n");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "blake3 {}", self.hash.to_hex());
        let _ = writeln!(text, "file {}", self.file.render());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let identity = Identity { device: 1, inode: 2, size: 3, modified: (4, 5), changed: (-6, 7) };
        let record = Record { hash: blake3::hash(b"x"), file: identity };
        assert_eq!(Record::parse(&record.render()), Some(record.clone()));
        assert_eq!(Record::parse(""), None);
        assert_eq!(Record::parse(&record.render()[1..]), None);
        assert_eq!(Record::parse(&format!("{}more\n", record.render())), None);
        assert_eq!(Record::parse(&record.render().replace(" -6", "")), None);
    }
}
