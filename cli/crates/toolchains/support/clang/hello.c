// Says hello without any library.
struct text {
  const char *letters;
  unsigned long length;
};

__attribute__((export_name("hello"))) const struct text *hello(void) {
  static const struct text text = {"hello", 5};
  return &text;
}
