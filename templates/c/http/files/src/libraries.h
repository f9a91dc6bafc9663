// The libraries that the component calls.
#ifndef LIBRARIES_H
#define LIBRARIES_H

// What the library `name` returns for a text: words and how often they occur, one line each. The caller frees it. NULL if there is no
// such library.
char *ask_library(const char *name, const char *text);

#endif
