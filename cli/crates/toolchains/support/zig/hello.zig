//! Says hello by way of the standard library and libc.
const std = @import("std");
const bindings = @cImport(@cInclude("bindings/hello.h"));

export fn exports_hello_hello(ret: *bindings.hello_string_t) void {
    const text = std.fmt.allocPrintSentinel(std.heap.c_allocator, "{s}", .{"hello"}, 0) catch @panic("out of memory");
    defer std.heap.c_allocator.free(text);
    bindings.hello_string_dup(ret, text.ptr);
}
