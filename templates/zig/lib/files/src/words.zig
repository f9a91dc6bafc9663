//! Counts words. Knows nothing of components, so that tests can ask it directly.
const std = @import("std");

/// A word in lower case and how often it occurs.
pub const Word = struct {
    text: []u8,
    count: u32,
};

// Of the C library, which knows the letters of all languages.
extern fn iswalnum(letter: c_uint) c_int;
extern fn towlower(letter: c_uint) c_uint;

/// The words of a text in UTF-8, the most frequent first, equal ones in alphabetical order. They and their texts are from `allocator`.
pub fn count(allocator: std.mem.Allocator, text: []const u8) ![]Word {
    var counts: std.StringHashMapUnmanaged(u32) = .empty;
    defer counts.deinit(allocator);
    var word: std.ArrayList(u8) = .empty;
    defer word.deinit(allocator);

    var letters: std.unicode.Utf8Iterator = .{ .bytes = text, .i = 0 };
    while (letters.nextCodepoint()) |letter| {
        if (iswalnum(letter) != 0) {
            var bytes: [4]u8 = undefined;
            const len = try std.unicode.utf8Encode(@intCast(towlower(letter)), &bytes);
            try word.appendSlice(allocator, bytes[0..len]);
        } else {
            try add(allocator, &counts, &word);
        }
    }
    try add(allocator, &counts, &word);

    const words = try allocator.alloc(Word, counts.count());
    var entries = counts.iterator();
    for (words) |*each| {
        const entry = entries.next().?;
        each.* = .{ .text = @constCast(entry.key_ptr.*), .count = entry.value_ptr.* };
    }
    std.mem.sort(Word, words, {}, comesFirst);
    return words;
}

fn add(allocator: std.mem.Allocator, counts: *std.StringHashMapUnmanaged(u32), word: *std.ArrayList(u8)) !void {
    if (word.items.len == 0) return;
    const entry = try counts.getOrPutValue(allocator, word.items, 0);
    if (entry.value_ptr.* == 0) entry.key_ptr.* = try allocator.dupe(u8, word.items);
    entry.value_ptr.* += 1;
    word.clearRetainingCapacity();
}

fn comesFirst(_: void, left: Word, right: Word) bool {
    if (left.count != right.count) return left.count > right.count;
    return std.mem.lessThan(u8, left.text, right.text);
}

extern fn setlocale(category: c_int, name: [*:0]const u8) ?[*:0]const u8;

fn expectCounts(text: []const u8, want: []const u8) !void {
    // A component knows all letters without this; 0 is LC_CTYPE.
    _ = setlocale(0, "C.UTF-8");
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    var got: std.Io.Writer.Allocating = .init(arena.allocator());
    for (try count(arena.allocator(), text)) |word| try got.writer.print("{s} {d};", .{ word.text, word.count });
    try std.testing.expectEqualStrings(want, got.written());
}

test "words are counted" {
    try expectCounts("a b, A! c a b", "a 3;b 2;c 1;");
    try expectCounts("b, A-b! Größe 42 größe a B", "b 3;a 2;größe 2;42 1;");
    try expectCounts("beta alpha_Über 7", "7 1;alpha 1;beta 1;über 1;");
}

test "a text without words has none" {
    try expectCounts(" -- ", "");
    try expectCounts("", "");
}
