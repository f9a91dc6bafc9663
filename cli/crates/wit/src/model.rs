//! WIT as this crate compares and hashes it: no comments, no places, no order among items, only what a caller can see.
//!
//! It is read from a `wit_parser::Resolve`, whether that came from text or from a built component, so that both can be compared.
//! It resolves nothing itself and never fails.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem,
    WorldKey,
};

/// The owner of what a world itself defines, which is in no interface.
pub(crate) const WORLD: &str = "";

/// A type with a name, and the interface that it is named in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct TypeName {
    /// Full name of the interface, or [`WORLD`].
    pub(crate) interface: String,
    pub(crate) name: String,
}

/// A type where it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Use {
    #[serde(deserialize_with = "known")]
    Primitive(Word),
    Named(TypeName),
    Borrow(TypeName),
    /// `list<..>` and the like; `None` stands for a `_` or an argument left out.
    Generic(#[serde(deserialize_with = "known")] Word, Vec<Option<Self>>),
    FixedList(Box<Self>, u32),
}

/// The word for a primitive or generic type.
pub(crate) type Word = &'static str;

/// The words for primitive and generic types.
const WORDS: [&str; 21] = [
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "s8",
    "s16",
    "s32",
    "s64",
    "f32",
    "f64",
    "char",
    "string",
    "error-context",
    "tuple",
    "option",
    "list",
    "map",
    "result",
    "future",
    "stream",
];

fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    let word = String::deserialize(deserializer)?;
    WORDS.into_iter().find(|known| *known == word).ok_or_else(|| D::Error::custom("not a kind of type"))
}

/// What a type is defined as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Definition {
    Record(Vec<(String, Use)>),
    Variant(Vec<(String, Option<Use>)>),
    Enum(Vec<String>),
    Flags(Vec<String>),
    Resource,
    Alias(Use),
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Free,
    Method,
    Static,
    Constructor,
}

/// A function without its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signature {
    pub(crate) is_async: bool,
    pub(crate) kind: Kind,
    /// The resource that it belongs to.
    pub(crate) resource: Option<String>,
    /// Without the `self` of a method.
    pub(crate) params: Vec<(String, Use)>,
    pub(crate) result: Option<Use>,
}

/// What an interface holds, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interface {
    /// Types taken from other interfaces: the name here, and where it comes from.
    pub(crate) uses: BTreeMap<String, TypeName>,
    pub(crate) types: BTreeMap<String, Definition>,
    /// By the name that the component model gives it, e.g. `[method]bucket.get`.
    pub(crate) functions: BTreeMap<String, Signature>,
}

/// Interfaces by their full names; what a world itself defines is under [`WORLD`].
pub(crate) type Interfaces = BTreeMap<String, Interface>;

impl Interface {
    /// Whether an instance of it has anything that must come from somewhere: types alone need no one to provide them.
    pub(crate) fn has_substance(&self) -> bool {
        !self.functions.is_empty() || self.types.values().any(|definition| matches!(definition, Definition::Resource))
    }
}

/// The full name of an interface; `label` is that of one that is written inside a world.
pub(crate) fn interface_name(resolve: &Resolve, id: InterfaceId, label: &str) -> String {
    resolve.id_of(id).unwrap_or_else(|| label.to_owned())
}

/// Everything that `world` reaches.
pub(crate) fn of_world(resolve: &Resolve, world: WorldId) -> Interfaces {
    let mut reader = Reader::new(resolve, world);
    let world = &resolve.worlds[world];
    for (key, item) in world.imports.iter().chain(&world.exports) {
        match item {
            WorldItem::Interface { id, .. } => reader.interface(*id),
            WorldItem::Function(function) => reader.world_function(key, function),
            WorldItem::Type { id, .. } => reader.named_type(*id),
        }
        while let Some(id) = reader.open.pop() {
            reader.interface(id);
        }
    }
    reader.interfaces
}

/// What `interfaces` holds under `name`, and what that uses of others.
pub(crate) fn reached_from(interfaces: &Interfaces, name: &str) -> Interfaces {
    let mut reached = Interfaces::new();
    let Some(root) = interfaces.get(name) else { return reached };
    reached.insert(name.to_owned(), root.clone());
    add_types(interfaces, &mut reached, root.uses.values().cloned().collect());
    reached
}

/// The function `name` of the world itself, and what it uses.
pub(crate) fn reached_from_function(interfaces: &Interfaces, name: &str) -> Option<Interfaces> {
    let function = interfaces.get(WORLD)?.functions.get(name)?;
    let mut world = Interface::default();
    world.functions.insert(name.to_owned(), function.clone());
    let mut reached = Interfaces::from([(WORLD.to_owned(), world)]);
    let mut wanted = Vec::new();
    let uses = function.params.iter().map(|(_, used)| used).chain(&function.result);
    uses.for_each(|used| used.named(&mut |named| wanted.push(named.clone())));
    add_types(interfaces, &mut reached, wanted);
    Some(reached)
}

/// Adds the types `wanted`, and what they are made of.
fn add_types(interfaces: &Interfaces, reached: &mut Interfaces, mut wanted: Vec<TypeName>) {
    while let Some(TypeName { interface, name }) = wanted.pop() {
        let Some(origin) = interfaces.get(&interface) else { continue };
        let target = reached.entry(interface).or_default();
        if target.uses.contains_key(&name) || target.types.contains_key(&name) {
            continue;
        }
        if let Some(used) = origin.uses.get(&name) {
            target.uses.insert(name, used.clone());
            wanted.push(used.clone());
        } else if let Some(definition) = origin.types.get(&name) {
            target.types.insert(name, definition.clone());
            definition.named(&mut |named| wanted.push(named.clone()));
        }
    }
}

impl Definition {
    /// Calls `visit` with every named type that it mentions.
    pub(crate) fn named(&self, visit: &mut impl FnMut(&TypeName)) {
        match self {
            Self::Record(fields) => fields.iter().for_each(|(_, used)| used.named(visit)),
            Self::Variant(cases) => {
                cases.iter().filter_map(|(_, used)| used.as_ref()).for_each(|used| used.named(visit));
            }
            Self::Alias(used) => used.named(visit),
            Self::Enum(_) | Self::Flags(_) | Self::Resource => {}
        }
    }
}

impl Use {
    /// Calls `visit` with every named type that it mentions.
    pub(crate) fn named(&self, visit: &mut impl FnMut(&TypeName)) {
        match self {
            Self::Primitive(_) => {}
            Self::Named(name) | Self::Borrow(name) => visit(name),
            Self::Generic(_, arguments) => arguments.iter().flatten().for_each(|used| used.named(visit)),
            Self::FixedList(element, _) => element.named(visit),
        }
    }
}

struct Reader<'a> {
    resolve: &'a Resolve,
    /// Names of the interfaces that are written inside the world.
    labels: BTreeMap<InterfaceId, String>,
    interfaces: Interfaces,
    /// Interfaces that were met and not read yet. Each may use another one, so that reading them at once would recurse as deep as there
    /// are interfaces.
    open: Vec<InterfaceId>,
}

impl<'a> Reader<'a> {
    fn new(resolve: &'a Resolve, world: WorldId) -> Self {
        let world = &resolve.worlds[world];
        let labels = world.imports.iter().chain(&world.exports).filter_map(|(key, item)| match (key, item) {
            (WorldKey::Name(label), WorldItem::Interface { id, .. }) => Some((*id, label.clone())),
            _ => None,
        });
        Self { resolve, labels: labels.collect(), interfaces: Interfaces::new(), open: Vec::new() }
    }

    fn name(&self, id: InterfaceId) -> String {
        interface_name(self.resolve, id, self.labels.get(&id).map_or("", String::as_str))
    }

    fn interface(&mut self, id: InterfaceId) {
        let name = self.name(id);
        if self.interfaces.contains_key(&name) {
            return;
        }
        self.interfaces.insert(name.clone(), Interface::default());
        let resolve = self.resolve;
        let interface = &resolve.interfaces[id];
        for id in interface.types.values() {
            self.named_type(*id);
        }
        for (function_name, function) in &interface.functions {
            let signature = self.signature(function);
            self.interfaces.entry(name.clone()).or_default().functions.insert(function_name.clone(), signature);
        }
    }

    fn world_function(&mut self, key: &WorldKey, function: &Function) {
        let signature = self.signature(function);
        let name = match key {
            WorldKey::Name(name) => name.clone(),
            WorldKey::Interface(_) => function.name.clone(),
        };
        self.interfaces.entry(WORLD.to_owned()).or_default().functions.insert(name, signature);
    }

    /// Adds a type that has a name to the interface that owns it.
    fn named_type(&mut self, id: TypeId) {
        let resolve = self.resolve;
        let definition = &resolve.types[id];
        let Some(name) = definition.name.clone() else { return };
        let owner = self.owner(definition.owner);
        let used = match definition.kind {
            TypeDefKind::Type(Type::Id(other)) if resolve.types[other].name.is_some() => {
                let other_owner = resolve.types[other].owner;
                (other_owner != definition.owner).then_some((other, other_owner))
            }
            _ => None,
        };
        if let Some((other, other_owner)) = used {
            match other_owner {
                TypeOwner::Interface(id) => self.open.push(id),
                TypeOwner::World(_) | TypeOwner::None => self.named_type(other),
            }
            let origin = self.type_name(other);
            self.interfaces.entry(owner).or_default().uses.insert(name, origin);
        } else {
            let definition = self.definition(&definition.kind);
            self.interfaces.entry(owner).or_default().types.insert(name, definition);
        }
    }

    fn owner(&self, owner: TypeOwner) -> String {
        match owner {
            TypeOwner::Interface(id) => self.name(id),
            TypeOwner::World(_) | TypeOwner::None => WORLD.to_owned(),
        }
    }

    fn type_name(&self, id: TypeId) -> TypeName {
        let definition = &self.resolve.types[id];
        TypeName { interface: self.owner(definition.owner), name: definition.name.clone().unwrap_or_default() }
    }

    fn definition(&self, kind: &TypeDefKind) -> Definition {
        match kind {
            TypeDefKind::Record(record) => Definition::Record(
                record.fields.iter().map(|field| (field.name.clone(), self.used(field.ty))).collect(),
            ),
            TypeDefKind::Variant(variant) => Definition::Variant(
                variant.cases.iter().map(|case| (case.name.clone(), case.ty.map(|ty| self.used(ty)))).collect(),
            ),
            TypeDefKind::Enum(cases) => Definition::Enum(cases.cases.iter().map(|case| case.name.clone()).collect()),
            TypeDefKind::Flags(flags) => Definition::Flags(flags.flags.iter().map(|flag| flag.name.clone()).collect()),
            TypeDefKind::Resource => Definition::Resource,
            TypeDefKind::Type(used) => Definition::Alias(self.used(*used)),
            anonymous => Definition::Alias(self.anonymous(anonymous)),
        }
    }

    fn used(&self, ty: Type) -> Use {
        let primitive = match ty {
            Type::Bool => "bool",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::S8 => "s8",
            Type::S16 => "s16",
            Type::S32 => "s32",
            Type::S64 => "s64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::ErrorContext => "error-context",
            Type::Id(id) if self.resolve.types[id].name.is_some() => return Use::Named(self.type_name(id)),
            Type::Id(id) => return self.anonymous(&self.resolve.types[id].kind),
        };
        Use::Primitive(primitive)
    }

    fn anonymous(&self, kind: &TypeDefKind) -> Use {
        let used = |ty: &Type| Some(self.used(*ty));
        let optional = |ty: &Option<Type>| ty.as_ref().and_then(used);
        match kind {
            TypeDefKind::Handle(Handle::Own(id)) => Use::Named(self.type_name(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => Use::Borrow(self.type_name(*id)),
            TypeDefKind::Tuple(tuple) => Use::Generic("tuple", tuple.types.iter().map(used).collect()),
            TypeDefKind::Option(ty) => Use::Generic("option", vec![used(ty)]),
            TypeDefKind::List(ty) => Use::Generic("list", vec![used(ty)]),
            TypeDefKind::Map(key, value) => Use::Generic("map", vec![used(key), used(value)]),
            TypeDefKind::Result(result) => Use::Generic("result", vec![optional(&result.ok), optional(&result.err)]),
            TypeDefKind::Future(ty) => Use::Generic("future", vec![optional(ty)]),
            TypeDefKind::Stream(ty) => Use::Generic("stream", vec![optional(ty)]),
            TypeDefKind::FixedLengthList(ty, length) => Use::FixedList(Box::new(self.used(*ty)), *length),
            TypeDefKind::Type(ty) => self.used(*ty),
            // A record without a name can only come from a component written by hand; its kind is all there is to say.
            other => Use::Primitive(other.as_str()),
        }
    }

    fn signature(&self, function: &Function) -> Signature {
        let (kind, is_async) = match function.kind {
            FunctionKind::Freestanding => (Kind::Free, false),
            FunctionKind::AsyncFreestanding => (Kind::Free, true),
            FunctionKind::Method(_) => (Kind::Method, false),
            FunctionKind::AsyncMethod(_) => (Kind::Method, true),
            FunctionKind::Static(_) => (Kind::Static, false),
            FunctionKind::AsyncStatic(_) => (Kind::Static, true),
            FunctionKind::Constructor(_) => (Kind::Constructor, false),
        };
        let skipped = usize::from(kind == Kind::Method);
        Signature {
            is_async,
            kind,
            resource: function.kind.resource().map(|id| self.type_name(id).name),
            params: function
                .params
                .iter()
                .skip(skipped)
                .map(|param| (param.name.clone(), self.used(param.ty)))
                .collect(),
            result: function.result.map(|ty| self.used(ty)),
        }
    }
}
