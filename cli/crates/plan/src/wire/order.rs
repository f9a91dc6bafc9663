//! Orders a graph of components, each after those it imports from, or finds the cycle that makes this impossible.

use std::{collections::BTreeMap, slice};

use conjoin_manifest::ComponentName;

/// The components that each component imports from, each once.
pub(super) type Providers = BTreeMap<ComponentName, Vec<ComponentName>>;

/// The result of a walk from some components along their imports.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Walk<'a> {
    /// All reached components, each once and after those it imports from.
    pub(super) order: Vec<&'a ComponentName>,
    /// The first cycle that was met, if there is one. Its last component is the first again.
    pub(super) cycle: Option<Vec<&'a ComponentName>>,
}

/// The state of a reached component during a walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Colour {
    /// It is on the current path.
    Open,
    /// It and all components that it imports from are in the order.
    Done,
}

/// Walks from `roots` along `providers`, depth first. It visits each component and each import once, so it takes linear
/// time. Its path is a list rather than the thread's stack, so long chains cannot overflow that.
pub(super) fn walk<'a>(roots: impl IntoIterator<Item = &'a ComponentName>, providers: &'a Providers) -> Walk<'a> {
    let mut found = Walk::default();
    let mut colours: BTreeMap<&ComponentName, Colour> = BTreeMap::new();
    let mut path: Vec<(&'a ComponentName, slice::Iter<'a, ComponentName>)> = Vec::new();
    let next_of = |name| providers.get(name).map_or(&[][..], Vec::as_slice).iter();
    for root in roots {
        if !colours.contains_key(root) {
            colours.insert(root, Colour::Open);
            path.push((root, next_of(root)));
        }
        while let Some((name, open)) = path.last_mut() {
            let name = *name;
            let Some(next) = open.next() else {
                colours.insert(name, Colour::Done);
                found.order.push(name);
                path.pop();
                continue;
            };
            match colours.get(next) {
                None => {
                    colours.insert(next, Colour::Open);
                    path.push((next, next_of(next)));
                }
                Some(Colour::Open) if found.cycle.is_none() => {
                    let circle = path.iter().map(|(name, _)| *name).skip_while(|name| *name != next);
                    found.cycle = Some(circle.chain([next]).collect());
                }
                Some(Colour::Open | Colour::Done) => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ComponentName {
        ComponentName::parse(text).expect("a name")
    }

    fn providers(imports: impl IntoIterator<Item = (String, Vec<String>)>) -> Providers {
        let names = |texts: Vec<String>| texts.iter().map(|text| name(text)).collect();
        imports.into_iter().map(|(importer, exporters)| (name(&importer), names(exporters))).collect()
    }

    fn graph(imports: &[(&str, &[&str])]) -> Providers {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        providers(imports.iter().map(|(importer, exporters)| ((*importer).to_owned(), owned(exporters))))
    }

    fn texts(names: &[&ComponentName]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_stands_after_those_it_imports_from() {
        let graph = graph(&[("top", &["left", "right"]), ("left", &["base"]), ("right", &["base"]), ("other", &[])]);
        let root = name("top");
        let walk = walk([&root], &graph);
        assert_eq!(texts(&walk.order), ["base", "left", "right", "top"]);
        assert_eq!(walk.cycle, None);
    }

    #[test]
    fn the_circle_is_told_without_the_way_to_it() {
        let graph = graph(&[("a", &["b"]), ("b", &["c", "d"]), ("c", &[]), ("d", &["b"])]);
        let walk = walk(graph.keys(), &graph);
        assert_eq!(texts(&walk.cycle.expect("there is one")), ["b", "d", "b"]);
        assert_eq!(walk.order.len(), 4, "a circle ends no walk");
    }

    #[test]
    fn one_that_imports_from_itself_is_a_circle() {
        let graph = graph(&[("a", &["a"])]);
        assert_eq!(texts(&walk(graph.keys(), &graph).cycle.expect("there is one")), ["a", "a"]);
    }

    /// Walking all paths, of which there are `6^9` in the first graph and `2^62` in the second, would not end.
    #[test]
    fn dense_graphs_are_walked_once() {
        let layers = (0..60).map(|index| {
            let next = index / 6 + 1;
            let all = if next < 10 { next * 6..next * 6 + 6 } else { 0..0 };
            (format!("c{index}"), all.map(|index| format!("c{index}")).collect())
        });
        let layers = providers(layers);
        let all_later = providers(
            (0..64).map(|index| (format!("c{index}"), (index + 1..64).map(|later| format!("c{later}")).collect())),
        );
        for graph in [layers, all_later] {
            let walk = walk(graph.keys(), &graph);
            assert_eq!(walk.order.len(), graph.len());
            assert_eq!(walk.cycle, None);
            for (index, importer) in walk.order.iter().enumerate() {
                let before = &walk.order[..index];
                assert!(graph[*importer].iter().all(|exporter| before.contains(&exporter)), "{importer}");
            }
        }
    }

    #[test]
    fn a_chain_as_long_as_one_likes_needs_no_stack() {
        let length = 100_000;
        let chain = (0..length).map(|index| {
            let next = (index + 1 < length).then(|| format!("c{}", index + 1));
            (format!("c{index}"), next.into_iter().collect())
        });
        let chain = providers(chain);
        let first = name("c0");
        let walk = walk([&first], &chain);
        assert_eq!(walk.order.len(), length);
        assert_eq!(walk.order.last().map(|name| name.as_str()), Some("c0"));
    }
}
