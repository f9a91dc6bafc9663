const bindings = @cImport(@cInclude("bindings/adder.h"));

fn sum(x: u32, y: []const u8) u32 {
    return x + @as(u32, @intCast(y.len));
}

export fn exports_docs_calculator_add_add(x: u32, y: u32) u32 {
    return sum(x, y);
}
