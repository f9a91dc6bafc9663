#include "words.hpp"

#include <algorithm>
#include <cwctype>
#include <map>

namespace words {
namespace {

// Takes a letter of UTF-8 from the beginning of a text that is not empty.
std::wint_t take_letter(std::string_view &text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t size = std::min<std::size_t>(first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4, text.size());
  std::wint_t letter = size == 1 ? first : first & (0xFFu >> (size + 1));
  for (const char more : text.substr(1, size - 1)) letter = letter << 6 | (more & 0x3Fu);
  text.remove_prefix(size);
  return letter;
}

// Appends a letter in UTF-8.
void append(std::string &text, std::wint_t letter) {
  if (letter < 0x80) {
    text += static_cast<char>(letter);
    return;
  }
  const int more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
  text += static_cast<char>((0xF00u >> (more + 1)) | letter >> (6 * more));
  for (int i = more - 1; i >= 0; i--) text += static_cast<char>(0x80u | (letter >> (6 * i) & 0x3Fu));
}

}  // namespace

std::vector<Word> count(std::string_view text) {
  std::map<std::string, std::uint32_t> counts;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) counts[word]++;
    word.clear();
  };
  while (!text.empty()) {
    const std::wint_t letter = take_letter(text);
    if (std::iswalnum(letter)) {
      append(word, std::towlower(letter));
    } else {
      end_word();
    }
  }
  end_word();

  std::vector<Word> words;
  for (const auto &[text, count] : counts) words.push_back({text, count});
  // The sort is stable: equal ones keep the alphabetical order of the map.
  std::ranges::stable_sort(words, std::greater{}, &Word::count);
  return words;
}

}  // namespace words
