// What the service says. Knows nothing of HTTP, so that tests can ask it directly.
#ifndef GREETING_H
#define GREETING_H

// Greets somebody, or the world if `name` is NULL or empty. To be freed.
char *greet(const char *name);

#endif
