# Helpers for the run-tests: compile, link with the linker under test, run, and look at the result with other people's
# tools. A test sources this file and then runs in an empty directory of its own; README.md has the overview.
#
# Environment: XLD (the linker under test: a path, or a name in PATH), XLD_VERIFY (a checker run on every output, if
# set), XLD_TEST_CACHE (where compiled objects are kept, by content), XLD_TEST_SECONDS (the longest that one command may
# take; 60), XLD_SANITIZE (what the linker was built with, if with sanitizers). A failing test prints its commands and keeps its
# directory, so that they can be pasted.
set -Eeuo pipefail
export LC_ALL=C

lib_directory=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XLD_TEST_CACHE:-${TMPDIR:-/tmp}/xld-run-tests-$UID}
mkdir -p "$cache"
scratch=$(mktemp -d)
log=$scratch/commands
mkdir "$scratch/work" "$scratch/bin"
for name in ld ld.xld ld64.xld; do
  ln -s "$(realpath "$(command -v "${XLD:?set it to the linker under test}")")" "$scratch/bin/$name"
done
XLD=$scratch/bin/ld
cd "$scratch/work"
echo "cd $scratch/work" >"$log"

finish_test() {
  local status=$?
  if ((status == 0)); then
    rm -rf "$scratch"
  else
    echo "FAILED: $0. To repeat the commands by hand:"
    cat "$log"
  fi >&2
}
trap finish_test EXIT
trap 'fail "failed: $BASH_COMMAND"' ERR

# Ends the test with a message that names the line of the test.
fail() {
  local i
  for ((i = 0; i < ${#BASH_SOURCE[@]} - 1; i++)); do
    [[ ${BASH_SOURCE[i + 1]} == "${BASH_SOURCE[0]}" ]] || break
  done
  echo "$0:${BASH_LINENO[i]}: $*" >&2
  exit 1
}

# Notes the command for the failure report and runs it; helpers of this file are commands too.
run() {
  printf '%q ' "$@" >>"$log"
  echo >>"$log"
  if declare -F "$1" >/dev/null; then "$@"; else timeout -k 5 "${XLD_TEST_SECONDS:-60}" "$@"; fi
}

# starve OUTPUT COMMAND…: links with little address space, and the first limits are too low: each attempt succeeds or ends
# with status 1, a message and no OUTPUT. Not with sanitizers, whose shadow memory alone takes terabytes.
starve() {
  [[ -z ${XLD_SANITIZE-} ]] || return 0
  local output=$1 failures=0 limit status
  shift
  for limit in 8000 10000 12000 14000 18000 24000; do
    status=0
    (ulimit -v $limit && exec "$@" >messages 2>&1) || status=$?
    ((status <= 1 || status == 127)) || fail "status $status with $limit KiB: $(<messages)"
    ((status == 0)) || [[ ! -e $output ]] || fail "$output is left by a failed link"
    ((status != 1)) || grep -qE 'out of memory|annot allocate memory|failed to map' messages || fail "message: $(<messages)"
    ((status == 0)) || failures=$((failures + 1))
    rm -f "$output"
  done
  ((failures != 0)) || fail 'no limit was low enough to test anything'
}

# ---- compile ---------------------------------------------------------------------------------------------------------

# compile FILE.{c,cc,s,S} [FLAG…] <SOURCE: makes FILE.o; CC and CXX choose the compilers. Objects come from the cache if
# the same text was compiled by the same command before.
compile() {
  local source=$1 object=${1%.*}.o command key
  shift
  cat >"$source"
  case $source in
    *.cc) command=(${CXX:-g++}) ;;
    *) command=(${CC:-gcc}) ;;
  esac
  command+=("-I$lib_directory" "-ffile-prefix-map=$PWD=." "$@" -c "$source" -o "$object")
  [[ $source != *.[sS] ]] || command+=("-Wa,-I$lib_directory")
  key=$(echo "${command[@]/$PWD/}" | cat - "$source" "$lib_directory/exit.inc" "$lib_directory"/../../include/xld/*.h | sha256sum)
  key=$cache/${key%% *}.o
  if [[ ! -f $key ]]; then
    run "${command[@]}"
    cp "$object" "$key.$$"
    mv "$key.$$" "$key"
  else
    printf '%q ' "${command[@]}" >>"$log"
    echo >>"$log"
    cp "$key" "$object"
  fi
}

# ---- link ------------------------------------------------------------------------------------------------------------

# The output file that a command line names.
output_of() {
  local output=a.out
  while (($#)); do
    case $1 in
      -o | --output) output=$2 && shift ;;
      -o?*) output=${1#-o} ;;
      --output=*) output=${1#*=} ;;
    esac
    shift
  done
  echo "$output"
}

# Runs the checker on an output. W^X and the like do not hold for every test: NO_VERIFY=1 skips it for one link.
verify() {
  [[ $(head -c 4 "$1") == $'\x7fELF' ]] || fail "$1 is not an ELF file"
  [[ -z ${XLD_VERIFY:-} || -n ${NO_VERIFY:-} ]] || run "$XLD_VERIFY" "$1"
}

link_with() {
  run "$@" || return
  [[ $* == *oformat* ]] || verify "$(output_of "$@")"
}

link() { link_with "$XLD" "$@"; }
gcc_link() { link_with gcc "-B$scratch/bin" "$@"; }
gxx_link() { link_with g++ "-B$scratch/bin" "$@"; }
clang_link() { link_with clang-19 "--ld-path=$scratch/bin/ld" "$@"; }
clangxx_link() { link_with clang++-19 "--ld-path=$scratch/bin/ld" "$@"; }
musl_link() { link_with musl-gcc "-B$scratch/bin" "$@"; }

# expect_fail REGEX… -- ARGUMENT…: the link fails with status 1, its messages match every REGEX, no file is left behind,
# and an output that was there before is untouched.
expect_fail() {
  local patterns=() output listing
  while [[ $1 != -- ]]; do patterns+=("$1") && shift; done
  shift
  output=$(output_of "$@")
  rm -f "$output"
  listing=$(ls -A)
  fail_once "$@"
  for pattern in "${patterns[@]}"; do
    grep -qE -e "$pattern" "$scratch/messages" || fail "no message matches '$pattern': $(cat "$scratch/messages")"
  done
  [[ $(ls -A) == "$listing" ]] || fail "the failed link left files: $(ls -A)"
  echo 'older output' >"$output"
  fail_once "$@"
  # Most linkers remove an older output before they know that they will succeed: run_all.py --prove allows them to.
  [[ -n ${XLD_TEST_LENIENT:-} || $(<"$output") == 'older output' ]] || fail "the failed link touched $output"
  rm -f "$output"
}

fail_once() {
  local status=0
  run "$XLD" "$@" >"$scratch/messages" 2>&1 || status=$?
  ((status == 1)) || fail "status $status instead of 1: $(head -c 2000 "$scratch/messages")"
}

# ---- run and compare -------------------------------------------------------------------------------------------------

expect_equal() { [[ $1 == "$2" ]] || fail "expected '$2', found '$1'"; }
expect_different() { [[ $1 != "$2" ]] || fail "both are '$1'"; }

# expect_output TEXT COMMAND…: standard output, without its last newlines, and status 0.
expect_output() {
  local expected=$1 found
  shift
  found=$(run "$@") || fail "status $? from $*: $found"
  expect_equal "$found" "$expected"
}

# expect_status NUMBER COMMAND…
expect_status() {
  local expected=$1 status=0
  shift
  run "$@" >"$scratch/messages" 2>&1 || status=$?
  ((status == expected)) || fail "status $status instead of $expected from $*: $(head -c 2000 "$scratch/messages")"
}

# expect_match REGEX COMMAND…: standard output and standard error of a command that succeeds.
expect_match() {
  local pattern=$1
  shift
  run "$@" >"$scratch/messages" 2>&1 || fail "status $? from $*: $(head -c 2000 "$scratch/messages")"
  grep -qE -e "$pattern" "$scratch/messages" || fail "no line matches '$pattern': $(head -c 4000 "$scratch/messages")"
}

expect_no_match() {
  local pattern=$1
  shift
  run "$@" >"$scratch/messages" 2>&1 || fail "status $? from $*: $(head -c 2000 "$scratch/messages")"
  ! grep -E -e "$pattern" "$scratch/messages" >&2 || fail "a line matches '$pattern'"
}

# ---- look at the output ----------------------------------------------------------------------------------------------

# symbol FILE NAME: its value, as 0x….
symbol() {
  nm "$1" | awk -v name="$2" '$NF == name && NF == 3 && !found++ { print "0x" $1 } END { exit !found }'
}

# section FILE NAME FIELD: type, address, offset, size, entry, flags or align; numbers are decimal.
section() {
  local row
  row=$(readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' | awk -v name="$2" '$1 == name && !seen++')
  [[ -n $row ]] || fail "$1 has no section $2"
  set -- $row "$3"
  (($# == 11)) || set -- "${@:1:6}" "" "${@:7}"  # a section without flags
  case ${11} in
    type) echo "$2" ;;
    address) echo $((16#$3)) ;;
    offset) echo $((16#$4)) ;;
    size) echo $((16#$5)) ;;
    entry) echo $((16#$6)) ;;
    flags) echo "$7" ;;
    align) echo "${10}" ;;
  esac
}

# grep -q would end before readelf has written all, which then fails.
has_section() { readelf -SW "$1" | grep -E "\] $2 " >/dev/null; }
expect_no_section() { ! has_section "$1" "$2" || fail "$1 has a section $2"; }

# segment FILE TYPE FIELD [INDEX]: offset, address, physical, file_size, size, flags (such as RE) or align of the INDEXth
# (from 0) program header of that type.
segment() {
  readelf -lW "$1" | awk -v type="$2" -v field="$3" -v index_wanted="${4:-0}" '
    $1 == type && $2 ~ /^0x/ && seen++ == index_wanted {
      flags = ""
      for (i = 7; i < NF; i++) flags = flags $i
      split("offset address physical file_size size", names)
      for (i in names) value[names[i]] = $(i + 1)
      value["flags"] = flags; value["align"] = $NF
      print value[field]; found = 1
    } END { exit !found }'
}

# contents FILE SECTION: its bytes as one line of hex.
contents() {
  llvm-objcopy-19 --dump-section "$2=$scratch/bytes" "$1" "$scratch/copy" && od -An -v -tx1 "$scratch/bytes" | tr -d ' \n'
}

# disassemble FILE SYMBOL…: instructions only, one a line, operands after one space.
disassemble() {
  local file=$1 names
  shift
  names=$(IFS=, && echo "$*")
  llvm-objdump-19 -d --no-show-raw-insn --no-leading-addr --disassemble-symbols="$names" "$file" |
    sed -nE '/^[[:space:]]+[a-z]/ { s/^[[:space:]]+//; s/[[:space:]]+/ /g; s/ $//; p }'
}
