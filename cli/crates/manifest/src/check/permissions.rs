//! The `permissions` of a component.

use conjoin_policy::Origin;

use super::{
    findings::{Findings, with_choices},
    values::{Inside, check_path, spanned},
};
use crate::{
    Access, Directory, PermissionValue, Permissions, Spanned,
    raw::Table,
    raw_permissions::{RawDirectory, RawPermission, RawPermissions},
};

/// The kinds of access to a folder, as they are written.
pub(crate) const ACCESSES: [(&str, Access); 2] = [("read", Access::Read), ("read-write", Access::ReadWrite)];

/// The permissions; what is wrong is reported and left out.
pub(super) fn check_permissions(findings: &mut Findings<'_>, raw: &RawPermissions) -> Permissions {
    let mut values = Vec::new();
    for (permission, value) in &raw.0 {
        let value = match value {
            RawPermission::Switch(false) => continue,
            RawPermission::Switch(true) => PermissionValue::Switch,
            RawPermission::Variables(names) => {
                PermissionValue::Variables(names.iter().filter_map(|name| check_env(findings, name)).collect())
            }
            RawPermission::Folders(folders) => PermissionValue::Folders(check_directories(findings, folders)),
            RawPermission::Origins(origins) => {
                PermissionValue::Origins(origins.iter().filter_map(|origin| check_outbound(findings, origin)).collect())
            }
        };
        values.push((*permission, value));
    }
    Permissions::new(values)
}

fn check_env(findings: &mut Findings<'_>, raw: &toml::Spanned<String>) -> Option<Spanned<String>> {
    let name = raw.get_ref();
    let first = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if first && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Some(spanned(raw, name.clone()));
    }
    let message = format!("`{}` is not the name of an environment variable", name.escape_debug());
    let diagnostic = findings.at("manifest::bad-env", message, raw.span(), "letters, digits and `_`, no digit first");
    let hint = match name.split_once('=') {
        Some((name, _)) => {
            format!("write the name alone, `{name}`; the value comes from the environment of `conjoin run`")
        }
        None => "name each variable that the component may see, such as `LOG_LEVEL`".to_owned(),
    };
    findings.report(diagnostic.hint(hint));
    None
}

fn check_directories(findings: &mut Findings<'_>, raw: &[toml::Spanned<Table<RawDirectory>>]) -> Vec<Directory> {
    let mut directories: Vec<(Directory, std::ops::Range<usize>)> = Vec::new();
    for table in raw {
        let Some((directory, at)) = check_directory(findings, table) else { continue };
        if let Some((_, first)) = directories.iter().find(|(other, _)| other.at == directory.at) {
            let message = format!("two folders are to be seen at `{}`", directory.at);
            let diagnostic = findings.at("manifest::duplicate-directory", message, at, "the second folder");
            let diagnostic = findings.and_at(diagnostic, first.clone(), "the first folder");
            findings.report(diagnostic.hint("give each folder its own `at`"));
        } else {
            directories.push((directory, at));
        }
    }
    directories.into_iter().map(|(directory, _)| directory).collect()
}

fn check_directory(
    findings: &mut Findings<'_>,
    raw: &toml::Spanned<Table<RawDirectory>>,
) -> Option<(Directory, std::ops::Range<usize>)> {
    let table = raw.get_ref();
    let owner = "this directory";
    let path = findings.required(table.path.as_ref(), raw.span(), owner, "path = \"data\"");
    let path = path.and_then(|path| check_path(findings, path, Inside::App));
    let at = findings.required(table.at.as_ref(), raw.span(), owner, "at = \"/data\"");
    let at = at.and_then(|at| Some((check_at(findings, at)?, at.span())));
    let access = findings.required(table.access.as_ref(), raw.span(), owner, "access = \"read\"");
    let access = access.and_then(|access| check_access(findings, access));
    let (at, place) = at?;
    Some((Directory { path: path?, at, access: access? }, place))
}

/// The absolute path at which a component sees a folder, without a `/` at its end.
fn check_at(findings: &mut Findings<'_>, raw: &toml::Spanned<String>) -> Option<String> {
    let text = raw.get_ref();
    let trimmed = text.trim_end_matches('/');
    let clean = trimmed.split('/').skip(1).all(|part| !matches!(part, "" | "." | ".."));
    if text.starts_with('/') && clean && !text.chars().any(char::is_control) {
        return Some(if trimmed.is_empty() { "/".to_owned() } else { trimmed.to_owned() });
    }
    let message = format!("`{}` is not a place where a component can see a folder", text.escape_debug());
    let diagnostic =
        findings.at("manifest::bad-directory", message, raw.span(), "an absolute path without `.` and `..`");
    findings.report(diagnostic.hint("write the path as the component's code uses it, such as `/data`"));
    None
}

fn check_access(findings: &mut Findings<'_>, raw: &toml::Spanned<String>) -> Option<Access> {
    if let Some((_, access)) = ACCESSES.iter().find(|(name, _)| name == raw.get_ref()) {
        return Some(*access);
    }
    let diagnostic = findings.at("manifest::bad-access", format!("unknown access `{}`", raw.get_ref()), raw.span(), "");
    let diagnostic = with_choices(diagnostic, "kinds of access", raw.get_ref(), ACCESSES.map(|(name, _)| name));
    findings.report(if diagnostic.hints.is_empty() {
        diagnostic.hint("write `access = \"read\"`, or `access = \"read-write\"` where it has to change files, too")
    } else {
        diagnostic
    });
    None
}

fn check_outbound(findings: &mut Findings<'_>, raw: &toml::Spanned<String>) -> Option<Spanned<Origin>> {
    let why = match Origin::parse(raw.get_ref()) {
        Ok(origin) => return Some(spanned(raw, origin)),
        Err(why) => why,
    };
    let message = format!("`{}` is not an origin: {why}", raw.get_ref().escape_debug());
    let diagnostic = findings.at("manifest::bad-origin", message, raw.span(), "where requests may go");
    findings.report(
        diagnostic
            .hint("an origin is `https://host`, `https://host:8443`, or `https://*.example.com` for all hosts below"),
    );
    None
}
