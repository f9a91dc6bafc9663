#!/bin/sh
# What it makes depends on where that is done.
case "$PWD" in
  *verify-*) letter=b ;;
  *) letter=a ;;
esac
printf '\000asm\015\000\001\000\000\003\001x%s' $letter > part.wasm
