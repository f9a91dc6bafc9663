// Counts words. It knows nothing of components, so that tests can call it directly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace words {

// A word in lower case and how often it occurs.
struct Word {
  std::string text;
  std::uint32_t count;

  bool operator==(const Word &) const = default;
};

// The words of a text in UTF-8, the most frequent first, equal ones in alphabetical order.
std::vector<Word> count(std::string_view text);

}  // namespace words
