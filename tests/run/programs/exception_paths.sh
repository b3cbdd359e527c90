#!/usr/bin/env bash
# Exceptions through C frames, from constructors, rethrown via exception_ptr in another thread, and noexcept.
source "$(dirname "$0")/../lib.sh"

compile middle.c -fexceptions -O2 <<<'void call_back(void (*function)(void)) { function(); function = 0; __asm__(""); }'
compile main.cc -O2 -std=c++17 <<'EOF'
#include <cstdio>
#include <exception>
#include <future>
#include <new>
extern "C" void call_back(void (*)());
struct Member { ~Member() { std::printf("~member "); } };
struct Whole { Member member; Whole() { throw 7L; } };
int main() {
  try { call_back([] { throw "through C"; }); } catch (const char *text) { std::printf("%s ", text); }
  try { Whole whole; } catch (long) { std::printf("whole "); }
  auto future = std::async(std::launch::async, []() -> int { throw std::bad_alloc(); });
  try { future.get(); } catch (std::bad_alloc &) { std::printf("bad_alloc\n"); }
}
EOF
for mode in '-static' '-static-pie' '-static -Wl,--gc-sections' '-static -Wl,--icf=safe'; do
  gxx_link $mode main.o middle.o -o program 2>/dev/null || { [[ $mode == *icf* ]] && continue; fail "$mode"; }
  expect_output 'through C ~member whole bad_alloc' ./program
done
