// A linker plugin for tests: its "intermediate code" are objects named *.ir.o, whose symbols stand in *.ir.o.names, one
// a line: KIND VISIBILITY NAME [GROUP]. It writes what became of them to resolutions and delivers what it is told to:
//
//   object=FILE, library=NAME, path=DIRECTORY    what is added when all symbols are read
//   version=N                                    ask for resolutions by version N of get_symbols
//   fail=WHERE                                   go wrong: see fails()
#include <stdint.h>

#include <plugin-api.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct { struct ld_plugin_symbol *symbols; int count; void *handle; char name[256]; } files[64];
static int file_count, all_read_count;
static const char *delivered[64], *failure = "";
static int delivered_count, version = 3;
static ld_plugin_add_symbols add_symbols;
static ld_plugin_get_symbols get_symbols[4];
static ld_plugin_add_input_file add_input_file, add_input_library;
static ld_plugin_set_extra_library_path set_path;
static ld_plugin_message message;
static ld_plugin_get_view get_view;
static ld_plugin_get_input_file get_input_file;
static ld_plugin_release_input_file release_input_file;
static ld_plugin_get_wrap_symbols get_wrap_symbols;

static int fails(const char *where) { return !strcmp(failure, where); }

static int word(const char *const *words, const char *text) {
  for (int i = 0; words[i]; i++)
    if (!strcmp(words[i], text)) return i;
  abort();
}

static void read_names(int number, const char *path) {
  static const char *const kinds[] = {"def", "weakdef", "undef", "weakundef", "common", 0};
  static const char *const visibilities[] = {"default", "protected", "internal", "hidden", 0};
  char names[300], kind[32], visibility[32], name[128], line[512];
  snprintf(names, sizeof names, "%s.names", path);
  FILE *in = fopen(names, "r");
  files[number].symbols = calloc(64, sizeof(struct ld_plugin_symbol));
  while (in && fgets(line, sizeof line, in)) {
    char group[128] = "";
    if (sscanf(line, "%31s %31s %127s %127s", kind, visibility, name, group) < 3) continue;
    struct ld_plugin_symbol *symbol = &files[number].symbols[files[number].count++];
    symbol->def = (char)word(kinds, kind);
    symbol->visibility = word(visibilities, visibility);
    symbol->name = strdup(name);
    symbol->size = 4;
    if (group[0]) symbol->comdat_key = strdup(group);
  }
  if (in) fclose(in);
}

static enum ld_plugin_status claim(const struct ld_plugin_input_file *file, int *claimed) {
  const char *end = strstr(file->name, ".ir.o");
  *claimed = 0;
  if (!end || end[5]) return LDPS_OK;
  const void *view;
  if (get_view(file->handle, &view) != LDPS_OK || memcmp((const char *)view + 1, "ELF", 3)) return LDPS_ERR;
  char magic[4];
  if (pread(file->fd, magic, 4, file->offset) != 4 || memcmp(magic, view, 4)) return LDPS_ERR;
  if (fails("claim")) return LDPS_ERR;
  if (fails("claim-crash")) abort();
  if (fails("claim-exit")) exit(7);
  if (fails("claim-fatal")) message(LDPL_FATAL, "no more of %s", file->name);
  if (fails("claim-warning")) message(LDPL_WARNING, "do not like %s", file->name);
  if (fails("early-get-symbols")) get_symbols[3](file->handle, 0, 0);
  if (fails("early-add-file")) add_input_file("real.o");
  const int number = file_count++;
  files[number].handle = file->handle;
  snprintf(files[number].name, sizeof files[number].name, "%s", file->name);
  read_names(number, file->name);
  *claimed = 1;
  return add_symbols(file->handle, files[number].count, files[number].symbols);
}

static enum ld_plugin_status all_symbols_read(void) {
  FILE *out = fopen("resolutions", "w");
  static const char *const names[] = {"UNKNOWN", "UNDEF", "PREVAILING_DEF", "PREVAILING_DEF_IRONLY", "PREEMPTED_REG",
    "PREEMPTED_IR", "RESOLVED_IR", "RESOLVED_EXEC", "RESOLVED_DYN", "PREVAILING_DEF_IRONLY_EXP"};
  for (int i = 0; i < file_count; i++) {
    struct ld_plugin_input_file again;
    if (get_input_file(files[i].handle, &again) != LDPS_OK || strcmp(again.name, files[i].name)) return LDPS_ERR;
    release_input_file(files[i].handle);
    if (get_symbols[version](files[i].handle, files[i].count, files[i].symbols) != LDPS_OK) {
      fprintf(out, "%s is not linked\n", files[i].name);
      continue;
    }
    for (int j = 0; j < files[i].count; j++)
      fprintf(out, "%s %s %s\n", files[i].name, files[i].symbols[j].name, names[files[i].symbols[j].resolution]);
  }
  uint64_t count = 0;
  const char **wrapped = 0;
  if (get_wrap_symbols) get_wrap_symbols(&count, &wrapped);
  for (uint64_t i = 0; i < count; i++) fprintf(out, "wrapped %s\n", wrapped[i]);
  fclose(out);
  if (fails("late-add-symbols")) add_symbols(files[0].handle, 0, 0);
  if (fails("compile")) return LDPS_ERR;
  if (fails("compile-exit")) exit(0);
  if (fails("compile-crash")) raise(11);
  if (fails("compile-error")) message(LDPL_ERROR, "syntax error in %s", files[0].name);
  for (int i = 0; i < delivered_count; i++) {
    if (!strncmp(delivered[i], "object=", 7)) add_input_file(delivered[i] + 7);
    if (!strncmp(delivered[i], "library=", 8)) add_input_library(delivered[i] + 8);
    if (!strncmp(delivered[i], "path=", 5)) set_path(delivered[i] + 5);
  }
  return LDPS_OK;
}

static enum ld_plugin_status cleanup(void) {
  FILE *out = fopen("cleaned-up", "a");
  fputs("once\n", out);
  fclose(out);
  return LDPS_OK;
}

enum ld_plugin_status onload(struct ld_plugin_tv *tv) {
  for (; tv->tv_tag != LDPT_NULL; tv++) {
    switch (tv->tv_tag) {
      case LDPT_OPTION:
        if (!strncmp(tv->tv_u.tv_string, "fail=", 5)) failure = tv->tv_u.tv_string + 5;
        else if (!strncmp(tv->tv_u.tv_string, "version=", 8)) version = atoi(tv->tv_u.tv_string + 8);
        else delivered[delivered_count++] = tv->tv_u.tv_string;
        break;
      case LDPT_MESSAGE: message = tv->tv_u.tv_message; break;
      case LDPT_ADD_SYMBOLS: add_symbols = tv->tv_u.tv_add_symbols; break;
      case LDPT_GET_SYMBOLS: get_symbols[1] = tv->tv_u.tv_get_symbols; break;
      case LDPT_GET_SYMBOLS_V2: get_symbols[2] = tv->tv_u.tv_get_symbols; break;
      case LDPT_GET_SYMBOLS_V3: get_symbols[3] = tv->tv_u.tv_get_symbols; break;
      case LDPT_ADD_INPUT_FILE: add_input_file = tv->tv_u.tv_add_input_file; break;
      case LDPT_ADD_INPUT_LIBRARY: add_input_library = tv->tv_u.tv_add_input_library; break;
      case LDPT_SET_EXTRA_LIBRARY_PATH: set_path = tv->tv_u.tv_set_extra_library_path; break;
      case LDPT_GET_VIEW: get_view = tv->tv_u.tv_get_view; break;
      case LDPT_GET_INPUT_FILE: get_input_file = tv->tv_u.tv_get_input_file; break;
      case LDPT_RELEASE_INPUT_FILE: release_input_file = tv->tv_u.tv_release_input_file; break;
      case LDPT_GET_WRAP_SYMBOLS: get_wrap_symbols = tv->tv_u.tv_get_wrap_symbols; break;
      case LDPT_REGISTER_CLAIM_FILE_HOOK: tv->tv_u.tv_register_claim_file(claim); break;
      case LDPT_REGISTER_ALL_SYMBOLS_READ_HOOK: tv->tv_u.tv_register_all_symbols_read(all_symbols_read); break;
      case LDPT_REGISTER_CLEANUP_HOOK: tv->tv_u.tv_register_cleanup(cleanup); break;
      default: break;
    }
  }
  return fails("onload") ? LDPS_ERR : LDPS_OK;
}
