#!/usr/bin/env bash
# -z cet-report and its kind name the objects for which the output cannot claim a feature.
source "$(dirname "$0")/../lib.sh"

compile full.c -fcf-protection=full <<<'int f(void), g(void); void _start(void) { f(); g(); }'
compile half.c -fcf-protection=branch <<<'int f(void) { return 0; }'
compile plain.c -fcf-protection=none <<<'int g(void) { return 0; }'
link -z cet-report=warning full.o half.o plain.o -o program 2>messages
expect_match 'warning: half.o: .*does not claim SHSTK,|half.o: error|half.o: warning: missing SHSTK' cat messages
expect_match 'warning: plain.o: .*does not claim IBT and SHSTK|plain.o: warning: missing IBT and SHSTK' cat messages
expect_no_match 'full.o' cat messages
expect_fail 'plain.o: .*(IBT and SHSTK)' -- -z cet-report=error full.o half.o plain.o -o program
link -z cet-report=none full.o half.o plain.o -o program 2>messages
expect_output '' cat messages
link -z lam-u57-report=warning full.o half.o plain.o -o program 2>messages
expect_match 'half.o.*LAM_U57' cat messages
