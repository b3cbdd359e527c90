#!/usr/bin/env bash
# The same bytes at 1, 2 and 16 threads, and again and again, for a C++ program with everything in it.
source "$(dirname "$0")/../lib.sh"

compile a.cc -g -O1 -ffunction-sections -fdata-sections <<'EOF'
#include <map>
#include <stdexcept>
#include <string>
#include <cstdio>
thread_local int local = 5;
int main() {
  std::map<std::string, int> words{{"one", 1}, {"two", 2}};
  try { words.at("three"); } catch (std::out_of_range &) { std::printf("%d\n", local); }
}
EOF
gxx_link -static -Wl,--gc-sections,--build-id=sha1,--threads=1 a.o -o reference
expect_output 5 ./reference
for threads in 1 2 16 16; do
  gxx_link -static -Wl,--gc-sections,--build-id=sha1,--threads=$threads a.o -o program
  run cmp reference program
done
