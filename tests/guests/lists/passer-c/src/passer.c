// Passes values through that take many pieces of memory. What a function is given, it frees or gives back.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindings/passer.h"

typedef exports_tests_lists_lists_item_t item;
typedef exports_tests_lists_lists_outcome_t outcome;
typedef exports_tests_lists_lists_list_item_t items;
typedef exports_tests_lists_lists_list_outcome_t outcomes;

static void *allocate(size_t size) {
  void *memory = malloc(size);
  if (memory == NULL) abort();
  return memory;
}

static passer_string_t copy_of_text(passer_string_t text) {
  passer_string_t copy;
  passer_string_dup_n(&copy, (const char *)text.ptr, text.len);
  return copy;
}

static passer_list_string_t copy_of_texts(passer_list_string_t texts) {
  passer_list_string_t copy = {allocate(texts.len * sizeof *texts.ptr), texts.len};
  for (size_t i = 0; i < texts.len; i++) copy.ptr[i] = copy_of_text(texts.ptr[i]);
  return copy;
}

// Builds the outcome anew.
static outcome copy_of(const outcome *from) {
  outcome copy = *from;
  if (from->tag == TESTS_LISTS_TYPES_OUTCOME_TEXT) copy.val.text = copy_of_text(from->val.text);
  if (from->tag == TESTS_LISTS_TYPES_OUTCOME_TEXTS) copy.val.texts = copy_of_texts(from->val.texts);
  return copy;
}

static outcomes copy_of_all(const outcomes *from) {
  outcomes copies = {allocate(from->len * sizeof *from->ptr), from->len};
  for (size_t i = 0; i < from->len; i++) copies.ptr[i] = copy_of(&from->ptr[i]);
  return copies;
}

static uint64_t sum(passer_list_list_string_t *texts) {
  uint64_t sum = 0;
  for (size_t i = 0; i < texts->len; i++) {
    for (size_t j = 0; j < texts->ptr[i].len; j++) {
      passer_string_t text = texts->ptr[i].ptr[j];
      sum += text.len;
      if (memchr(text.ptr, '\0', text.len) != NULL) abort();
    }
  }
  passer_list_list_string_free(texts);
  return sum;
}

uint64_t exports_tests_lists_lists_sum_nested(passer_list_list_string_t *texts) { return sum(texts); }

void exports_tests_lists_lists_make_nested(uint32_t outer, uint32_t inner, passer_list_list_string_t *ret) {
  *ret = (passer_list_list_string_t){allocate(outer * sizeof *ret->ptr), outer};
  for (uint32_t i = 0; i < outer; i++) {
    passer_list_string_t row = {allocate(inner * sizeof *row.ptr), inner};
    for (uint32_t j = 0; j < inner; j++) {
      char text[40];
      snprintf(text, sizeof text, "text %u/%u", (unsigned)i, (unsigned)j);
      passer_string_dup(&row.ptr[j], text);
    }
    ret->ptr[i] = row;
  }
}

void exports_tests_lists_lists_echo_nested(passer_list_list_string_t *texts, passer_list_list_string_t *ret) {
  *ret = *texts;
}

void exports_tests_lists_lists_tag_items(items *given, items *ret) {
  for (size_t i = 0; i < given->len; i++) {
    item *tagged = &given->ptr[i];
    passer_list_string_t more = {allocate((tagged->tags.len + 1) * sizeof *more.ptr), tagged->tags.len + 1};
    if (tagged->tags.len > 0) {
      memcpy(more.ptr, tagged->tags.ptr, tagged->tags.len * sizeof *more.ptr);
      free(tagged->tags.ptr);
    }
    passer_string_t *tag = &more.ptr[tagged->tags.len];
    tag->len = strlen("tag of ") + tagged->name.len;
    tag->ptr = allocate(tag->len);
    memcpy(tag->ptr, "tag of ", strlen("tag of "));
    memcpy(tag->ptr + strlen("tag of "), tagged->name.ptr, tagged->name.len);
    tagged->tags = more;
  }
  *ret = *given;
}

uint64_t exports_tests_lists_lists_sum_fetched(uint32_t outer, uint32_t inner, uint32_t times) {
  uint64_t all = 0;
  while (times-- > 0) {
    passer_list_list_string_t texts;
    tests_lists_source_nested(outer, inner, &texts);
    all += sum(&texts);
  }
  return all;
}

void exports_tests_lists_lists_fetch_items(uint32_t count, items *ret) {
  tests_lists_source_list_item_t fetched;
  tests_lists_source_items(count, &fetched);
  *ret = (items){fetched.ptr, fetched.len};
}

void exports_tests_lists_lists_copy_outcomes(outcomes *given, outcomes *ret) {
  *ret = copy_of_all(given);
  exports_tests_lists_lists_list_outcome_free(given);
}

void exports_tests_lists_lists_fetch_outcomes(uint32_t count, outcomes *ret) {
  *ret = (outcomes){allocate(count * sizeof *ret->ptr), count};
  for (uint32_t number = 0; number < count; number++) tests_lists_source_one(number, &ret->ptr[number]);
}

static outcomes kept;

void exports_tests_lists_lists_keep(outcomes *given) {
  exports_tests_lists_lists_list_outcome_free(&kept);
  kept = *given;
}

void exports_tests_lists_lists_kept(outcomes *ret) { *ret = copy_of_all(&kept); }

uint64_t exports_tests_lists_lists_memory(void) { return (uint64_t)__builtin_wasm_memory_size(0) * 65536; }
