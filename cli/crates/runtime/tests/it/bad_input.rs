//! What cannot be run says what it is and what to do.

use conjoin_policy::{DIRECTORIES, Directory, Granted, Grants};
use conjoin_runtime::{RuntimeError, Shutdown, Trigger, prove_hello, prove_prints, reserve};
use serde_json::json;

use crate::{
    guests::Guest,
    server::{Serve, options, route, runtime, trigger_options},
};

/// The error of a server that cannot start.
fn refused(options: Serve) -> RuntimeError {
    runtime().0.run(options.into(), &Shutdown::new()).unwrap_err()
}

/// The error of a component with these bytes; `FILE` stands for its path.
fn refused_component(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wasm");
    fs_err::write(&path, bytes).unwrap();
    let mut options = options(Guest::HttpP2, Grants::default());
    options.entries[0].component.clone_from(&path);
    refused(options).to_string().replace(&path.display().to_string(), "FILE")
}

/// The error of a server that cannot have this address.
fn no_address(listen: &str) -> RuntimeError {
    reserve(&[route("/...", "gateway")], &trigger_options(listen)).err().unwrap()
}

#[test]
fn a_file_that_is_no_component() {
    let component = fs_err::read(Guest::HttpP2.component()).unwrap();
    for (bytes, message) in [
        (&b""[..], "`FILE`, the component of `gateway`, is empty"),
        (b"hello", "`FILE`, the component of `gateway`, is not WebAssembly"),
        (b"\0asm\x01\0\0\0", "`FILE`, the component of `gateway`, is a core module, not a component"),
        (b"\0asm", "`FILE`, the component of `gateway`, is truncated or of a WebAssembly version that is not known"),
    ] {
        assert_eq!(refused_component(bytes), message);
    }
    let truncated = refused_component(&component[..component.len() / 2]);
    assert!(truncated.starts_with("cannot compile the component of `gateway`: "), "{truncated}");
    assert!(truncated.contains("out of bounds"), "{truncated}");
}

#[test]
fn a_file_that_is_not_there() {
    let mut options = options(Guest::HttpP2, Grants::default());
    options.entries[0].component = "/nowhere/x.wasm".into();
    assert_eq!(refused(options).to_string(), "cannot read the component of `gateway`");
}

#[test]
fn an_import_that_nobody_provides() {
    let import = |name: &str| {
        let text = format!(r#"(component (import "{name}" (instance (export "f" (func)))))"#);
        refused_component(&wat::parse_str(text).unwrap())
    };
    assert_eq!(
        import("shop:api/pricing@1.0.0"),
        "`gateway` imports `shop:api/pricing@1.0.0`, which no component of its composition provides"
    );
    assert_eq!(
        import("wasi:keyvalue/store@0.2.0-draft2"),
        "`gateway` imports `wasi:keyvalue/store@0.2.0-draft2`, which this host does not have \
         (of WASI 0.2 and 0.3 it has cli, clocks, filesystem, http, io, random and sockets)"
    );
}

#[test]
fn an_entry_of_the_wrong_kind() {
    let error = refused(options(Guest::Command, Grants::default()));
    assert_eq!(
        error.to_string(),
        "`gateway` has a route but exports neither `wasi:http/incoming-handler` (WASI 0.2) \
         nor `wasi:http/handler` (WASI 0.3)"
    );
    let mut command = options(Guest::HttpP2, Grants::default());
    command.triggers[0].kind = "command".to_owned();
    let error = refused(command);
    assert_eq!(error.to_string(), "`gateway` is to be run as a command but does not export `wasi:cli/run`");
}

#[test]
fn a_port_in_use() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = no_address(&address.to_string());
    assert_eq!(error.to_string(), format!("cannot listen on {address}: another program uses this port"));
    let next = std::net::SocketAddr::new(address.ip(), address.port().checked_add(1).unwrap_or(3000));
    assert_eq!(
        error.hints(),
        [format!(
            "stop that program, or choose another port: `--listen {next}`; `--listen 127.0.0.1:0` takes a free one"
        )]
    );
}

#[test]
fn an_address_of_another_machine() {
    let error = no_address("192.0.2.1:80");
    assert_eq!(error.to_string(), "cannot listen on 192.0.2.1:80");
}

#[test]
fn routes_grants_and_folders() {
    let mut bad = options(Guest::HttpP2, Grants::default());
    bad.triggers.push(route("/x", "nobody"));
    assert_eq!(refused(bad).to_string(), "route `/x` leads to `nobody`, which is not among the entries");

    let directory = Directory { path: "/nowhere".into(), at: "/data".to_owned(), write: false };
    let grants = Grants::default().with(&DIRECTORIES, Granted::Folders(vec![directory]));
    let error = refused(options(Guest::HttpP2, grants)).to_string();
    assert!(error.starts_with("cannot open folder `/nowhere`, which is granted to `gateway`: "), "{error}");
}

#[test]
fn what_a_toolchain_built_is_proved() {
    assert_eq!(prove_prints(&Guest::Command.component()).unwrap(), "no arguments\n");
    let error = prove_hello(&Guest::Command.component()).unwrap_err().to_string();
    assert!(error.ends_with("does not export the function `hello: func() -> string`"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hello.wasm");
    let hello = r#"(component
        (core module $m
            (memory (export "memory") 1)
            (data (i32.const 8) "hello there")
            (data (i32.const 0) "\08\00\00\00\0b\00\00\00")
            (func (export "hello") (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (func (export "hello") (result string)
            (canon lift (core func $i "hello") (memory (core memory $i "memory")))))"#;
    fs_err::write(&path, wat::parse_str(hello).unwrap()).unwrap();
    assert_eq!(prove_hello(&path).unwrap(), "hello there");
    assert!(prove_prints(&path).unwrap_err().to_string().ends_with("does not export `wasi:cli/run`"));
}

#[test]
fn triggers_that_cannot_be_read() {
    let error = |kind: &str, settings| {
        let trigger = Trigger { kind: kind.to_owned(), entry: "gateway".to_owned(), settings };
        reserve(&[trigger], &trigger_options("127.0.0.1:0")).err().unwrap().to_string()
    };
    assert_eq!(error("pigeon", json!({})), "this runtime has no trigger `pigeon`");
    assert_eq!(
        error("http", json!({ "route": "x" })),
        "a trigger `http` of `gateway` cannot be read: `x` is not a route: it must start with `/`"
    );
    assert_eq!(error("http", json!({})), "a trigger `http` of `gateway` cannot be read: missing field `route`");
    let twice = [route("/\u{fc}", "a"), route("/%C3%BC", "b")];
    let error = reserve(&twice, &trigger_options("127.0.0.1:0")).err().unwrap();
    assert_eq!(error.to_string(), "route `/%C3%BC` is declared twice");
}
