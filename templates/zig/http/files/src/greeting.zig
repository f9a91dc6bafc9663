//! Greets. Knows nothing of HTTP, so that tests can ask it directly.
const std = @import("std");

/// A greeting for `name`, or for the world, from `allocator`.
pub fn greet(allocator: std.mem.Allocator, name: ?[]const u8) ![]u8 {
    const given = name orelse "";
    return std.fmt.allocPrint(allocator, "Hello, {s}!\n", .{if (given.len > 0) given else "world"});
}

fn expectGreeting(name: ?[]const u8, want: []const u8) !void {
    const got = try greet(std.testing.allocator, name);
    defer std.testing.allocator.free(got);
    try std.testing.expectEqualStrings(want, got);
}

test greet {
    try expectGreeting("Ada", "Hello, Ada!\n");
    try expectGreeting("", "Hello, world!\n");
    try expectGreeting(null, "Hello, world!\n");
}
