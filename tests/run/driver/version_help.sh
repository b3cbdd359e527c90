#!/usr/bin/env bash
# --version has the line by which configure scripts know a GNU-compatible linker; --help lists the options on stdout.
# Only xld: GNU ld has no line of its own for each SEARCH_DIR, and none for those of -L; LLD has none at all.
source "$(dirname "$0")/../lib.sh"

for option in --version -version; do
  expect_match 'GNU ld|compatible with GNU' run "$XLD" $option
  expect_equal "$("$XLD" $option 2>&1 >/dev/null)" ''
done
expect_match 'GNU' "$XLD" -v
# Libtool asks so whether a linker knows version scripts (supports_anon_versioning).
case $("$XLD" -v 2>&1) in
  *GNU\ gold*) ;;
  *\ [01].* | *\ 2.[0-9].* | *\ 2.10.*) fail "libtool takes this for an old GNU ld: $("$XLD" -v 2>&1)" ;;
esac
expect_match 'gc-sections' "$XLD" --help
expect_match '[Uu]sage' "$XLD" --help
expect_match 'elf' "$XLD" --help
# libtool, gcc and others look for these.
for words in no-whole-archive --as-needed --no-as-needed '--compress-debug-sections.*\bzstd\b' '-z relro' '-z noexecstack'; do
  expect_match "$(printf %s "$words" | sed 's/^-/[-]/')" "$XLD" --help
done
# Scripts ask so where libraries are.
expect_match '^SEARCH_DIR\("=?/usr/lib"\);' "$XLD" --verbose
expect_match '^SEARCH_DIR\("here"\);' "$XLD" -Lhere --verbose
