# For ./check and ./demo: the Debian packages each of them needs, and how to install those that are missing.
# Nothing is fetched when everything is there, so both work without a network then.

build_packages="g++ cmake ninja-build libfmt-dev libxxhash-dev libzstd-dev zlib1g-dev libyaml-dev"
verify_packages="llvm-19-dev"
test_packages="libgtest-dev libzydis-dev libgmp-dev python3 gcc-multilib g++-multilib binutils clang-19 llvm-19 clang-format-19 musl-tools gdb
lld-19 llvm-19-linker-tools golang-go binutils-dev qemu-user qemu-system-x86 libc6-dev-arm64-cross libstdc++-12-dev-arm64-cross"
all_packages="npm ovmf grub-pc-bin grub-common xorriso mtools dosfstools clang-tidy-19 libclang-rt-19-dev libbenchmark-dev"

install_missing() {
  missing=""
  for package in "$@"; do
    case "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" in
      ii*) ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -z "$missing" ] && return 0
  echo "installing:$missing"
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "these packages are missing, and there is neither root nor sudo" >&2; return 1; }
    as_root=sudo
  fi
  # shellcheck disable=SC2086 # lists of words
  $as_root apt-get update -qq </dev/null && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
}
