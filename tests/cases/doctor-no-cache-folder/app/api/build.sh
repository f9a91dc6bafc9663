#!/bin/sh
cp src/api.wasm api.wasm
