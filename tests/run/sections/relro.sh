#!/usr/bin/env bash
# PT_GNU_RELRO covers what is constant after start-up; -z norelro takes it away; .data stays writable and outside.
source "$(dirname "$0")/../lib.sh"

compile a.c <<'EOF'
int *const constant_pointer;
static int value = 5;
int *const relocated __attribute__((section(".data.rel.ro"))) = &value;
__attribute__((constructor)) static void construct(void) { value++; }
int main() { value++; return *relocated - 7; }
EOF
for mode in -static -static-pie; do
  gcc_link $mode -Wl,-z,relro a.o -o program
  expect_status 0 ./program
  start=$(($(segment program GNU_RELRO address)))
  end=$((start + $(segment program GNU_RELRO size)))
  for name in .init_array .data.rel.ro; do
    address=$(section program $name address)
    ((start <= address && address < end)) || fail "$name is outside of PT_GNU_RELRO"
  done
  data=$(section program .data address)
  ((data >= end || data < start)) || fail '.data is inside PT_GNU_RELRO'
  ((end % 4096 == 0)) || ((data >= (end + 4095) / 4096 * 4096)) || fail 'the end of PT_GNU_RELRO protects .data'
done
gcc_link -static -Wl,-z,norelro a.o -o program
expect_status 0 ./program
expect_no_match GNU_RELRO readelf -lW program
