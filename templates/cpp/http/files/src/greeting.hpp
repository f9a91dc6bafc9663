// What the service says. It knows nothing of HTTP, so that tests can call it directly.
#pragma once

#include <string>
#include <string_view>

// Greets somebody, or the world if `name` is empty.
std::string greet(std::string_view name);
