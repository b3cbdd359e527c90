#!/usr/bin/env bash
# dl_iterate_phdr shows the program its own segments; PT_GNU_EH_FRAME and PT_TLS are among them.
source "$(dirname "$0")/../lib.sh"

for mode in '-static' '-static-pie' '-m32 -static'; do
  compile phdr.c -fPIE $mode <<'EOF'
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
_Thread_local int local = 3;
static int show(struct dl_phdr_info *info, size_t size, void *data) {
  int load = 0, frame = 0, tls = 0, inside = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    unsigned long start = info->dlpi_addr + header->p_vaddr;
    load += header->p_type == PT_LOAD;
    inside |= header->p_type == PT_LOAD && header->p_flags & PF_X && (unsigned long)show - start < header->p_memsz;
    frame += header->p_type == PT_GNU_EH_FRAME;
    tls += header->p_type == PT_TLS && header->p_filesz >= sizeof local;
  }
  if (*(int *)data == 0) printf("%d %d %d %d\n", load >= 2, frame, tls, inside);
  *(int *)data = 1;
  return 0;
}
int main() { int seen = 0; dl_iterate_phdr(show, &seen); return local - 3; }
EOF
  gcc_link $mode -Wl,--eh-frame-hdr phdr.o -o phdr
  expect_output '1 1 1 1' ./phdr
done
