#include "words.h"

#include <stdlib.h>
#include <string.h>
#include <wctype.h>

// Reads a letter of UTF-8 and returns how many bytes it takes.
static size_t decode(const unsigned char *at, size_t left, wint_t *letter) {
  size_t size = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
  if (size > left) size = left;
  *letter = size == 1 ? at[0] : at[0] & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; i++) *letter = *letter << 6 | (at[i] & 0x3Fu);
  return size;
}

// Writes a letter in UTF-8 and returns how many bytes it takes.
static size_t encode(wint_t letter, char *to) {
  if (letter < 0x80) {
    to[0] = (char)letter;
    return 1;
  }
  size_t size = letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
  for (size_t i = size - 1; i > 0; i--, letter >>= 6) to[i] = (char)(0x80u | (letter & 0x3Fu));
  to[0] = (char)((0xF00u >> size & 0xFFu) | letter);
  return size;
}

static void *allocate(void *old, size_t size) {
  void *memory = realloc(old, size);
  if (memory == NULL) abort();
  return memory;
}

// Adds a word, whose text it copies.
static void add(struct words *words, const char *text, size_t len) {
  // Room for as many words as the next power of two.
  if ((words->len & (words->len - 1)) == 0) {
    size_t room = words->len == 0 ? 1 : 2 * words->len;
    words->items = allocate(words->items, room * sizeof *words->items);
  }
  char *copy = allocate(NULL, len + 1);
  memcpy(copy, text, len);
  copy[len] = '\0';
  words->items[words->len++] = (struct word){copy, 1};
}

static int by_text(const void *left, const void *right) {
  return strcmp(((const struct word *)left)->text, ((const struct word *)right)->text);
}

static int by_count(const void *left, const void *right) {
  const struct word *a = left, *b = right;
  return a->count != b->count ? (a->count < b->count ? 1 : -1) : by_text(left, right);
}

// Merges equal neighbours.
static void merge(struct words *words) {
  size_t kept = 0;
  for (size_t i = 0; i < words->len; i++) {
    if (kept > 0 && by_text(&words->items[kept - 1], &words->items[i]) == 0) {
      words->items[kept - 1].count++;
      free(words->items[i].text);
    } else {
      words->items[kept++] = words->items[i];
    }
  }
  words->len = kept;
}

struct words count_words(const char *text, size_t len) {
  struct words words = {NULL, 0};
  // A letter can take more bytes in lower case, but not twice as many.
  char *word = allocate(NULL, 2 * len + 1);
  size_t word_len = 0;
  for (size_t at = 0; at < len;) {
    wint_t letter;
    at += decode((const unsigned char *)text + at, len - at, &letter);
    if (iswalnum(letter)) {
      word_len += encode(towlower(letter), word + word_len);
    } else if (word_len > 0) {
      add(&words, word, word_len);
      word_len = 0;
    }
  }
  if (word_len > 0) add(&words, word, word_len);
  free(word);
  if (words.len > 0) {
    qsort(words.items, words.len, sizeof *words.items, by_text);
    merge(&words);
    qsort(words.items, words.len, sizeof *words.items, by_count);
  }
  return words;
}

void words_free(struct words *words) {
  for (size_t i = 0; i < words->len; i++) free(words->items[i].text);
  free(words->items);
  *words = (struct words){NULL, 0};
}
