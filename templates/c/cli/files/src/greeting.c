#include "greeting.h"

#include <stdlib.h>
#include <string.h>

static void greet(const char *name, FILE *out) {
  if (name[0] != '\0') fprintf(out, "Hello, %s!\n", name);
}

static void greet_lines(FILE *in, FILE *out) {
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, in) >= 0) {
    line[strcspn(line, "\r\n")] = '\0';
    greet(line, out);
  }
  free(line);
}

int greet_all(int count, char **arguments, FILE *in, FILE *out, FILE *err) {
  for (int i = 0; i < count; i++) {
    if (strncmp(arguments[i], "--", 2) == 0) {
      fprintf(err, "there is no option %s\n", arguments[i]);
      return EXIT_FAILURE;
    }
  }
  for (int i = 0; i < count; i++) greet(arguments[i], out);
  if (count == 0) greet_lines(in, out);
  if (fflush(out) != 0 || ferror(in)) {
    perror("greet");
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
