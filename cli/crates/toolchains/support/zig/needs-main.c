// Refers to what Zig makes of the function `main` of a program, so that its absence is an error of the linker: the C library itself takes
// a program without it for one that traps.
int __main_argc_argv(int argc, char **argv);

__attribute__((used)) static int (*const needs_main)(int argc, char **argv) = __main_argc_argv;
