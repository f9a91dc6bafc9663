#include "greeting.h"

#include <stdio.h>
#include <stdlib.h>

char *greet(const char *name) {
  if (name == NULL || name[0] == '\0') name = "world";
  int len = snprintf(NULL, 0, "Hello, %s!\n", name);
  char *text = malloc((size_t)len + 1);
  if (text == NULL) abort();
  snprintf(text, (size_t)len + 1, "Hello, %s!\n", name);
  return text;
}
