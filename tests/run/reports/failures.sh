#!/usr/bin/env bash
# A report that cannot be written is an error and leaves no output; a failed link still writes map and reproduction.
# Only xld: others write reports when the output is there already.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
compile bad.s <<<'	.globl _start
_start:	call nobody'
for option in -Map= --map=json: --dependency-file= --time-trace= --reproduce=; do
  expect_fail 'nowhere/report' -- "${option}nowhere/report" a.o -o program
done
expect_status 1 "$XLD" -Map=out.map --reproduce=repro.tar --dependency-file=out.d bad.o -o program
expect_match 'bad\.o' tar tf repro.tar
[[ -f out.map && ! -e out.d && ! -e program ]] || fail "found $(ls)"
if [[ -w /dev/full ]]; then
  for option in -t --print-map --map=json --stats; do
    run "$XLD" $option a.o -o program >/dev/full 2>messages && fail "$option: a full standard output went unnoticed"
    expect_match 'cannot write standard output' cat messages
  done
fi
