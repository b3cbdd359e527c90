// Recognising and rewriting sequences, for every CPU: finds the pattern, checks the relocations, calls the CPU's
// functions.
//
// A general-dynamic, local-dynamic or descriptor access must be rewritten where the model says so: a program without a
// loader may have nobody to fill its slots, and the offsets that go with a local-dynamic access change their meaning.
// An initial-exec access works unchanged, so an instruction nobody knows is simply left alone.
#include "tlsrewrite/rewriter.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <string_view>

namespace xld {
namespace {

constexpr uint8_t kMostRelocations = 4;  // of lea, push, call, pop

const TlsRewriter& rewriter_for(Cpu cpu) {
  return cpu == Cpu::I386 ? kTlsRewriterI386 : kTlsRewriterX86_64;
}

// "66 48 8d 3d [00 00 00 00] 66 66 48 e8": the bytes around a field, as far as there are any.
std::string show_bytes(Bytes code, uint64_t field) {
  const uint64_t end = std::min<uint64_t>(code.size(), field + 16);
  std::string text;
  for (uint64_t at = field - std::min<uint64_t>(field, 4); at < end; at++) {
    if (at == field) text += '[';
    text += fmt::format("{:02x}", code[at]);
    if (at == field + 3) text += ']';
    text += at + 1 < end ? " " : "";
  }
  return text;
}

Error refuse(Bytes code, const Reloc& reloc, TlsModel written, TlsModel wanted) {
  return Error{
      fmt::format("cannot rewrite this {} access to {}: the bytes around it, {}, are no code sequence of the ABI; "
                  "compile the file with -ftls-model=initial-exec or local-exec",
                  model_name(written), model_name(wanted), show_bytes(code, reloc.offset))};
}

// Sun's linkers knew what to call; ours know what to write instead.
Error refuse_kept(TlsModel written) {
  return Error{
      fmt::format("{} access in the form of Sun's assembler can be rewritten in executables, but has no meaning "
                  "in a shared library or with --no-relax; assemble the GNU form (x@tlsgd and "
                  "___tls_get_addr@plt)",
                  model_name(written))};
}

// The start of a call sequence whose field is at `offset`, if the bytes are those of its pattern.
bool is_at(const CallSequence& call, Bytes code, uint64_t offset) {
  if (offset < call.field) return false;
  const auto bytes = slice(code, offset - call.field, call.pattern.size);
  return bytes && call.pattern.matches(*bytes);
}

// The form says so itself, or the relocation of the call does.
bool is_call_relocation(std::span<const Reloc> relocs, const CallSequence& call) {
  if (call.is_self_contained()) return true;
  if (relocs.size() < 2) return false;
  const Want want = relocs[1].want;
  return relocs[1].offset == uint64_t{relocs[0].offset} + call.call_field - call.field &&
         (want == Want::Stub || want == Want::Address || want == Want::GotSlot);
}

// Those of a sequence that is self-contained lie within it, whatever they name.
uint8_t count_relocations(std::span<const Reloc> relocs, const CallSequence& call) {
  if (!call.is_self_contained()) return 2;
  const uint64_t end = uint64_t{relocs[0].offset} - call.field + call.pattern.size;
  uint8_t count = 1;
  while (count < relocs.size() && count < kMostRelocations && is_part_of_sequence(relocs[count]) &&
         relocs[count].offset > relocs[0].offset && relocs[count].offset < end)
    count++;
  return count;
}

Result<TlsSequence> recognise_call(const TlsRewriter& rewriter, Bytes code, std::span<const Reloc> relocs,
                                   TlsModel written, TlsModel wanted) {
  for (size_t i = 0; i < rewriter.calls.size(); i++) {
    const CallSequence& call = rewriter.calls[i];
    if (call.model != written || !is_at(call, code, relocs[0].offset)) continue;
    if (call.is_self_contained() != ((relocs[0].hints & hint::kMustRewrite) != 0)) continue;
    if (!rewriter.can_rewrite_call(code.data() + relocs[0].offset - call.field, call, wanted)) continue;
    if (!is_call_relocation(relocs, call)) {
      return Error{fmt::format("the call of __tls_get_addr at offset {:#x} has no relocation of its own",
                               uint64_t{relocs[0].offset} + call.call_field - call.field)};
    }
    return TlsSequence{.model = wanted,
                       .is_rewritten = true,
                       .relocations_consumed = count_relocations(relocs, call),
                       .form = static_cast<uint8_t>(i),
                       .begin = relocs[0].offset - call.field,
                       .size = call.pattern.size};
  }
  return refuse(code, relocs[0], written, wanted);
}

// The instruction with the relocated field, as far as the type promises it.
TlsSequence one_instruction(const Reloc& reloc, TlsModel wanted) {
  const uint8_t lead = std::min<uint8_t>(reloc.lead, static_cast<uint8_t>(std::min<uint32_t>(reloc.offset, 15)));
  return {.model = wanted, .is_rewritten = true, .begin = reloc.offset - lead, .size = static_cast<uint8_t>(lead + 4)};
}

Result<TlsSequence> recognise_descriptor(const TlsRewriter& rewriter, Bytes code, const Reloc& reloc, TlsModel wanted) {
  const auto call = slice(code, reloc.offset, rewriter.descriptor_call.size);
  const bool is_known = reloc.hints & hint::kIsTlsMarker ? call && rewriter.descriptor_call.matches(*call)
                                                         : rewriter.is_descriptor_load(code, reloc);
  if (!is_known) return refuse(code, reloc, TlsModel::Descriptor, wanted);
  if (reloc.hints & hint::kIsTlsMarker)
    return TlsSequence{
        .model = wanted, .is_rewritten = true, .begin = reloc.offset, .size = rewriter.descriptor_call.size};
  return one_instruction(reloc, wanted);
}

}  // namespace

std::string_view model_name(TlsModel model) {
  constexpr std::array<std::string_view, 5> kNames = {"general-dynamic", "local-dynamic", "TLS descriptor",
                                                      "initial-exec", "local-exec"};
  return kNames[static_cast<uint8_t>(model)];
}

bool BytePattern::matches(Bytes bytes) const {
  for (size_t i = 0; i < size; i++) {
    if ((bytes[i] & masks[i]) != values[i]) return false;
  }
  return true;
}

Result<TlsSequence> recognise_tls(Cpu cpu, Bytes code, std::span<const Reloc> relocs, TlsFacts facts) {
  const TlsRewriter& rewriter = rewriter_for(cpu);
  const Reloc& first = relocs[0];
  const TlsModel written = model_of(first);
  const TlsModel wanted = choose_model(written, facts);
  if (wanted == written) {
    if (first.hints & hint::kMustRewrite) return refuse_kept(written);
    return TlsSequence{written};
  }
  switch (written) {
    case TlsModel::GeneralDynamic:
    case TlsModel::LocalDynamic:
      return recognise_call(rewriter, code, relocs, written, wanted);
    case TlsModel::Descriptor:
      return recognise_descriptor(rewriter, code, first, wanted);
    case TlsModel::InitialExec:
      if (!rewriter.is_slot_load(code, first)) return TlsSequence{written};
      return one_instruction(first, wanted);
    case TlsModel::LocalExec:
      break;
  }
  return TlsSequence{written};
}

bool rewrite_tls(Cpu cpu, MutableBytes code, std::span<const Reloc> relocs, const TlsSequence& sequence,
                 const TlsValues& values) {
  if (!sequence.is_rewritten) return true;
  const TlsRewriter& rewriter = rewriter_for(cpu);
  const Reloc& first = relocs[0];
  uint8_t* field = code.data() + first.offset;
  if (first.hints & hint::kIsTlsMarker) {
    store<uint16_t>(field, 0x9066);  // xchg %ax, %ax
    return true;
  }
  switch (model_of(first)) {
    case TlsModel::Descriptor:
      return rewriter.rewrite_descriptor_load(field, first, sequence.model, values);
    case TlsModel::InitialExec:
      return rewriter.rewrite_slot_load(field, first, values);
    default: {
      const CallSequence& call = rewriter.calls[sequence.form];
      return rewriter.rewrite_call(field - call.field, call, sequence.model, values);
    }
  }
}

}  // namespace xld
