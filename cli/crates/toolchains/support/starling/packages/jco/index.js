// Stands in for the package jco, of which componentize-js uses these three functions and which would bring a hundred others.

export { componentNew, metadataAdd } from '@bytecodealliance/jco-transpile/wasm-tools';

export const preview1AdapterReactorPath = () => new URL('./wasi_snapshot_preview1.reactor.wasm', import.meta.url);
