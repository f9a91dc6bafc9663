// The libraries that the component asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

// What the library `name` says about a text: words and how often they are there, a line each. Nothing if there is no such library.
std::optional<std::string> ask_library(std::string_view name, std::string_view text);
