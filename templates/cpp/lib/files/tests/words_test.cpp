#include <clocale>
#include <iostream>

#include "../src/words.hpp"

static int failures = 0;

static void expect(std::string_view text, const std::vector<words::Word> &want) {
  const auto got = words::count(text);
  if (got == want) return;
  failures++;
  std::cerr << "count(\"" << text << "\"):";
  for (const auto &[text, count] : got) std::cerr << ' ' << text << ' ' << count;
  std::cerr << '\n';
}

int main() {
  // A component knows all letters without this.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  expect("a b, A! c a b", { {"a", 3}, {"b", 2}, {"c", 1} });
  expect("b, A-b! Größe 42 größe a B", { {"b", 3}, {"a", 2}, {"größe", 2}, {"42", 1} });
  expect("beta alpha_Über 7", { {"7", 1}, {"alpha", 1}, {"beta", 1}, {"über", 1} });
  expect(" -- ", {});
  expect("", {});
  return failures > 0;
}
