#!/usr/bin/env bash
# An undefined symbol: source line and function of the reference, what was probably meant, which library has it.
source "$(dirname "$0")/../lib.sh"

compile a.cc -g <<'EOF'
struct Shape { virtual int area(); };
extern "C" int declared_as_c(int);
int declared_as_cxx(int);
namespace space { int missing(long); }
extern int secret __attribute__((visibility("hidden")));
extern "C" double sin(double);
extern "C" void _start() {
  Shape shape;
  declared_as_c(declared_as_cxx(secret));
  space::missing(shape.area() + static_cast<long>(sin(secret)));
}
EOF
compile b.cc <<'EOF'
int declared_as_c(int x) { return x; }
extern "C" int declared_as_cxx(int x) { return x; }
namespace space { int missing(int x) { return x; } }
EOF
# Only xld: lld has most of this, but not all hints.
expect_fail 'undefined symbol: space::missing\(long\)' 'referenced by a\.cc:10' 'a\.o:\(function _start: \.text\+0x' \
  'did you mean: space::missing\(int\)' 'defined in: b\.o' 'did you mean to declare declared_as_c\(int\) as extern "C"' \
  'did you mean: extern "C" declared_as_cxx' 'undefined symbol: vtable for Shape' 'key function' \
  'undefined hidden symbol: secret' 'add -lm' -- a.o b.o -o program
