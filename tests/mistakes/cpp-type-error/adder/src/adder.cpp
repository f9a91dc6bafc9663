#include <string>

#include "bindings/adder.h"

static uint32_t sum(uint32_t x, const std::string &y) {
  return x + y.size();
}

uint32_t exports_docs_calculator_add_add(uint32_t x, uint32_t y) {
  return sum(x, y);
}
