//! The cache folder, checked before anything in it is used.
//!
//! conjoin runs compilers and native code from the cache folder, so anybody who can change it decides what runs. A
//! [`CacheRoot`] exists only if the folder, and every folder and link on its path, belong to this user or to root and
//! are not writable by others. Folders with the sticky bit, such as `/tmp`, may be writable by others, because they
//! cannot rename files of other owners. If the cache folder is a link, it is followed if its owner is trusted and its
//! target passes the same check. Missing folders are created for this user alone.

use std::{
    ffi::OsString,
    fs::Metadata,
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Component, Path, PathBuf},
};

use conjoin_diagnostics::Diagnostic;
use conjoin_plan::{AbsPath, Layout, Profile};

use crate::{exit::CommandError, process_context::ProcessContext};

/// The mode bits that let group or others write.
const OTHERS_WRITE: u32 = 0o022;

/// The mode bit that lets only the owner of a file rename or remove it.
const STICKY: u32 = 0o1000;

/// The largest number of links on a path, as in the kernel.
const MOST_LINKS: usize = 40;

/// A path that cannot exist, because it is below a file.
const NOWHERE: &str = "/dev/null/no-cache-folder";

/// The hint if the folder cannot be used.
const ANOTHER_FOLDER: &str = "set CONJOIN_CACHE to a folder that belongs to you and that nobody else can write to";

/// A cache folder that only this user and root can change.
#[derive(Clone, Debug)]
pub(crate) struct CacheRoot(AbsPath);

impl CacheRoot {
    /// Finds the cache folder, checks it, and creates it if it does not exist.
    ///
    /// It is `$CONJOIN_CACHE`, or else `$XDG_CACHE_HOME/conjoin`, or else `$HOME/.cache/conjoin`.
    ///
    /// # Errors
    ///
    /// None of these variables is set, other users could change the folder's contents, or it cannot be created.
    pub(crate) fn open(environment: &ProcessContext) -> Result<Self, CommandError> {
        Self::checked(environment).map_err(|diagnostic| CommandError::environment(vec![diagnostic]))
    }

    /// Finds the cache folder for a command that does not require it. If it cannot be used, gives a path at which
    /// nothing can exist, and the reason.
    pub(crate) fn open_if_usable(environment: &ProcessContext) -> (Self, Option<Diagnostic>) {
        match Self::checked(environment) {
            Ok(root) => (root, None),
            Err(diagnostic) => (Self(environment.absolute(Path::new(NOWHERE))), Some(diagnostic)),
        }
    }

    /// The layout for the app in the folder `app`, built with `profile`.
    pub(crate) fn layout(&self, app: AbsPath, profile: Profile) -> Layout {
        Layout { app, cache: self.0.clone(), profile }
    }

    fn checked(environment: &ProcessContext) -> Result<Self, Diagnostic> {
        let folder = environment.cache_folder().ok_or_else(not_named)?;
        let user = User::current();
        let examined = match examine(folder.as_path(), &user) {
            Ok(Found::Nothing) => create(folder.as_path()).and_then(|()| examine(folder.as_path(), &user)),
            examined => examined,
        };
        match examined {
            Ok(Found::Folder) => Ok(Self(folder)),
            Ok(Found::Nothing) => Err(refused(&folder, &Refusal::Gone)),
            Err(refusal) => Err(refused(&folder, &refusal)),
        }
    }
}

/// What exists at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// A folder that is safe to use.
    Folder,
    /// Nothing, but only this user and root can create something there.
    Nothing,
}

/// The role of a file on the path of the cache folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The cache folder itself.
    Root,
    /// A folder above it.
    Above,
    /// A link on its path.
    Link,
}

/// Why the folder cannot be used.
#[derive(Debug)]
enum Refusal {
    NotAFolder { path: PathBuf },
    OtherOwner { path: PathBuf, owner: u32, user: u32 },
    OthersWrite { path: PathBuf, mode: u32 },
    TooManyLinks,
    Unreadable(io::Error),
    Uncreatable(io::Error),
    Gone,
}

/// The user who runs conjoin.
#[derive(Clone, Copy, Debug)]
struct User {
    id: u32,
    /// The id that stands for all users without an id in this user namespace; `None` outside of user namespaces.
    unmapped: Option<u32>,
}

impl User {
    fn current() -> Self {
        Self { id: rustix::process::geteuid().as_raw(), unmapped: unmapped_user() }
    }

    /// Why a file with this owner and mode cannot have this role, if so.
    fn refuse(self, path: &Path, (owner, mode): (u32, u32), role: Role) -> Option<Refusal> {
        let path = || path.to_owned();
        // In a user namespace, the system's folders belong to a user without an id there. No user inside has that id.
        let is_system = role != Role::Root && self.unmapped == Some(owner);
        if owner != self.id && owner != 0 && !is_system {
            return Some(Refusal::OtherOwner { path: path(), owner, user: self.id });
        }
        let is_open = match role {
            Role::Root => mode & OTHERS_WRITE != 0,
            Role::Above => mode & OTHERS_WRITE != 0 && mode & STICKY == 0,
            // The mode of a link has no meaning.
            Role::Link => false,
        };
        is_open.then(|| Refusal::OthersWrite { path: path(), mode: mode & 0o7777 })
    }
}

/// The id of the user who stands for all unmapped users in this user namespace.
fn unmapped_user() -> Option<u32> {
    let map = fs_err::read_to_string("/proc/self/uid_map").ok()?;
    let is_whole = map.split_whitespace().eq(["0", "0", "4294967295"]);
    let number = || fs_err::read_to_string("/proc/sys/kernel/overflowuid").ok()?.trim().parse().ok();
    if is_whole { None } else { number() }
}

/// Resolves `path` as the system does, and checks every folder and link on it.
fn examine(path: &Path, user: &User) -> Result<Found, Refusal> {
    let mut at = PathBuf::from("/");
    let mut rest: Vec<OsString> = Vec::new();
    let mut links = 0;
    push_parts(path, &mut at, &mut rest);
    judge(&at, &look(&at)?, user, Role::Above)?;
    while let Some(part) = rest.pop() {
        if part == ".." {
            at.pop();
            continue;
        }
        let next = at.join(part);
        let metadata = match fs_err::symlink_metadata(&next) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            found => found.map_err(Refusal::Unreadable)?,
        };
        if metadata.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err(Refusal::TooManyLinks);
            }
            judge(&next, &metadata, user, Role::Link)?;
            push_parts(&fs_err::read_link(&next).map_err(Refusal::Unreadable)?, &mut at, &mut rest);
        } else {
            judge(&next, &metadata, user, if rest.is_empty() { Role::Root } else { Role::Above })?;
            at = next;
        }
    }
    judge(&at, &look(&at)?, user, Role::Root)?;
    Ok(Found::Folder)
}

/// Pushes the parts of `path` in front of the remaining ones. An absolute `path` starts again at `/`.
fn push_parts(path: &Path, at: &mut PathBuf, rest: &mut Vec<OsString>) {
    if path.is_absolute() {
        *at = PathBuf::from("/");
    }
    let parts = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    rest.extend(parts.rev().map(|part| part.as_os_str().to_owned()));
}

fn look(path: &Path) -> Result<Metadata, Refusal> {
    fs_err::symlink_metadata(path).map_err(Refusal::Unreadable)
}

fn judge(path: &Path, metadata: &Metadata, user: &User, role: Role) -> Result<(), Refusal> {
    if role != Role::Link && !metadata.is_dir() {
        return Err(Refusal::NotAFolder { path: path.to_owned() });
    }
    user.refuse(path, (metadata.uid(), metadata.mode()), role).map_or(Ok(()), Err)
}

/// Creates the folder and missing folders above it, for this user alone.
fn create(folder: &Path) -> Result<(), Refusal> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Refusal::Uncreatable)
}

fn not_named() -> Diagnostic {
    Diagnostic::error("machine::no-cache-folder", "there is no folder for the cache")
        .note("none of the variables CONJOIN_CACHE, XDG_CACHE_HOME and HOME is set to an absolute path")
        .hint(ANOTHER_FOLDER)
}

fn refused(folder: &AbsPath, refusal: &Refusal) -> Diagnostic {
    let unsafe_folder = |why: String| {
        Diagnostic::error("machine::unsafe-cache-folder", format!("the cache folder `{folder}` is not safe to use"))
            .note(why)
            .note("conjoin runs compilers and native code from this folder, so nobody else may be able to change it")
    };
    let unusable = |why: String| {
        Diagnostic::error("machine::cache-folder", format!("the cache folder `{folder}` cannot be used")).note(why)
    };
    match refusal {
        Refusal::OtherOwner { path, owner, user } => {
            unsafe_folder(format!("`{}` belongs to the user {owner}; conjoin runs as the user {user}", path.display()))
        }
        Refusal::OthersWrite { path, mode } => {
            let diagnostic =
                unsafe_folder(format!("other users can write to `{}`: its mode is {mode:04o}", path.display()));
            if mode & STICKY == 0 {
                let quoted = conjoin_plan::quote(path.as_os_str());
                diagnostic.hint(format!("`chmod go-w {quoted}` keeps others out, if nobody has been in it yet"))
            } else {
                diagnostic
            }
        }
        Refusal::NotAFolder { path } => unusable(format!("`{}` is not a folder", path.display())),
        Refusal::TooManyLinks => unusable("its path leads through too many links".to_owned()),
        Refusal::Unreadable(error) => unusable(error.to_string()),
        Refusal::Uncreatable(error) => unusable(format!("it cannot be created: {error}")),
        Refusal::Gone => unusable("it was removed while conjoin looked at it".to_owned()),
    }
    .hint(ANOTHER_FOLDER)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// A folder that belongs to this user and that nobody else can enter.
    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn set_mode(path: &Path, mode: u32) {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("our own folder");
    }

    fn examined(path: &Path) -> String {
        format!("{:?}", examine(path, &User::current()))
    }

    #[test]
    fn only_this_user_and_root_may_own_what_is_on_the_way() {
        let user = User { id: 1000, unmapped: None };
        let is_refused = |owner, mode, role| user.refuse(Path::new("/x"), (owner, mode), role).is_some();
        for role in [Role::Root, Role::Above, Role::Link] {
            assert!(!is_refused(1000, 0o700, role) && !is_refused(0, 0o755, role), "{role:?}");
            assert!(is_refused(1001, 0o700, role) && is_refused(65534, 0o700, role), "{role:?}");
        }
        let root = User { id: 0, unmapped: None };
        assert!(root.refuse(Path::new("/x"), (1000, 0o700), Role::Root).is_some());
    }

    #[test]
    fn only_a_folder_above_with_the_sticky_bit_may_be_open_to_others() {
        let user = User { id: 1000, unmapped: None };
        for (mode, role, refused) in [
            (0o770, Role::Root, true),
            (0o702, Role::Root, true),
            (0o1777, Role::Root, true),
            (0o755, Role::Root, false),
            (0o775, Role::Above, true),
            (0o777, Role::Above, true),
            (0o1777, Role::Above, false),
            (0o777, Role::Link, false),
        ] {
            assert_eq!(user.refuse(Path::new("/x"), (0, mode), role).is_some(), refused, "{mode:o} {role:?}");
        }
    }

    #[test]
    fn in_a_user_namespace_folders_above_may_belong_to_users_outside_of_it() {
        let user = User { id: 0, unmapped: Some(65534) };
        assert!(user.refuse(Path::new("/"), (65534, 0o755), Role::Above).is_none());
        assert!(user.refuse(Path::new("/"), (65534, 0o777), Role::Above).is_some());
        assert!(user.refuse(Path::new("/x"), (65534, 0o700), Role::Root).is_some());
    }

    #[test]
    fn every_folder_on_the_way_is_judged() {
        let home = folder();
        let root = home.path().join("above/cache");
        assert_eq!(examined(&root), "Ok(Nothing)");
        create(&root).expect("a new folder");
        for created in [&root, &home.path().join("above")] {
            assert_eq!(look(created).expect("it is there").mode() & 0o777, 0o700);
        }
        assert_eq!(examined(&root), "Ok(Folder)");
        for open in [&root, &home.path().join("above")] {
            set_mode(open, 0o777);
            assert!(examined(&root).starts_with("Err(OthersWrite"), "{}", open.display());
            set_mode(open, 0o700);
        }
        fs_err::write(home.path().join("file"), "").expect("a file");
        assert!(examined(&home.path().join("file")).starts_with("Err(NotAFolder"));
        assert!(examined(&home.path().join("file/cache")).starts_with("Err(NotAFolder"));
    }

    #[test]
    fn a_link_is_followed_and_all_it_leads_through_is_judged() {
        let home = folder();
        let at = |name: &str| home.path().join(name);
        fs_err::create_dir(at("open")).expect("a folder");
        fs_err::create_dir(at("open/cache")).expect("a folder");
        symlink("open/../open/cache", at("link")).expect("a link");
        assert_eq!(examined(&at("link")), "Ok(Folder)");
        set_mode(&at("open"), 0o777);
        assert!(examined(&at("link")).starts_with("Err(OthersWrite"));
        symlink(at("open"), at("folder")).expect("a link");
        assert!(examined(&at("folder/cache")).starts_with("Err(OthersWrite"));
        symlink("round", at("round")).expect("a link");
        assert!(examined(&at("round")).starts_with("Err(TooManyLinks"));
        // `..` at the end leads to a folder that was only seen from below.
        fs_err::create_dir(at("below")).expect("a folder");
        symlink("below/..", at("up")).expect("a link");
        set_mode(home.path(), 0o1777);
        assert!(examined(&at("up")).starts_with("Err(OthersWrite"));
    }
}
