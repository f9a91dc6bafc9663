// The command itself. It takes its streams as arguments, so that tests can pass others.
#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

// Greets everyone named by the arguments, or by the lines of `in` if there are no arguments. Returns the exit code.
int greet_all(std::span<const std::string_view> arguments, std::istream &in, std::ostream &out, std::ostream &err);
