#!/usr/bin/env bash
# _Unwind_Backtrace walks every frame, through .eh_frame_hdr's search table.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile trace.c -O0 -fexceptions $machine <<'EOF'
#include <stdio.h>
#include <unwind.h>
static int depth(int levels);
static _Unwind_Reason_Code count(struct _Unwind_Context *context, void *data) {
  if ((char *)_Unwind_FindEnclosingFunction((void *)_Unwind_GetIP(context)) == (char *)depth) ++*(int *)data;
  return _URC_NO_REASON;
}
static int depth(int levels) {
  int frames = 0;
  if (levels > 0) return depth(levels - 1);
  _Unwind_Backtrace(count, &frames);
  return frames;
}
int main() { printf("%d\n", depth(9)); return 0; }
EOF
  gcc_link -static $machine trace.o -o trace
  expect_output 10 ./trace
done
