//! Adding a component to manifests of every style: the result means what it should, and what was there stays as it was.

use std::sync::Arc;

use conjoin_diagnostics::Source;
use conjoin_manifest::{insert, parse};
use toml::{Table, Value};

/// What a template renders.
const ADDITION: &str = "[component.rules]
language = \"javascript\"                 # why
permissions.random = true

[[trigger.http]]
route = \"/rules/...\"
component = \"rules\"
";

const HEAD: &str = "conjoin = 1 # the format\n\n[app]\nname = 'shop' # a literal\n";

/// Ways to write a component called `gateway`.
const COMPONENTS: [&str; 9] = [
    "\n[component.gateway] # a comment\nlanguage = \"rust\"\npermissions.stdio = true\n",
    "\n[component]\ngateway.language = \"rust\"\n",
    "\n[component]\ngateway = { language = \"rust\" }\n# the last word\n",
    "\n[component.\"gateway\"]\nlanguage = \"\"\"rust\"\"\"\n[component.gateway.permissions]\nstdio = true\n",
    "component = { gateway = { language = \"rust\" } }\n",
    "component = { gateway.language = \"rust\", gateway.permissions.stdio = true } # here\n",
    "component = {\n  gateway = { language = \"rust\" }, # with a comma\n}\n",
    "component = {\n  # nothing\n\tgateway.language = \"rust\" # without\n}\n",
    "component.gateway.language = \"rust\"\ncomponent.gateway.permissions.stdio = true\n",
];

/// Ways to write a trigger of `gateway`.
const TRIGGERS: [&str; 10] = [
    "",
    "\n[[trigger.http]]\nroute = \"/...\"\ncomponent = \"gateway\" # ü\n",
    "\n[trigger]\nhttp = [{ route = \"/...\", component = \"gateway\" }]\n",
    "\n[trigger]\nhttp = [\n    { route = \"/...\", component = \"gateway\" }, # the first\n]\n",
    "\n[trigger]\nhttp = [\n    { route = \"/...\", component = \"gateway\" } # no comma\n    # nor here\n  ]\n",
    "\n[trigger]\nhttp = [ ] # none yet\n",
    "trigger = { http = [ { route = \"/...\", component = \"gateway\" }, ] }\n",
    "trigger = { command = [ { component = \"gateway\" } ] }\n",
    "trigger = {}\n",
    "trigger.http = [{ route = \"/...\", component = \"gateway\" }]\n",
];

/// A manifest of these two; what has no header must stand before the first one.
fn manifest(component: &str, trigger: &str) -> String {
    let (below, above): (Vec<&str>, Vec<&str>) =
        [component, trigger].into_iter().partition(|text| text.is_empty() || text.starts_with('\n'));
    let (format, app) = HEAD.split_at(HEAD.find('\n').expect("a line") + 1);
    format!("{format}{}{app}{}", above.concat(), below.concat())
}

/// The two as tables, joined.
fn expected(text: &str, addition: &str) -> Table {
    let mut table: Table = text.trim_start_matches('\u{feff}').parse().expect("TOML");
    let addition: Table = addition.parse().expect("TOML");
    for (key, added) in addition {
        let Value::Table(added) = added else { panic!("{key} is a table") };
        let entry = table.entry(key).or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(entry) = entry else { panic!("a table") };
        for (name, value) in added {
            match (entry.get_mut(&name), value) {
                (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
                (None, value) => drop(entry.insert(name, value)),
                (Some(_), _) => panic!("{name} is there already"),
            }
        }
    }
    table
}

/// Whether `new` is `old` with something inserted.
fn keeps_everything(old: &str, new: &str) -> bool {
    let mut rest = new.bytes();
    old.bytes().all(|byte| rest.any(|other| other == byte))
}

/// The lines of `old` that are not in `new` as they were, in their order.
fn changed_lines<'a>(old: &'a str, new: &str) -> Vec<&'a str> {
    let mut lines = new.split('\n');
    let mut changed = Vec::new();
    for line in old.split('\n').filter(|line| !line.is_empty()) {
        let mut ahead = lines.clone();
        if ahead.any(|other| other == line) { lines = ahead } else { changed.push(line) }
    }
    changed
}

fn check(text: &str, addition: &str) -> String {
    let new = insert(text, addition).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let table = new.trim_start_matches('\u{feff}').parse::<Table>();
    let table = table.unwrap_or_else(|error| panic!("{error}\n--- from\n{text}\n--- to\n{new}"));
    assert_eq!(table, expected(text, addition), "--- from\n{text}\n--- to\n{new}");
    assert!(keeps_everything(text, &new), "--- from\n{text}\n--- to\n{new}");
    assert!(changed_lines(text, &new).len() <= 2, "{:?}\n--- from\n{text}\n--- to\n{new}", changed_lines(text, &new));
    assert!(
        !text.contains("\r\n") || new.matches('\n').count() == new.matches("\r\n").count(),
        "mixed line ends: {new}"
    );
    new
}

#[test]
fn every_style_keeps_what_was_there_and_means_what_it_should() {
    for component in COMPONENTS {
        for trigger in TRIGGERS {
            let text = manifest(component, trigger);
            for end in [&text[..], text.trim_end(), &(text.clone() + "\n\n"), &(text.clone() + "# the end")] {
                for text in [end.to_owned(), end.replace('\n', "\r\n"), format!("\u{feff}{end}")] {
                    let new = check(&text, ADDITION);
                    let manifest = parse(
                        &Arc::new(Source::new("conjoin.toml", new.clone())),
                        &conjoin_toolchains::all().languages(),
                    );
                    let manifest = manifest.unwrap_or_else(|error| panic!("{error:#?}\n{new}"));
                    assert_eq!(manifest.components.len(), 2);
                    // And once more: what was inserted can be continued.
                    check(&new, &ADDITION.replace("rules", "more-rules"));
                }
            }
        }
    }
}

#[test]
fn an_app_without_components_gets_its_first_one() {
    let new = check(HEAD, ADDITION);
    assert_eq!(new, format!("{HEAD}\n{ADDITION}"));
    assert!(parse(&Arc::new(Source::new("conjoin.toml", new)), &conjoin_toolchains::all().languages()).is_ok());
}

#[test]
fn tables_are_appended_as_they_are_written() {
    let text = manifest(COMPONENTS[0], TRIGGERS[1]);
    assert_eq!(check(&text, ADDITION), format!("{text}\n{ADDITION}"));
    assert_eq!(check(&text.replace('\n', "\r\n"), ADDITION), format!("{text}\n{ADDITION}").replace('\n', "\r\n"));
}

#[test]
fn a_table_keeps_its_comments_where_another_one_of_the_addition_goes_inline() {
    let addition =
        format!("# above\n{}", ADDITION.replace("\n[[", "\n[component.rules.limits] # of memory\n\n# free\n[["));
    let (component, trigger) = addition.split_at(addition.find("\n# free").expect("a comment"));
    let text = manifest(COMPONENTS[0], TRIGGERS[6]);
    assert!(check(&text, &addition).ends_with(&format!("\n\n{component}")), "{}", check(&text, &addition));
    let text = manifest(COMPONENTS[4], TRIGGERS[1]);
    assert!(check(&text, &addition).ends_with(&format!("\n{trigger}")), "{}", check(&text, &addition));
}

#[test]
fn an_item_of_its_own_line_gets_a_line_and_comments_stay_where_they_are() {
    let new = check(&manifest(COMPONENTS[6], TRIGGERS[4]), ADDITION);
    assert!(
        new.contains("# with a comma\n  rules = { language = \"javascript\", permissions = { random = true } },\n}"),
        "{new}"
    );
    assert!(
        new.contains(
            "\"gateway\" }, # no comma\n    { route = \"/rules/...\", component = \"rules\" }\n    # nor here"
        ),
        "{new}"
    );
}

#[test]
fn a_byte_order_mark_and_line_ends_stay_where_a_list_is_edited() {
    let text = manifest(COMPONENTS[6], TRIGGERS[4]).replace('\n', "\r\n");
    let new = check(&format!("\u{feff}{text}"), &ADDITION.replace('\n', "\r\n"));
    assert!(new.starts_with("\u{feff}conjoin = 1 # the format\r\ncomponent = {\r\n  gateway = {"), "{new}");
    assert!(new.contains("# with a comma\r\n  rules = { language"), "{new}");
    let new = check(text.trim_end(), ADDITION);
    assert!(new.ends_with("\r\n  ]"), "{new}");
}

#[test]
fn what_cannot_be_added_is_refused_with_the_reason() {
    let refused = |text: &str, addition: &str| insert(text, addition).expect_err("it cannot be added");
    assert_eq!(refused(HEAD, "[app]\nname = \"other\""), "`app` is neither a component nor a trigger");
    assert_eq!(refused(HEAD, "[component]\nrules = 1"), "`component.rules` is not a table");
    assert_eq!(refused(HEAD, "[trigger.http]\nroute = \"/\""), "`trigger.http` is not an array of tables");
    assert_eq!(refused("component = { rules = {} }", ADDITION), "`component.rules` is declared already");
    assert_eq!(refused("trigger = { http = 1 }", ADDITION), "`trigger.http` is not an array");
    let apart = "component = { a.language = \"rust\", b = {}, a.world = \"w\" }";
    assert_eq!(
        refused(apart, ADDITION),
        "dotted keys of one inline table stand apart from each other; write them next to each other"
    );
    for (text, addition) in [(HEAD, "[component"), ("conjoin = ", ADDITION), ("component = {", ADDITION)] {
        assert!(insert(text, addition).is_err_and(|reason| !reason.is_empty()), "{text} {addition}");
    }
}
