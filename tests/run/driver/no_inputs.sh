#!/usr/bin/env bash
# No input at all is an error; so is an option that needs a value at the end.
source "$(dirname "$0")/../lib.sh"

expect_fail 'no input' -- -o program
expect_fail 'no input' -- --gc-sections -o program
