// Counts words. It knows nothing of components, so that tests can call it directly.
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdint.h>

// A word in lower case and how often it occurs.
struct word {
  char *text;
  uint32_t count;
};

// Words with their texts, all from malloc.
struct words {
  struct word *items;
  size_t len;
};

// The words of a text in UTF-8, the most frequent first, equal ones in alphabetical order.
struct words count_words(const char *text, size_t len);

void words_free(struct words *words);

#endif
