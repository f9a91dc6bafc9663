//! The command itself, with its streams as arguments so that tests can give others.
const std = @import("std");

/// Greets everybody among the arguments, or, without any, on the lines of `in`. Gives the exit code.
pub fn greetAll(names: []const []const u8, in: *std.Io.Reader, out: *std.Io.Writer, err: *std.Io.Writer) !u8 {
    for (names) |name| {
        if (std.mem.startsWith(u8, name, "--")) {
            try err.print("there is no option {s}\n", .{name});
            return 1;
        }
    }
    for (names) |name| try greet(name, out);
    if (names.len == 0) {
        while (try in.takeDelimiter('\n')) |line| try greet(std.mem.trimEnd(u8, line, "\r"), out);
    }
    return 0;
}

fn greet(name: []const u8, out: *std.Io.Writer) !void {
    if (name.len > 0) try out.print("Hello, {s}!\n", .{name});
}

test "everybody is greeted" {
    const cases = [_]struct { names: []const []const u8, lines: []const u8, code: u8, out: []const u8, err: []const u8 }{
        .{ .names = &.{ "Ada", "Grace" }, .lines = "", .code = 0, .out = "Hello, Ada!\nHello, Grace!\n", .err = "" },
        .{ .names = &.{}, .lines = "Ada\r\n\nyou", .code = 0, .out = "Hello, Ada!\nHello, you!\n", .err = "" },
        .{ .names = &.{ "Ada", "--loud" }, .lines = "", .code = 1, .out = "", .err = "there is no option --loud\n" },
    };
    for (cases) |case| {
        var in: std.Io.Reader = .fixed(case.lines);
        var buffers: [2][64]u8 = undefined;
        var out: std.Io.Writer = .fixed(&buffers[0]);
        var err: std.Io.Writer = .fixed(&buffers[1]);
        try std.testing.expectEqual(case.code, try greetAll(case.names, &in, &out, &err));
        try std.testing.expectEqualStrings(case.out, out.buffered());
        try std.testing.expectEqualStrings(case.err, err.buffered());
    }
}
