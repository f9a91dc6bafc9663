//! From the permissions of a manifest to the grants of a composition.

use std::{collections::BTreeMap, sync::Arc};

use conjoin_diagnostics::Source;
use conjoin_manifest::ComponentName;
use conjoin_plan::{AbsPath, HostValues, grants, wire};
use conjoin_policy::{CLOCKS, DIRECTORIES, Directory, ENV, Granted, Grants, OUTBOUND_HTTP, Origin, STDIO};

const MANIFEST: &str = r#"
conjoin = 1

[app]
name = "shop"

[component.gateway]
language = "rust"
permissions.stdio = true
permissions.env = ["TOKEN", "UNSET"]
permissions.directories = [{ path = "data", at = "/data", access = "read" }]
permissions.outbound-http = ["https://a.example", "https://b.example"]

[component.pricing]
language = "rust"
permissions.clocks = true
permissions.env = ["TOKEN", "LEVEL"]
permissions.directories = [{ path = "data", at = "/data", access = "read-write" }]
permissions.outbound-http = ["https://b.example"]

[component.stranger]
language = "rust"
permissions.random = true
permissions.env = ["SECRET"]
"#;

const WIT: &str = "\
package shop:api;

interface prices {
  quote: func() -> u32;
}

world gateway {
  import prices;
  export hello: func() -> u32;
}

world pricing {
  export prices;
}

world stranger {
  export bye: func();
}
";

fn folder(write: bool) -> Granted {
    Granted::Folders(vec![Directory { path: "/shop/data".into(), at: "/data".to_owned(), write }])
}

fn variables(pairs: &[(&str, &str)]) -> Granted {
    Granted::Variables(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn origins(texts: &[&str]) -> Granted {
    Granted::Origins(texts.iter().map(|text| Origin::parse(text).expect("an origin")).collect())
}

#[test]
fn members_have_their_own_grants_and_the_composition_has_all_of_them() {
    let source = |name: &str, text: &str| Arc::new(Source::new(name.to_owned(), text.to_owned()));
    let manifest =
        conjoin_manifest::parse(&source("conjoin.toml", MANIFEST), &conjoin_toolchains::all().languages()).unwrap();
    let wit = conjoin_wit::parse(&[source("wit/shop.wit", WIT)], "wit").unwrap();
    let app = AbsPath::new("/shop").expect("an absolute path");
    let wiring = wire(&manifest, &wit, &app, &BTreeMap::new()).unwrap();
    let set = [("TOKEN", "t"), ("LEVEL", ""), ("SECRET", "s"), ("HOME", "/home")];
    let set = set.map(|(name, value)| (name.into(), value.into())).into();
    let host = HostValues { app: &app, variables: &set };
    let granted = grants(&manifest, &wiring, &ComponentName::parse("gateway").unwrap(), host);

    let pricing = Grants::switches(&[&CLOCKS])
        .with(&ENV, variables(&[("LEVEL", ""), ("TOKEN", "t")]))
        .with(&DIRECTORIES, folder(true))
        .with(&OUTBOUND_HTTP, origins(&["https://b.example"]));
    let gateway = Grants::switches(&[&STDIO])
        .with(&ENV, variables(&[("TOKEN", "t")]))
        .with(&DIRECTORIES, folder(false))
        .with(&OUTBOUND_HTTP, origins(&["https://a.example", "https://b.example"]));
    let found: Vec<_> = granted.members.iter().map(|member| (member.component.as_str(), &member.grants)).collect();
    assert_eq!(found, [("pricing", &pricing), ("gateway", &gateway)]);
    assert_eq!(granted.union(), Grants::union([&pricing, &gateway]));
}
