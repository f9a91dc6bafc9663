// The libraries that the component asks.
#ifndef LIBRARIES_H
#define LIBRARIES_H

// What the library `name` says about a text: words and how often they are there, a line each, to be freed. NULL if there is no such
// library.
char *ask_library(const char *name, const char *text);

#endif
