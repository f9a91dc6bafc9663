//! Serves and runs components on an embedded Wasmtime
