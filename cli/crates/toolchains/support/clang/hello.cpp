// Says hello by way of both standard libraries.
#include <cstdio>
#include <map>
#include <sstream>
#include <string>

#include "bindings/hello.h"

void exports_hello_hello(hello_string_t *ret) {
  std::map<int, std::string> letters{{2, "llo"}, {1, "he"}};
  std::ostringstream text;
  for (const auto &[place, part] : letters) text << part;
  std::fprintf(stderr, "%.1f\n", 1.0);
  hello_string_dup(ret, text.str().c_str());
}
