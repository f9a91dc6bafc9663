#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "../src/words.h"

static int failures = 0;

static void expect(const char *text, const char *want) {
  struct words words = count_words(text, strlen(text));
  char got[200] = "";
  for (size_t i = 0; i < words.len; i++) {
    size_t end = strlen(got);
    snprintf(got + end, sizeof got - end, "%s %u;", words.items[i].text, (unsigned)words.items[i].count);
  }
  words_free(&words);
  if (strcmp(got, want) != 0) {
    fprintf(stderr, "count_words(\"%s\"): \"%s\", want \"%s\"\n", text, got, want);
    failures++;
  }
}

int main(void) {
  // A component knows all letters without this.
  setlocale(LC_CTYPE, "C.UTF-8");
  expect("a b, A! c a b", "a 3;b 2;c 1;");
  expect("b, A-b! Größe 42 größe a B", "b 3;a 2;größe 2;42 1;");
  expect("beta alpha_Über 7", "7 1;alpha 1;beta 1;über 1;");
  expect(" -- ", "");
  expect("", "");
  return failures > 0;
}
