#include "greeting.hpp"

std::string greet(std::string_view name) {
  if (name.empty()) name = "world";
  return "Hello, " + std::string(name) + "!\n";
}
