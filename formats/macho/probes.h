// Static probes of programs: what <sys/sdt.h> makes of one is a call of ___dtrace_probe$…, or of ___dtrace_isenabled$…
// for the question whether somebody listens. Nobody does, as the output does not describe its probes: the call becomes
// an instruction that does nothing, or answers no.
#pragma once

#include "formats/format.h"
#include "formats/macho/object.h"

namespace xld::macho {

bool is_probe_name(std::string_view name);

// The record is about a call of a probe, which nothing defines: there is nothing to relocate. Only in a file with
// MachoObject::has_probes.
bool is_probe_call(const Link& link, const InputFile& file, const RawReloc& raw);

// Puts instructions in the place of such calls into a copy of an atom.
void replace_probe_calls(const Link& link, const InputFile& file, const Atom& atom, MutableBytes out);

}  // namespace xld::macho
