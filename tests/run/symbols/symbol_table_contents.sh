#!/usr/bin/env bash
# The output's symbol table: locals first, FILE symbols, types and sizes kept, sections' indices right.
source "$(dirname "$0")/../lib.sh"

compile a.c -fno-pie <<'EOF'
static int local_data = 1;
int global_data[4] = {1};
_Thread_local int thread_data = 1;
static void local_function(void) { local_data++; }
int main() { local_function(); return local_data - 2 + thread_data - 1; }
EOF
gcc_link -static -no-pie a.o -o program
expect_status 0 ./program
expect_match 'FILE +LOCAL +DEFAULT +ABS a\.c$' readelf -sW program
expect_match ' 16 OBJECT +GLOBAL +DEFAULT +[0-9]+ global_data$' readelf -sW program
expect_match 'FUNC +LOCAL +DEFAULT +[0-9]+ local_function$' readelf -sW program
expect_match ' TLS +GLOBAL +DEFAULT +[0-9]+ thread_data$' readelf -sW program
expect_equal "$(readelf -sW program | awk '$5 == "GLOBAL" { seen = 1 } $5 == "LOCAL" && seen { print "late" }')" ''
