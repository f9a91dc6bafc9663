//! A world as a description of what QuickJS has to convert: `world.json`, which `support/quickjs/values.js` reads.
//!
//! The engine gives and takes other values than the declarations say: 64-bit integers as numbers, large `u32`s as negative ones,
//! `none` as `null`, and lists of numbers as arrays. What needs no conversion is `null` here, so that it costs nothing.

use std::collections::BTreeMap;

use conjoin_policy::InterfaceName;
use conjoin_wit::ItemName;
use serde_json::{Map, Value, json};
use wit_parser::{
    Function, FunctionKind, Handle, IndexMap, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId,
    WorldItem, WorldKey,
};

use super::{names, types};

/// The text of `world.json`.
pub(crate) fn description(resolve: &Resolve, world: WorldId) -> String {
    let mut describer = Describer { resolve, exported: Vec::new(), memory: BTreeMap::new() };
    let modules = names::modules(resolve, world);
    // Resources that are exported live in the code's own objects. Where an interface is both, its exported side counts.
    describer.exported = modules.iter().filter(|module| module.exported).map(|module| module.id).collect();
    let mut imports = Map::new();
    let mut exports = Map::new();
    for module in &modules {
        let interface = describer.interface(module.id);
        if module.imported {
            imports.insert(module.full_name.clone(), interface.clone());
        }
        if module.exported {
            let name = ItemName::new(&module.full_name);
            let name = names::value(name.interface().map_or(name.as_str(), InterfaceName::interface));
            let mut export = interface;
            export["interface"] = json!(module.full_name);
            exports.insert(name, export);
        }
    }
    let found = &resolve.worlds[world];
    let imported = describer.world_functions(&found.imports);
    let exported = describer.world_functions(&found.exports);
    let text = json!({
        "imports": imports, "exports": exports,
        "importedFunctions": imported, "exportedFunctions": exported,
    });
    format!("{text:#}\n")
}

struct Describer<'a> {
    resolve: &'a Resolve,
    exported: Vec<InterfaceId>,
    memory: BTreeMap<usize, Value>,
}

impl Describer<'_> {
    /// The functions among what a world imports or exports.
    fn world_functions(&mut self, items: &IndexMap<WorldKey, WorldItem>) -> Map<String, Value> {
        let mut functions = Map::new();
        for item in items.values() {
            if let WorldItem::Function(function) = item {
                functions.insert(names::value(&function.name), self.function(function));
            }
        }
        functions
    }

    fn interface(&mut self, id: InterfaceId) -> Value {
        let resolve = self.resolve;
        let interface = &resolve.interfaces[id];
        let mut functions = Map::new();
        let mut resources: Map<String, Value> = Map::new();
        for id in interface.types.values() {
            if let (TypeDefKind::Resource, Some(name)) = (&resolve.types[*id].kind, &resolve.types[*id].name) {
                resources.insert(names::type_name(name), json!({ "constructor": null, "methods": {}, "statics": {} }));
            }
        }
        for function in interface.functions.values() {
            let described = self.function(function);
            let Some(resource) = function.kind.resource() else {
                functions.insert(names::value(&function.name), described);
                continue;
            };
            let class = resolve.types[resource].name.as_deref().map(names::type_name).unwrap_or_default();
            let member = function.name.rsplit('.').next().map(names::value).unwrap_or_default();
            let Some(class) = resources.get_mut(&class) else { continue };
            match function.kind {
                FunctionKind::Constructor(_) => class["constructor"] = described,
                FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => class["statics"][member] = described,
                _ => class["methods"][member] = described,
            }
        }
        json!({ "functions": functions, "resources": resources })
    }

    /// The parameters (without `self`), the result and the error that is thrown.
    fn function(&mut self, function: &Function) -> Value {
        let is_method = matches!(function.kind, FunctionKind::Method(_) | FunctionKind::AsyncMethod(_));
        let params: Vec<Value> =
            function.params.iter().skip(usize::from(is_method)).map(|param| self.ty(&param.ty)).collect();
        let (result, error) = match function.result.as_ref() {
            Some(ty) => match types::plain(self.resolve, ty) {
                Some(TypeDefKind::Result(result)) => {
                    (self.optional(result.ok.as_ref()), self.optional(result.err.as_ref()))
                }
                _ => (self.ty(ty), Value::Null),
            },
            None => (Value::Null, Value::Null),
        };
        if params.iter().chain([&result, &error]).all(Value::is_null) {
            return Value::Null;
        }
        json!({ "params": params, "result": result, "error": error, "async": function.kind.is_async() })
    }

    fn optional(&mut self, ty: Option<&Type>) -> Value {
        ty.map_or(Value::Null, |ty| self.ty(ty))
    }

    fn ty(&mut self, ty: &Type) -> Value {
        match ty {
            Type::U32 => json!("u32"),
            Type::U64 | Type::S64 => json!("long"),
            Type::Id(id) => self.named(*id),
            _ => Value::Null,
        }
    }

    fn named(&mut self, id: TypeId) -> Value {
        if let Some(known) = self.memory.get(&id.index()) {
            return known.clone();
        }
        let resolve = self.resolve;
        let described = self.kind(&resolve.types[id].kind);
        self.memory.insert(id.index(), described.clone());
        described
    }

    fn kind(&mut self, kind: &TypeDefKind) -> Value {
        match kind {
            TypeDefKind::Type(ty) => self.ty(ty),
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter().map(|field| (names::value(&field.name), self.ty(&field.ty)));
                some(fields.collect(), "record")
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| (case.name.clone(), self.optional(case.ty.as_ref())));
                some(cases.collect(), "cases")
            }
            TypeDefKind::Result(result) => {
                let cases = [("ok", &result.ok), ("err", &result.err)];
                some(cases.map(|(name, ty)| (name.to_owned(), self.optional(ty.as_ref()))).into(), "cases")
            }
            TypeDefKind::Tuple(tuple) => {
                let items: Vec<Value> = tuple.types.iter().map(|ty| self.ty(ty)).collect();
                if items.iter().all(Value::is_null) { Value::Null } else { json!({ "tuple": items }) }
            }
            TypeDefKind::Option(ty) => {
                let inner = self.ty(ty);
                if matches!(types::plain(self.resolve, ty), Some(TypeDefKind::Option(_))) {
                    json!({ "cases": { "some": inner } })
                } else {
                    json!({ "option": inner })
                }
            }
            TypeDefKind::List(ty) | TypeDefKind::FixedLengthList(ty, _) => self.list(ty),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.handle(*id),
            TypeDefKind::Resource
            | TypeDefKind::Flags(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Map(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_)
            | TypeDefKind::Unknown => Value::Null,
        }
    }

    fn list(&mut self, ty: &Type) -> Value {
        let array = match types::primitive(self.resolve, ty) {
            Type::U16 => "Uint16Array",
            Type::U32 => "Uint32Array",
            Type::U64 => "BigUint64Array",
            Type::S16 => "Int16Array",
            Type::S32 => "Int32Array",
            Type::S64 => "BigInt64Array",
            Type::F32 => "Float32Array",
            Type::F64 => "Float64Array",
            _ => {
                let element = self.ty(ty);
                return if element.is_null() { element } else { json!({ "list": element }) };
            }
        };
        json!({ "array": array })
    }

    /// An object of the code's own stands behind a value of a resource that it exports.
    fn handle(&self, id: TypeId) -> Value {
        let origin = origin(self.resolve, id);
        match (self.resolve.types[origin].owner, &self.resolve.types[origin].name) {
            (TypeOwner::Interface(owner), Some(name)) if self.exported.contains(&owner) => {
                json!({ "own": format!("{}#{}", self.resolve.id_of(owner).unwrap_or_default(), names::type_name(name)) })
            }
            _ => Value::Null,
        }
    }
}

fn origin(resolve: &Resolve, id: TypeId) -> TypeId {
    match resolve.types[id].kind {
        TypeDefKind::Type(Type::Id(other)) => origin(resolve, other),
        _ => id,
    }
}

/// The parts that need a conversion, if there are any.
fn some(parts: Vec<(String, Value)>, kind: &str) -> Value {
    let parts: Map<String, Value> = parts.into_iter().filter(|(_, value)| !value.is_null()).collect();
    if parts.is_empty() { Value::Null } else { json!({ kind: parts }) }
}
