#include <iostream>
#include <sstream>
#include <vector>

#include "../src/greeting.hpp"

static int failures = 0;

static void expect(std::vector<std::string_view> arguments, const char *lines, std::string_view want, int code) {
  std::istringstream in(lines);
  std::ostringstream out, err;
  const int ended = greet_all(arguments, in, out, err);
  if (out.str() == want && ended == code) return;
  failures++;
  std::cerr << "got \"" << out.str() << "\" and " << ended << ", want \"" << want << "\" and " << code << '\n';
}

int main() {
  expect({"Ada", "Grace"}, "ignored", "Hello, Ada!\nHello, Grace!\n", 0);
  expect({}, "Ada\n\nGrace", "Hello, Ada!\nHello, Grace!\n", 0);
  expect({"Ada", "--loud"}, "", "", 1);
  return failures > 0;
}
