# Helpers for tests that boot what they link: everything of tests/run/lib.sh, and QEMU. Emulation only (TCG): KVM is not
# everywhere. A kernel says that all is well by writing 0x10 to the debug-exit device: QEMU ends with status 33. A triple
# fault ends it with 0, so 0 is a failure, as is running into the time limit.
source "$(dirname "${BASH_SOURCE[0]}")/../run/lib.sh"

# qemu MACHINE ARGUMENT…: the serial port is standard output.
qemu() {
  timeout -k 5 "${BOOT_SECONDS:-60}" qemu-system-x86_64 -accel tcg -M "$1" -m "${MEMORY:-64M}" -display none \
    -serial stdio -monitor none -nodefaults -no-user-config -no-reboot -device isa-debug-exit,iobase=0x501,iosize=4 \
    "${@:2}" </dev/null
}

# expect_boot LOG MACHINE ARGUMENT…: exactly this text on the serial port, and status 33 (or STATUS).
expect_boot() {
  local expected=$1 status=0
  shift
  printf '%q ' qemu-system-x86_64 -accel tcg -M "$1" -serial stdio "${@:2}" >>"$log"
  echo >>"$log"
  qemu "$@" >"$scratch/serial" 2>"$scratch/messages" || status=$?
  ((status == ${STATUS:-33})) ||
    fail "QEMU ($*) ended with $status: $(head -c 2000 "$scratch/messages"); serial: $(head -c 2000 "$scratch/serial")"
  expect_equal "$(tr -d '\r' <"$scratch/serial")" "$expected"
}

# build_kernel NAME [FLAG…]: the test kernel's objects, NAME-start.o and NAME-main.o.
build_kernel() {
  local images=$lib_directory/../kernel/images
  compile "$1-start.S" -fno-pic "${@:2}" <"$images/start.S"
  compile "$1-main.c" -O1 -ffreestanding -fno-pic -mno-red-zone -fno-stack-protector -fcf-protection=none \
    -fno-asynchronous-unwind-tables -DMEMORY="${MEMORY_SIZE:-67108864}" "${@:2}" <"$images/main.c"
}

# link_kernel OUTPUT ARGUMENT…: without the runtime.
link_kernel() {
  run "$XLD" --target=none-amd64 --nostdrt -o "$@"
}

# build_words: words.o, a program of the runtime that says what the loader handed over; link_words OUTPUT KIND.
build_words() {
  compile words.c -O2 -ffreestanding -fno-pic -I"$lib_directory/../../kernel_image/runtime/include" \
    <"$lib_directory/../kernel/images/words.c"
}
link_words() { run "$XLD" --target=none-amd64 --gc-sections --image="$2" -o "$1" words.o; }
