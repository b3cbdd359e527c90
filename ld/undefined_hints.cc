// See undefined_hints.h.
#include "ld/undefined_hints.h"

#include <algorithm>
#include <fmt/core.h>
#include <strings.h>

#include "core/suggest.h"
#include "ld/messages.h"

namespace xld {

namespace {

// ---- names and who has them

struct Provider {
  std::string_view prefix;
  std::string_view advice;
};

constexpr std::string_view kCxxRuntime = "the C++ run-time library has it: link with g++ or clang++, or add -lstdc++";
constexpr std::string_view kMathLibrary = "the mathematics library has it: add -lm after the objects";

constexpr std::string_view kStartFiles = "a start file has it: link with the compiler driver, or add crti.o and crtn.o";

// The first match counts. A prefix that ends in '$' is a whole name.
constexpr Provider kProviders[] = {
    {"__gxx_personality_", kCxxRuntime},
    {"__cxa_", kCxxRuntime},
    {"_ZSt", kCxxRuntime},
    {"_ZNSt", kCxxRuntime},
    {"_ZNKSt", kCxxRuntime},
    {"_ZTISt", kCxxRuntime},
    {"_ZTVSt", kCxxRuntime},
    {"_ZTVN10__cxxabiv1", kCxxRuntime},
    {"_Znw", kCxxRuntime},
    {"_Zna", kCxxRuntime},
    {"_Zdl", kCxxRuntime},
    {"_Zda", kCxxRuntime},
    {"_Unwind_", "the unwinder has it: link with the compiler driver, or add -lgcc_eh"},
    {"__asan_", "compiled with AddressSanitizer: link with -fsanitize=address"},
    {"__ubsan_", "compiled with UndefinedBehaviorSanitizer: link with -fsanitize=undefined"},
    {"__tsan_", "compiled with ThreadSanitizer: link with -fsanitize=thread"},
    {"__msan_", "compiled with MemorySanitizer: link with -fsanitize=memory"},
    {"__sanitizer_", "compiled with a sanitizer: link with the same -fsanitize option"},
    {"__gcov_", "compiled for coverage: link with --coverage"},
    {"__llvm_profile_", "compiled for profiling: link with -fprofile-instr-generate"},
    {"__profc_", "compiled for profiling: link with -fprofile-instr-generate"},
    {"GOMP_", "compiled with OpenMP: link with -fopenmp"},
    {"omp_", "compiled with OpenMP: link with -fopenmp"},
    {"__atomic_", "the atomic library has it: add -latomic"},
    {"pthread_", "the thread library has it: link with -pthread"},
    {"dlopen$", "the loader's library has it: add -ldl"},
    {"dlsym$", "the loader's library has it: add -ldl"},
    {"sin$", kMathLibrary},
    {"cos$", kMathLibrary},
    {"tan$", kMathLibrary},
    {"pow$", kMathLibrary},
    {"exp$", kMathLibrary},
    {"log$", kMathLibrary},
    {"sqrt$", kMathLibrary},
    {"fmod$", kMathLibrary},
    {"floor$", kMathLibrary},
    {"ceil$", kMathLibrary},
    {"_init$", kStartFiles},
    {"_fini$", kStartFiles},
    {"__libc_start_main$", "the C library has it: link with the compiler driver, or add -lc"},
    {"main$", "a program needs a function main: is its object missing, or was -shared or -c meant?"},
};

constexpr size_t kMaxComponents = 64;

// One "<length><characters>" of a mangled name; 0 if there is none.
size_t component_size(std::string_view text) {
  size_t digits = 0, length = 0;
  while (digits < text.size() && digits < 6 && text[digits] >= '0' && text[digits] <= '9')
    length = length * 10 + static_cast<size_t>(text[digits++] - '0');
  return length != 0 && length <= text.size() - digits ? digits + length : 0;
}

bool is_equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// Without what compilers for the format put before it.
std::string_view source_name(const Link& link, SymbolId id) {
  std::string_view name = link.symbols.name(id);
  if (name.starts_with(link.format->describe->name_prefix))
    name.remove_prefix(link.format->describe->name_prefix.size());
  return name;
}

// ---- one walk over all names

// Candidates by how convincing they are; of equals the one that sorts first.
struct Candidates {
  SymbolId other_linkage;     // foo for foo(int), and the reverse
  SymbolId other_parameters;  // foo(long) for foo(int)
  SymbolId other_case;
  std::optional<std::string_view> near;
};

class NameSearch {
 public:
  // `wanted` is a source_name().
  NameSearch(const Link& link, std::string_view wanted)
      : link_(link), wanted_(wanted), stem_(mangled_stem(wanted)), plain_(plain_name_of_stem(stem_)) {}

  Candidates run() {
    Suggestion suggestion(wanted_);
    for (uint32_t i = 0; i < link_.symbols.size(); i++) {
      const SymbolId id{i};
      if (link_.symbols.claim(id).claim_class() == ClaimClass::None) continue;  // an archive's offer counts
      const std::string_view name = source_name(link_, id);
      if (name == wanted_) continue;
      suggestion.consider(name);
      consider(id, name);
    }
    found_.near = suggestion.best();
    return found_;
  }

 private:
  void consider(SymbolId id, std::string_view name) {
    if (is_equal_ignoring_case(name, wanted_)) take(found_.other_case, id);
    if (stem_.empty() ? plain_name_of_stem(mangled_stem(name)) == wanted_ : name == plain_)
      take(found_.other_linkage, id);
    if (!stem_.empty() && name.starts_with(stem_) && mangled_stem(name) == stem_) take(found_.other_parameters, id);
  }

  void take(SymbolId& place, SymbolId id) const {
    if (!place.is_valid() || source_name(link_, id) < source_name(link_, place)) place = id;
  }

  const Link& link_;
  const std::string_view wanted_;
  const std::string_view stem_;
  const std::string_view plain_;
  Candidates found_;
};

// ---- words

std::string definer_of(const Link& link, SymbolId id) {
  const Claim claim = link.symbols.claim(id);
  if (!claim.is_definition() || claim.file().value >= link.inputs.by_id.size()) return {};
  const InputFile* file = link.inputs.by_id[claim.file().value];
  return file ? fmt::format("\n>>> defined in: {}", file->display_name()) : std::string();
}

std::string did_you_mean(const Link& link, SymbolId id) {
  return fmt::format("\n>>> did you mean: {}{}", readable_name(link, link.symbols.name(id)), definer_of(link, id));
}

std::string linkage_hint(const Link& link, std::string_view wanted, SymbolId id) {
  const bool is_c_missing = mangled_stem(wanted).empty();
  const std::string name = readable_name(link, link.symbols.name(id));
  return (is_c_missing ? fmt::format("\n>>> did you mean to declare {} as extern \"C\"? It has C++ linkage", name)
                       : fmt::format("\n>>> did you mean: extern \"C\" {}", name)) +
         definer_of(link, id);
}

// A C library has so many short names that two edits away from any word there is one.
bool is_convincing(std::string_view wanted, std::string_view near) {
  constexpr size_t kShort = 8;
  std::vector<uint32_t> rows;
  return wanted.size() > kShort || bounded_edit_distance(wanted, near, 1, rows) == 1;
}

std::string spelling_hint(const Link& link, std::string_view wanted) {
  const Candidates found = NameSearch(link, wanted).run();
  if (found.other_linkage.is_valid()) return linkage_hint(link, wanted, found.other_linkage);
  if (found.other_parameters.is_valid()) return did_you_mean(link, found.other_parameters);
  if (found.other_case.is_valid()) return did_you_mean(link, found.other_case);
  if (found.near && is_convincing(wanted, *found.near)) {
    const SymbolId id = link.symbols.find(fmt::format("{}{}", link.format->describe->name_prefix, *found.near));
    return did_you_mean(link, id.is_valid() ? id : link.symbols.find(*found.near));
  }
  return {};
}

// The group of `file` that contains a section; none if it was dropped for another reason.
const InputGroup* group_of(const InputFile& file, uint32_t raw_section) {
  for (const InputGroup& group : file.groups)
    for (size_t i = 0; i + 4 <= group.members.size(); i += 4)
      if (load<uint32_t>(group.members.data() + i) == raw_section) return &group;
  return nullptr;
}

// A definition that lost with its group: whoever won defines less.
std::string lost_definition_hint(const Link& link, SymbolId symbol) {
  for (const InputFile* file : link.inputs.files) {
    if (file->is_lost.empty()) continue;
    for (uint32_t i = 0; i < file->globals.size(); i++) {
      if (file->globals[i] != symbol || i >= file->occurrences.size()) continue;
      const DefinitionText definition = link.format->describe->definition(link, *file, file->first_global + i);
      if (definition.place.empty()) continue;
      return fmt::format("\n>>> defined in {}:({}), but that section was discarded{}", file->display_name(),
                         definition.place, discard_lines(link, *file, file->occurrences[i].section));
    }
  }
  return {};
}

std::string class_data_hint(std::string_view name) {
  if (!name.starts_with("_ZTV") && !name.starts_with("_ZTI") && !name.starts_with("_ZTT")) return {};
  return "\n>>> it is made where the first virtual function of the class that is neither inline nor pure (its key "
         "function) "
         "is defined: define that function, or link the file that does";
}

}  // namespace

std::string_view mangled_stem(std::string_view name) {
  if (!name.starts_with("_Z")) return {};
  size_t at = 2;
  if (const size_t size = component_size(name.substr(at))) return name.substr(0, at + size);
  if (name.substr(at, 1) != "N") return {};
  at++;
  while (at < name.size() && (name[at] == 'K' || name[at] == 'V' || name[at] == 'r')) at++;  // member qualifiers
  for (size_t i = 0; i < kMaxComponents; i++) {
    const size_t size = component_size(name.substr(at));
    if (size == 0) break;
    at += size;
  }
  return name.substr(at, 1) == "E" ? name.substr(0, at + 1) : std::string_view();
}

std::string_view plain_name_of_stem(std::string_view stem) {
  if (stem.size() < 3 || stem[2] == 'N') return {};
  return stem.substr(stem.find_first_not_of("0123456789", 2));
}

std::string_view usual_provider(std::string_view name) {
  for (const Provider& provider : kProviders) {
    const bool is_whole = provider.prefix.ends_with('$');
    if (is_whole ? name == provider.prefix.substr(0, provider.prefix.size() - 1) : name.starts_with(provider.prefix))
      return provider.advice;
  }
  return {};
}

std::string discard_lines(const Link& link, const InputFile& file, uint32_t raw_section) {
  const InputGroup* group = group_of(file, raw_section);
  if (!group || !group->key.is_valid())
    return fmt::format("\n>>> the section is not one that is linked ({})", link.format->describe->unlinked_sections);
  std::string text =
      fmt::format("\n>>> section group signature: {}", readable_name(link, link.symbols.name(group->key)));
  const uint32_t owner = link.group_owners[group->key.value];
  if (owner != file.id.value && owner < link.inputs.by_id.size() && link.inputs.by_id[owner])
    text += fmt::format("\n>>> prevailing definition is in {}", link.inputs.by_id[owner]->display_name());
  return text + "\n>>> compile both files with the same compiler and options, so that their copies agree";
}

std::string undefined_hints(const Link& link, SymbolId symbol) {
  const std::string_view name = source_name(link, symbol);
  if (std::string hint = lost_definition_hint(link, symbol); !hint.empty()) return hint;
  if (const std::string_view advice = usual_provider(name); !advice.empty()) return fmt::format("\n>>> {}", advice);
  return class_data_hint(name) + spelling_hint(link, name);
}

}  // namespace xld
