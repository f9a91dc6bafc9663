//! `go.sum` against `go.mod`.

use std::collections::BTreeSet;

use conjoin_diagnostics::list_with;
use conjoin_plan::{Complaint, ProbeResults, Project};

use super::stale;
use crate::go_mod::directives;

/// What is out of date: the modules of which `go.sum` has no hash.
pub(crate) fn examine(project: &Project, probed: &ProbeResults) -> Vec<Complaint> {
    let text = |name: &str| probed.text(&project.dir.join(name)).unwrap_or_default();
    let sums: BTreeSet<(&str, &str)> = text("go.sum").lines().filter_map(entry).collect();
    let missing: Vec<String> = required(text("go.mod"))
        .into_iter()
        .filter(|(module, version)| !sums.contains(&(module.as_str(), version.as_str())))
        .map(|(module, version)| format!("{module} {version}"))
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let what = format!("it is missing {}, which go.mod requires", list_with("and", &missing));
    vec![stale(project.dir.join("go.sum"), what, "`go mod tidy`")]
}

/// Module and version of a line of `go.sum`.
fn entry(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?.trim_end_matches("/go.mod")))
}

/// The modules that are downloaded: what is required, or what replaces it, but no folders.
fn required(text: &str) -> Vec<(String, String)> {
    let lines = directives(text);
    let replaced: Vec<(&str, &[String])> = lines
        .iter()
        .filter(|words| words[0] == "replace")
        .filter_map(|words| {
            let arrow = words.iter().position(|word| word == "=>")?;
            Some((words.get(1)?.as_str(), words.get(arrow + 1..)?))
        })
        .collect();
    let requires = lines.iter().filter(|words| words[0] == "require" && words.len() >= 3);
    requires
        .filter_map(|words| match replaced.iter().find(|(module, _)| *module == words[1]) {
            None => Some((words[1].clone(), words[2].clone())),
            Some((_, [module, version, ..])) => Some((module.clone(), version.clone())),
            Some(_) => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use conjoin_plan::{AbsPath, ProbeResults, Project};

    use super::examine;

    #[test]
    fn modules_without_a_hash_are_named_but_no_folders() {
        let path = |text: &str| AbsPath::new(text).unwrap();
        let go_mod = "module example.com/a\n\ngo 1.26\n\nrequire example.com/one v1.0.0 // indirect\n\
                      require (\n\texample.com/two v1.2.0\n\texample.com/three v1.3.0\n\texample.com/four v1.0.0\n)\n\
                      replace example.com/three => ../three\nreplace example.com/four v1.0.0 => example.com/fork v1.1.0\n";
        let project = Project { dir: path("/app/log"), app: path("/app"), world: "log".to_owned() };
        let mut probed = ProbeResults::default();
        probed.texts.insert(path("/app/log/go.mod"), go_mod.to_owned());
        let said =
            |probed: &ProbeResults| examine(&project, probed).into_iter().map(|one| one.what).collect::<Vec<_>>();
        let all = "it is missing `example.com/one v1.0.0`, `example.com/two v1.2.0` and `example.com/fork v1.1.0`, which go.mod requires";
        assert_eq!(said(&probed), [all]);
        let sums = "example.com/one v1.0.0 h1:x=\nexample.com/one v1.0.0/go.mod h1:x=\nexample.com/two v1.2.0/go.mod h1:y=\n\
                    example.com/fork v1.1.0 h1:z=\n";
        probed.texts.insert(path("/app/log/go.sum"), sums.to_owned());
        assert_eq!(said(&probed), [""; 0]);
    }
}
