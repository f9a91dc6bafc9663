// The command itself, with its streams as arguments so that tests can give others.
#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

// Greets everybody among the arguments, or, without any, on the lines of `in`. Gives the exit code.
int greet_all(std::span<const std::string_view> arguments, std::istream &in, std::ostream &out, std::ostream &err);
