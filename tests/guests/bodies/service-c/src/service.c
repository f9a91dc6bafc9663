// Reads and writes bodies of requests.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindings/wasi-http.h"

// How many requests this instance has got.
static uint64_t count = 0;

static void number(wasihttp_response *response, uint64_t number) {
  char text[24];
  wasihttp_write(response, text, (size_t)snprintf(text, sizeof text, "%" PRIu64, number));
}

void wasihttp_handle(const wasihttp_request *request, wasihttp_response *response) {
  static unsigned char piece[65536];
  size_t len;
  count++;
  if (strcmp(request->path, "/count") == 0) {
    number(response, count);
  } else if (strcmp(request->path, "/echo") == 0) {
    while ((len = wasihttp_read(request, piece, sizeof piece)) > 0) wasihttp_write(response, piece, len);
  } else if (strcmp(request->path, "/sum") == 0) {
    uint64_t sum = 0;
    while ((len = wasihttp_read(request, piece, sizeof piece)) > 0) {
      for (size_t i = 0; i < len; i++) sum += piece[i];
    }
    number(response, sum);
  } else if (strcmp(request->path, "/fail") == 0) {
    abort();
  }
}
