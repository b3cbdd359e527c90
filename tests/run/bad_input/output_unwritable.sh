#!/usr/bin/env bash
# An output directory that does not exist, an output that is a directory, and a device that is full.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret'
mkdir directory
fail_once a.o -o no/such/directory/program
grep -q 'no/such/directory' "$scratch/messages" || fail 'the path is not named'
[[ ! -e no ]] || fail 'a directory was made'
fail_once a.o -o directory
grep -q 'directory' "$scratch/messages" || fail 'the path is not named'
[[ -d directory && -z $(ls -A directory) ]] || fail 'the directory was touched'
