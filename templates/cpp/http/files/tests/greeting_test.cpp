#include <iostream>

#include "../src/greeting.hpp"

static int failures = 0;

static void expect(std::string_view name, std::string_view want) {
  const auto got = greet(name);
  if (got == want) return;
  failures++;
  std::cerr << "greet(\"" << name << "\"): \"" << got << "\", want \"" << want << "\"\n";
}

int main() {
  expect("Ada", "Hello, Ada!\n");
  expect("", "Hello, world!\n");
  return failures > 0;
}
