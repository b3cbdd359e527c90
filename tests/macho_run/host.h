// What images import from the system, as the host has it.
//
// Most functions of the C library are the same on both sides and are called as they are. Those that differ in a
// constant, a structure or a convention have a shim; each shims_*.cc supplies a table of them. A name is looked up in
// the tables first (with and without its `$` suffix), then in the host's libraries.
#pragma once

#include <span>

#include "tests/macho_run/machine.h"

namespace macho_run {

enum class HostKind {
  Function,
  Leaves,  // a function that leaves by throwing: see bridge_to_host
  Direct,  // assembler that keeps to the image's conventions and needs no bridge
  Data,
};

struct HostSymbol {
  const char* name;  // without the leading underscore
  const void* address;
  HostKind kind;

  // Functions of any type, and data.
  template <class T>
  HostSymbol(const char* its_name, T* its_address, HostKind its_kind = HostKind::Function)
      : name(its_name), address(reinterpret_cast<const void*>(its_address)), kind(its_kind) {}
};

using HostSymbols = std::span<const HostSymbol>;

HostSymbols stdio_shims();
HostSymbols text_shims();
HostSymbols system_shims();
HostSymbols thread_shims();
HostSymbols loader_shims();
HostSymbols host_code_thread_shims();

}  // namespace macho_run
