#!/usr/bin/env bash
# --version has the line by which configure scripts know a GNU-compatible linker; --help lists the options on stdout.
source "$(dirname "$0")/../lib.sh"

for option in --version -version; do
  expect_match 'GNU ld|compatible with GNU' run "$XLD" $option
  expect_equal "$("$XLD" $option 2>&1 >/dev/null)" ''
done
expect_match 'GNU' "$XLD" -v
expect_match 'gc-sections' "$XLD" --help
expect_match '[Uu]sage' "$XLD" --help
expect_match 'elf' "$XLD" --help
