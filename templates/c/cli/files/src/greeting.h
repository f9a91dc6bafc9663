// The command itself, with its streams as arguments so that tests can give others.
#ifndef GREETING_H
#define GREETING_H

#include <stdio.h>

// Greets everybody among the arguments, or, without any, on the lines of `in`. Gives the exit code.
int greet_all(int count, char **arguments, FILE *in, FILE *out, FILE *err);

#endif
