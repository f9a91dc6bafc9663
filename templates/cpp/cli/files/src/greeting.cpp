#include "greeting.hpp"

#include <cstdlib>
#include <istream>
#include <ostream>
#include <string>

static void greet(std::string_view name, std::ostream &out) {
  if (!name.empty()) out << "Hello, " << name << "!\n";
}

int greet_all(std::span<const std::string_view> arguments, std::istream &in, std::ostream &out, std::ostream &err) {
  for (const auto argument : arguments) {
    if (argument.starts_with("--")) {
      err << "there is no option " << argument << '\n';
      return EXIT_FAILURE;
    }
  }
  for (const auto name : arguments) greet(name, out);
  std::string line;
  while (arguments.empty() && std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    greet(line, out);
  }
  return out.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
