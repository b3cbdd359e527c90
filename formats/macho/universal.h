// Universal files: several files, each for one CPU, in one. <mach-o/fat.h>.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "core/target.h"

namespace xld::macho {

bool is_universal(Bytes bytes);

// The part for `cpu`, or nothing; a file that is not universal is its own part. An error: the file is damaged.
Result<std::optional<Bytes>> find_slice(Bytes bytes, Cpu cpu);

// The same where there has to be one.
Result<Bytes> slice_for(Bytes bytes, Cpu cpu);

// For messages, if there is none: "is universal (i386,ppc) but does not contain the x86_64 architecture".
std::string missing_slice(Bytes bytes, Cpu cpu);

// True of code for a CPU that runs on some of its models only.
bool is_of_other_kind(uint32_t type, uint32_t subtype);

// What Apple's tools and stubs call a CPU; empty: it is not known.
std::string_view architecture_name(Cpu cpu);
std::string_view architecture_name(uint32_t type, uint32_t subtype);

}  // namespace xld::macho
