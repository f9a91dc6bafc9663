#include <stdio.h>
#include <string.h>

#include "../src/greeting.h"

static int failures = 0;

static void expect(int count, char **arguments, const char *in, const char *want, int code) {
  FILE *lines = tmpfile(), *out = tmpfile(), *err = tmpfile();
  fputs(in, lines);
  rewind(lines);
  int ended = greet_all(count, arguments, lines, out, err);
  char got[200] = "";
  rewind(out);
  size_t len = fread(got, 1, sizeof got - 1, out);
  got[len] = '\0';
  if (ended != code || strcmp(got, want) != 0) {
    fprintf(stderr, "got \"%s\" and %d, want \"%s\" and %d\n", got, ended, want, code);
    failures++;
  }
  fclose(lines);
  fclose(out);
  fclose(err);
}

int main(void) {
  expect(2, (char *[]){"Ada", "Grace"}, "ignored", "Hello, Ada!\nHello, Grace!\n", 0);
  expect(0, NULL, "Ada\n\nGrace", "Hello, Ada!\nHello, Grace!\n", 0);
  expect(2, (char *[]){"Ada", "--loud"}, "", "", 1);
  return failures > 0;
}
