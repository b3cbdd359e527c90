#!/usr/bin/env bash
# .eh_frame_hdr: version 1, one sorted entry per FDE, PT_GNU_EH_FRAME over it; without the option there is none.
source "$(dirname "$0")/../lib.sh"

compile a.c -O1 -fasynchronous-unwind-tables <<'EOF'
int f(int x) { return x; }
int g(int x) { return x + 1; }
void _start(void) { f(g(1)); }
EOF
link --eh-frame-hdr a.o -o program
expect_match '^011b033b........03000000' contents program .eh_frame_hdr
expect_equal $(($(segment program GNU_EH_FRAME address))) "$(section program .eh_frame_hdr address)"
expect_equal "$(readelf -wF program | grep -c FDE)" 3
python3 - "$(contents program .eh_frame_hdr)" <<'EOF'
import struct, sys
data = bytes.fromhex(sys.argv[1])
starts = [struct.unpack_from("<i", data, 12 + 8 * i)[0] for i in range(3)]
assert starts == sorted(starts) and len(data) == 12 + 8 * 3, (starts, len(data))
EOF
