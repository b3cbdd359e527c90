#!/usr/bin/env bash
# A full disk, too little memory and signals while an image is written: the image is complete or not there, and an older one
# is as it was. The kinds are those that are written in different ways: as they are, padded, framed, summed up, as text.
source "$(dirname "$0")/../qemu.sh"

compile k.s <<<'	.globl _start
_start:	hlt
	.quad __image_crc32'
head -c 4000000 /dev/urandom >large
kinds='elf disk bzimage esp hex'
link_large() { link_kernel "$2" --image="$1" --embed large=large k.o "${@:3}"; }

# Without root, a device that is always full stands for the disk. What is read back cannot be written to a device at all.
if ((UID == 0)) && mkdir disk && mount -t tmpfs -o size=6m none disk 2>/dev/null; then
  trap 'umount -l disk || true; finish_test' EXIT
  for kind in $kinds; do
    echo 'older image' >disk/k.img
    head -c 3000000 /dev/zero >disk/ballast
    fail_once --target=none-amd64 --nostdrt --image=$kind --embed large=large k.o -o disk/k.img
    grep -q 'No space left' "$scratch/messages" || fail "$kind: $(<"$scratch/messages")"
    expect_equal "$(ls -A disk) $(<disk/k.img)" $'ballast\nk.img older image'
  done
fi
for kind in $kinds; do
  fail_once --target=none-amd64 --nostdrt --image=$kind --embed large=large k.o -o /dev/full
done

for kind in $kinds; do
  starve small.img "$XLD" --target=none-amd64 --nostdrt --image=$kind --threads=1 --embed large=large k.o -o small.img
done

for kind in $kinds; do
  link_large $kind complete
  for signal in INT TERM; do
    for delay in 0.002 0.006 0.012 0.03; do
      echo 'older image' >k.img
      listing=$(ls -A)
      status=0
      timeout --foreground -s $signal $delay env --default-signal=INT "$XLD" --target=none-amd64 --nostdrt \
        --image=$kind --embed large=large k.o -o k.img || status=$?
      # A signal may come after the image has its name.
      cmp -s k.img complete || { ((status != 0)) && [[ $(<k.img) == 'older image' ]]; } ||
        fail "$kind: neither image is whole"
      [[ $(ls -A) == "$listing" ]] || fail "$kind left: $(ls -A)"
    done
  done
done
