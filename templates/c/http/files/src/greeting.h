// What the service says. It knows nothing of HTTP, so that tests can call it directly.
#ifndef GREETING_H
#define GREETING_H

// Greets somebody, or the world if `name` is NULL or empty. The caller frees the result.
char *greet(const char *name);

#endif
