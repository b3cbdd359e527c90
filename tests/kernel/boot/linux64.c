// What the loader hands over: the command line, a file, and the size of memory; by the Linux 64-bit entry. No loader of
// QEMU's uses it, so linux64_loader.S plays one.
// with: ../linux64_loader.S
// entry: test_loader
// boot: -M microvm -m 64M -append "some words" -initrd {source}
// boot: -M pc -m 64M -append "some words" -initrd {source}
// > command line "some words"
// > 1 module, the right one
// > memory ok
#include "tests/kernel/loader.inc"
