#!/usr/bin/env bash
# UEFI firmware (OVMF) starts --image=efi as a program and --image=esp as a disk.
source "$(dirname "$0")/../qemu.sh"
BOOT_SECONDS=200 MEMORY=256M MEMORY_SIZE=268435456

build_kernel k
for kind in efi esp; do link_kernel k.$kind --image=$kind k-start.o k-main.o; done
expect_match 'COFF-x86-64' llvm-readobj-19 --file-headers k.efi
run fsck.fat -n k.esp
firmware='-bios /usr/share/ovmf/OVMF.fd'
boots() { # LINE QEMU-OPTION…: the serial log has the firmware's output before ours
  local line=$1 status=0
  shift
  qemu q35 $firmware "$@" >"$scratch/serial" 2>&1 || status=$?
  ((status == 33)) || fail "QEMU $* ended with $status: $(tail -c 2000 "$scratch/serial")"
  tr -d '\r' <"$scratch/serial" | grep "$line\$" >/dev/null || fail "no line of ours: $(tail -c 2000 "$scratch/serial")"
}
boots 'the kernel runs' -drive file=k.esp,format=raw,snapshot=on
boots 'the kernel runs, command line one two' -kernel k.efi -append 'one two'
# Position-independent code, whose loads from the GOT are shortened: it runs at its load address, wherever the firmware put
# the application.
build_kernel pic -fPIC
link_kernel k.efi --image=efi pic-start.o pic-main.o
boots 'the kernel runs' -kernel k.efi
