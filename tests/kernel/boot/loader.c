// What the loader hands over: the command line, a file, and the size of memory; by the PVH entry.
// boot: -M microvm -m 64M -append "some words" -initrd {source}
// boot: -M pc -m 64M -append "some words" -initrd {source}
// boot: -M q35 -m 64M -append "some words" -initrd {source}
// > command line "some words"
// > 1 module, the right one
// > memory ok
#include "tests/kernel/loader.inc"
