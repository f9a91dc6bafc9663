#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/greeting.h"

static int failures = 0;

static void expect(const char *name, const char *want) {
  char *got = greet(name);
  if (strcmp(got, want) != 0) {
    fprintf(stderr, "greet: \"%s\", want \"%s\"\n", got, want);
    failures++;
  }
  free(got);
}

int main(void) {
  expect("Ada", "Hello, Ada!\n");
  expect("", "Hello, world!\n");
  expect(NULL, "Hello, world!\n");
  return failures > 0;
}
