// The libraries that the component calls.
#pragma once

#include <optional>
#include <string>
#include <string_view>

// What the library `name` returns for a text: words and how often they occur, one line each. Nothing if there is no such library.
std::optional<std::string> ask_library(std::string_view name, std::string_view text);
