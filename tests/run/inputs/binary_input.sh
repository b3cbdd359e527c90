#!/usr/bin/env bash
# -b binary takes a file as data and names its start, end and size after the path; -b elf goes back to objects.
source "$(dirname "$0")/../lib.sh"

mkdir -p data
printf 'hello, binary' >data/some-file.txt
compile main.c <<'EOF'
#include <stdio.h>
extern const char _binary_data_some_file_txt_start[], _binary_data_some_file_txt_end[];
extern const char _binary_data_some_file_txt_size[];
int main() {
  printf("%.*s %ld\n", (int)(_binary_data_some_file_txt_end - _binary_data_some_file_txt_start),
         _binary_data_some_file_txt_start, (long)_binary_data_some_file_txt_size);
  return 0;
}
EOF
for option in '-b,binary' '--format=binary' '-format,binary'; do
  gcc_link -static -no-pie main.o -Wl,$option data/some-file.txt -Wl,-b,elf64-x86-64 -o program
  expect_output 'hello, binary 13' ./program
done
gcc_link -static -no-pie main.o -Wl,-b,binary data/some-file.txt -Wl,-b,default -o program
expect_output 'hello, binary 13' ./program
