// Claims, resolutions and deliveries. See link_time.h.
#include "ld/link_time.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "core/hash.h"
#include "core/path.h"
#include "ld/file_guess.h"
#include "ld/plugin/choice.h"
#include "ld/target.h"

namespace xld {

using plugin::AtEnd;
using plugin::Request;
using plugin::SymbolKind;
using plugin::SymbolResolution;
using plugin::SymbolVisibility;
using plugin::WireReader;
using plugin::WireWriter;

namespace {

// ---- names

uint16_t visibility_flag(SymbolVisibility visibility) {
  switch (visibility) {
    case SymbolVisibility::Protected:
      return symbol_flag::kProtected;
    case SymbolVisibility::Internal:
      return symbol_flag::kInternal;
    case SymbolVisibility::Hidden:
      return symbol_flag::kHidden;
    case SymbolVisibility::Default:
      break;
  }
  return 0;
}

ClaimClass claim_class_of(const Link& link, SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Definition:
      return ClaimClass::Strong;
    case SymbolKind::WeakDefinition:
      return link.format->weak_class;
    case SymbolKind::Common:
      return ClaimClass::Common;
    case SymbolKind::Reference:
    case SymbolKind::WeakReference:
      break;
  }
  return ClaimClass::None;
}

// Turns a plugin's list of symbols into what a reader of objects would have left. A group has no sections that could
// lose, so each gets the number of one that does not exist.
class NameReader {
 public:
  NameReader(Link& link, WireReader& answer) : link_(link), arena_(link.session.arena()), answer_(answer) {}

  void read(InputFile& file) {
    for (uint32_t count = answer_.number<uint32_t>(); count != 0 && !answer_.failed(); count--)
      read_symbol(file.hides_definitions);
    file.first_global = 0;
    file.globals = arena_.allocate_array<SymbolId>(occurrences_.size());
    file.occurrences = copy(occurrences_);
    file.commons = copy(commons_);
    file.groups = copy(groups_);
    file.raw_section_count = static_cast<uint32_t>(groups_.size()) + 1;
    file.is_lost = {};
  }

 private:
  void read_symbol(bool hides_definitions) {
    const auto kind = static_cast<SymbolKind>(answer_.number<uint8_t>());
    Occurrence occurrence;
    occurrence.claim_class = claim_class_of(link_, kind);
    occurrence.is_weak_reference = kind == SymbolKind::WeakReference || kind == SymbolKind::WeakDefinition;
    occurrence.symbol_flags = visibility_flag(static_cast<SymbolVisibility>(answer_.number<uint8_t>()));
    if (hides_definitions && occurrence.claim_class != ClaimClass::None)
      occurrence.symbol_flags |= symbol_flag::kHidden;
    const auto size = answer_.number<uint64_t>();
    std::string name = answer_.text();
    if (const std::string version = answer_.text(); !version.empty()) name += "@" + version;
    const std::string_view kept = arena_.copy_text(name);
    occurrence.name = kept.data();
    occurrence.length = static_cast<uint32_t>(kept.size());
    occurrence.hash = hash_name(kept);
    if (const std::string group = answer_.text(); !group.empty()) occurrence.section = section_of(group);
    if (occurrence.claim_class == ClaimClass::Common)
      commons_.push_back({.global = static_cast<uint32_t>(occurrences_.size()), .size = size});
    occurrences_.push_back(occurrence);
  }

  uint32_t section_of(const std::string& group) {
    const auto [found, is_new] = sections_.try_emplace(group, static_cast<uint32_t>(groups_.size()) + 1);
    if (is_new) {
      const auto member = arena_.allocate_array<uint32_t>(1);
      member[0] = found->second;
      InputGroup added;
      added.name = arena_.copy_text(group);
      added.members = {reinterpret_cast<const uint8_t*>(member.data()), sizeof(uint32_t)};
      groups_.push_back(added);
    }
    return found->second;
  }

  template <class T>
  std::span<T> copy(const std::vector<T>& items) {
    const std::span<T> kept = arena_.allocate_array<T>(items.size());
    std::copy(items.begin(), items.end(), kept.begin());
    return kept;
  }

  const Link& link_;
  Arena& arena_;
  WireReader& answer_;
  std::vector<Occurrence> occurrences_;
  std::vector<CommonOffer> commons_;
  std::vector<InputGroup> groups_;
  std::map<std::string, uint32_t> sections_;
};

// ---- resolutions

// Tells what each symbol of a claimed file has become.
class Resolver {
 public:
  Resolver(Link& link, const InputFinder& finder)
      : link_(link), is_seen_(link.symbols.size()), is_shown_(link.format->foresee_exports(link)) {
    for (const InputFile* file : link.inputs.files)
      if (!file->is_claimed)
        for (const SymbolId id : file->globals) is_seen_[id.value] = 1;
    see_names_of_options();
    see_names_of_members(finder);
  }

  std::string resolutions(const InputFile& file) const {
    std::string result;
    for (uint32_t i = 0; i < file.globals.size(); i++) result += static_cast<char>(resolution(file, i));
    return result;
  }

 private:
  // Names that mean something to others than the files that mention them. The compiler does not know of --wrap: it must
  // neither bind a reference to the original nor drop the wrapper.
  void see_names_of_options() {
    constexpr uint32_t kSeen = symbol_flag::kRoot | symbol_flag::kLinkerMade | symbol_flag::kReferencedOutside;
    const Options& options = link_.options();
    for (uint32_t i = 0; i < is_seen_.size(); i++)
      if (link_.symbols.has(SymbolId{i}, kSeen)) is_seen_[i] = 1;
    see(options.init_function);
    see(options.fini_function);
    for (const std::string& name : options.wrapped)
      for (const std::string& seen : {name, "__wrap_" + name, "__real_" + name}) see(seen);
  }

  // What is compiled may call further functions of archives; such a member must not bring a second copy of a variable.
  void see_names_of_members(const InputFinder& finder) {
    finder.for_each_offer([&](std::string_view name, uint64_t /*hash*/, FileId file) {
      if (!link_.inputs.by_id[file.value]) see(name);
    });
    for (const InputFile* file : finder.lazy_objects())
      if (!link_.inputs.by_id[file->id.value] && !file->is_claimed)
        for (const Occurrence& o : file->occurrences)
          if (o.claim_class != ClaimClass::None) see({o.name, o.length});
  }

  void see(std::string_view name) {
    if (const SymbolId id = link_.symbols.find(name); id.is_valid()) is_seen_[id.value] = 1;
  }

  SymbolResolution resolution(const InputFile& file, uint32_t index) const {
    const SymbolId id = file.globals[index];
    const Claim claim = link_.symbols.claim(id);
    const bool is_by_ir = claim.is_definition() && link_.inputs.file(claim.file()).is_claimed;
    if (file.occurrences[index].claim_class == ClaimClass::None) {
      if (claim.is_import()) return SymbolResolution::ResolvedBySharedLibrary;
      if (!claim.is_definition()) return SymbolResolution::Undefined;
      return is_by_ir ? SymbolResolution::ResolvedByIr : SymbolResolution::ResolvedByRegular;
    }
    if (claim.file() == file.id && claim.raw_symbol() == index && claim.is_definition()) return prevailing(id);
    return is_by_ir ? SymbolResolution::PreemptedByIr : SymbolResolution::PreemptedByRegular;
  }

  SymbolResolution prevailing(SymbolId id) const {
    if (is_seen_[id.value] || link_.options().is_relocatable) return SymbolResolution::PrevailingDefinition;
    return is_shown_[id.value] ? SymbolResolution::PrevailingOnlyInIrExported : SymbolResolution::PrevailingOnlyInIr;
  }

  const Link& link_;
  std::vector<uint8_t> is_seen_;   // by SymbolId: by others than claimed files
  std::vector<uint8_t> is_shown_;  // by SymbolId: to other modules
};

plugin::OutputType output_type(const Options& options) {
  if (options.is_relocatable) return plugin::OutputType::Relocatable;
  if (options.is_shared) return plugin::OutputType::SharedLibrary;
  return options.is_pie ? plugin::OutputType::Pie : plugin::OutputType::Executable;
}

// LLVM's plugin ends the process when it was told to write something else than code.
AtEnd end_of_plugin(const Link& link) {
  constexpr std::string_view kLastWords[] = {"emit-asm", "emit-llvm", "thinlto-index-only"};
  for (const PluginOption& plugin : link.plugins)
    for (const std::string& given : plugin.options)
      if (std::ranges::any_of(kLastWords, [&](std::string_view word) { return given.starts_with(word); }))
        return AtEnd::IsDone;
  return AtEnd::HasFailed;
}

}  // namespace

std::string unclaimed_text(const Link& link, const std::string& name) {
  if (link.plugins.empty())
    return name +
           ": is a compiler's intermediate code (-flto), and no plugin was given that compiles it; link with the "
           "compiler and -flto, which passes -plugin, or compile without -flto or with -ffat-lto-objects";
  return fmt::format(
      "{}: is a compiler's intermediate code (-flto), which the plugin {} does not take; link with the "
      "compiler that made it",
      name, link.plugins.front().path);
}

bool may_claim_any_file(const Link& link) {
  return !std::ranges::all_of(link.plugins, plugin::is_of_known_compiler);
}

void provide_plugin_for_bitcode(Link& link) {
  if (!link.plugins.empty()) return;
  if (auto found = plugin::find_llvm_plugin(link.options())) link.plugins.push_back(std::move(*found));
}

// ---- the compiler

void LinkTimeCompiler::show(InputFile& file) {
  if (is_done_ || (file.ir == IrContent::None && !is_shown_all_)) return;
  const auto place = finder_.disk_place(file);
  if (!place || !start()) return;
  WireWriter request;
  request.number(Request::Claim);
  request.text(place->path);
  request.number(place->offset);
  request.number(static_cast<uint64_t>(file.bytes.size()));
  request.number(static_cast<uint8_t>(takes_part(file)));
  auto answer = process_.ask(request.bytes(), "look at " + file.display_name());
  if (answer && answer->number<uint8_t>() != 0) take_names(file, *answer);
}

void LinkTimeCompiler::report_unclaimed(const InputFile& file) {
  if (has_started_ && !process_.is_running()) return;  // it would have been claimed, perhaps
  const bool is_known = identify_file(file.bytes).kind != FileKind::Unknown;
  const std::string name = file.display_name();
  link_.diagnostics().error(
      is_known ? unclaimed_text(link_, name) : fmt::format("{}: {}", name, guess_file_type(file.bytes)), file.id);
}

bool LinkTimeCompiler::start() {
  if (link_.plugins.empty()) return false;
  if (std::exchange(has_started_, true)) return process_.is_running();
  warn_of_lost_options();
  return process_.start() && process_.ask(load_request(), "start");
}

void LinkTimeCompiler::warn_of_lost_options() const {
  const std::vector<std::string>& options = link_.options().lto_options;
  if (options.empty() || std::ranges::any_of(link_.plugins, plugin::is_of_llvm)) return;
  link_.diagnostics().warn(
      fmt::format("options for LLVM's plugin (--lto-…, --thinlto-…, -mllvm; the first says '{}') have no effect: the "
                  "plugin is {}; give it its own by -plugin-opt",
                  options.front(), link_.plugins.front().path));
}

std::string LinkTimeCompiler::load_request() const {
  const Options& options = link_.options();
  WireWriter request;
  request.number(Request::Load);
  request.number(static_cast<uint32_t>(link_.plugins.size()));
  for (const PluginOption& option : link_.plugins) {
    request.text(option.path);
    request.texts(option.options);
  }
  request.number(output_type(options));
  request.text(link_.output_path);
  request.texts(options.wrapped);
  return request.bytes();
}

void LinkTimeCompiler::take_names(InputFile& file, WireReader& answer) {
  const auto number = answer.number<uint32_t>();
  NameReader(link_, answer).read(file);
  if (answer.failed() || number != claimed_.size())
    return link_.diagnostics().error(fmt::format("{}: the plugin's answer is damaged", file.display_name()), file.id);
  file.is_claimed = true;
  file.format_data = nullptr;  // of the same file as an object
  claimed_.push_back(&file);
}

std::string LinkTimeCompiler::compile_request() {
  const Resolver resolver(link_, finder_);
  WireWriter request;
  request.number(Request::Compile);
  request.number(static_cast<uint32_t>(claimed_.size()));
  for (uint32_t number = 0; number < claimed_.size(); number++) {
    const InputFile& file = *claimed_[number];
    request.number(number);
    request.number(static_cast<uint8_t>(takes_part(file)));
    request.text(takes_part(file) ? resolver.resolutions(file) : std::string());
  }
  return request.bytes();
}

void LinkTimeCompiler::clean_up() {
  WireWriter request;
  request.number(Request::CleanUp);
  process_.ask(request.bytes(), "clean up");
  process_.stop();
}

// Claimed archive members that nobody wanted may be wanted now, if they have code as well.
void LinkTimeCompiler::release_unwanted() {
  for (InputFile* file : claimed_) {
    if (takes_part(*file) || file->ir != IrContent::Beside) continue;
    file->is_claimed = false;
    file->is_read = false;
  }
}

std::optional<CompiledInputs> LinkTimeCompiler::compile() {
  const auto timer = link_.session.timings.measure("compile");
  is_done_ = true;
  link_.session.pool.rest();  // the compilers run in threads and processes of their own
  const std::string request = compile_request();
  if (link_.diagnostics().failed()) return std::nullopt;
  auto answer = process_.ask(request, "compile the intermediate code", end_of_plugin(link_));
  if (!answer) {
    link_.is_left_to_plugin = !link_.diagnostics().failed();
    return std::nullopt;
  }
  CompiledInputs compiled;
  for (uint32_t count = answer->number<uint32_t>(); count != 0 && !answer->failed(); count--) {
    InputOption input;
    input.kind = answer->number<uint8_t>() != 0 ? InputKind::Library : InputKind::File;
    input.name = answer->text();
    input.is_static = link_.options().is_static;
    input.as_needed = true;  // it repeats the libraries that the compiler driver links in any case
    compiled.inputs.push_back(std::move(input));
  }
  compiled.search_path = answer->text();
  release_unwanted();
  return compiled;
}

}  // namespace xld
