#!/usr/bin/env bash
# A small object cut at every 64 bytes: an error with the file's name each time, never a crash or an output.
source "$(dirname "$0")/../lib.sh"

compile a.c -g -fasynchronous-unwind-tables <<'EOF'
static const char *text = "text";
_Thread_local int local = 1;
void _start(void) { local += text[0]; }
EOF
size=$(stat -c %s a.o)
for length in 1 4 16 40 $(seq 64 64 $((size - 64))); do
  head -c $length a.o >cut.o
  status=0
  timeout 10 "$XLD" cut.o -o program >messages 2>&1 || status=$?
  ((status == 1)) || fail "status $status for the first $length bytes: $(<messages)"
  grep -q 'cut\.o' messages || fail "$length bytes: no file name in: $(<messages)"
  [[ ! -e program ]] || fail "an output from $length bytes"
done
