// The command itself. It takes its streams as arguments, so that tests can pass others.
#ifndef GREETING_H
#define GREETING_H

#include <stdio.h>

// Greets everyone named by the arguments, or by the lines of `in` if there are no arguments. Returns the exit code.
int greet_all(int count, char **arguments, FILE *in, FILE *out, FILE *err);

#endif
