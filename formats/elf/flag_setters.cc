// Options of the GNU dialect with rules of their own. See flag_setters.h; the rules are those of the GNU ld manual,
// chapter "Command-line Options".
#include "formats/elf/flag_setters.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/bytes.h"
#include "formats/flag_setters.h"

namespace xld::elf {
namespace {

struct NamedPart {
  std::string_view name;
  std::string_view rest;
};

// NAME=REST. Reports a value that is not of this form.
std::optional<NamedPart> split_assignment(OptionContext& context, const OptionUse& use, std::string_view form) {
  const size_t equals = use.value.find('=');
  if (equals == 0 || equals == use.value.npos || equals + 1 == use.value.size()) {
    context.error(fmt::format("{}: '{}' is not of the form {}", use.spelling, use.value, form));
    return std::nullopt;
  }
  return NamedPart{use.value.substr(0, equals), use.value.substr(equals + 1)};
}

// GNU ld allows - and : between the bytes.
std::optional<std::vector<uint8_t>> parse_hexadecimal_bytes(std::string_view text) {
  std::vector<uint8_t> bytes;
  while (!text.empty()) {
    if (!bytes.empty() && (text[0] == '-' || text[0] == ':')) text.remove_prefix(1);
    const auto pair = text.substr(0, 2);
    const auto value = pair.size() == 2 && pair != "0x" ? parse_address(pair) : std::nullopt;
    if (!value) return std::nullopt;
    bytes.push_back(static_cast<uint8_t>(*value));
    text.remove_prefix(2);
  }
  if (bytes.empty()) return std::nullopt;
  return bytes;
}

}  // namespace

void add_assignment(OptionContext& context, const OptionUse& use) {
  if (const auto parts = split_assignment(context, use, "SYMBOL=EXPRESSION")) {
    context.options.assignments.push_back({std::string(parts->name), std::string(parts->rest)});
  }
}

void add_script(OptionContext& context, const OptionUse& use) {
  context.options.inputs.push_back({.kind = InputKind::File, .name = std::string(use.value), .is_searched = true});
}

// -R of anything but a file is -rpath: GNU ld took the meaning over from other systems.
void add_just_symbols(OptionContext& context, const OptionUse& use) {
  const std::string path(use.value);
  const bool is_directory = context.files.is_directory && context.files.is_directory(path);
  const bool is_nothing = context.files.exists && !context.files.exists(path);
  if (is_directory || (is_nothing && use.spelling == "-R")) {
    context.options.dynamic.runtime_paths.push_back(path);
    return;
  }
  context.add_input(InputKind::File, use.value);
  context.options.inputs.back().just_symbols = true;
}

void choose_build_id(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<BuildIdKind> kKinds[] = {
      {"none", BuildIdKind::None}, {"fast", BuildIdKind::Fast},     {"md5", BuildIdKind::Md5},
      {"sha1", BuildIdKind::Sha1}, {"sha256", BuildIdKind::Sha256}, {"uuid", BuildIdKind::Uuid},
      {"tree", BuildIdKind::Sha1}, {"0xHEX", BuildIdKind::Hex},
  };
  Options& options = context.options;
  options.build_id_bytes.clear();
  if (!use.is_on) {
    options.build_id = BuildIdKind::None;
  } else if (!use.has_value) {
    options.build_id = BuildIdKind::Sha1;
  } else if (use.value.starts_with("0x") || use.value.starts_with("0X")) {
    const auto bytes = use.value == "0xHEX" ? std::nullopt : parse_hexadecimal_bytes(use.value.substr(2));
    if (!bytes) return report_bad_number(context, use, "a sequence of hexadecimal bytes");
    options.build_id = BuildIdKind::Hex;
    options.build_id_bytes = *bytes;
  } else if (const auto kind = choose_named(context, use, kKinds)) {
    options.build_id = *kind;
  }
}

void choose_common_order(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<CommonOrder> kOrders[] = {{"descending", CommonOrder::FallingAlignment},
                                                        {"ascending", CommonOrder::RisingAlignment}};
  if (!use.has_value) {
    context.options.common_order = CommonOrder::FallingAlignment;
  } else if (const auto order = choose_named(context, use, kOrders)) {
    context.options.common_order = *order;
  }
}

namespace {

// KIND[:LEVEL]; nothing: reported.
std::optional<Compression> parse_compression(OptionContext& context, const OptionUse& use, std::string_view text) {
  static constexpr NamedValue<CompressionKind> kKinds[] = {{"none", CompressionKind::None},
                                                           {"zlib", CompressionKind::Zlib},
                                                           {"zlib-gabi", CompressionKind::Zlib},
                                                           {"zstd", CompressionKind::Zstd}};
  const size_t colon = std::min(text.find(':'), text.size());
  OptionUse name = use;
  name.value = text.substr(0, colon);
  const auto kind = choose_named(context, name, kKinds);
  if (!kind) return std::nullopt;
  if (colon == text.size()) return Compression{*kind, {}};
  const auto level = parse_number(text.substr(colon + 1));
  const uint64_t highest = *kind == CompressionKind::Zstd ? 22 : *kind == CompressionKind::Zlib ? 9 : 0;
  if (level && *level != 0 && *level <= highest) return Compression{*kind, static_cast<int>(*level)};
  report_bad_number(context, use, "zlib:1 to zlib:9 or zstd:1 to zstd:22");
  return std::nullopt;
}

}  // namespace

void choose_compression(OptionContext& context, const OptionUse& use) {
  if (use.value == "zlib-gnu")
    return context.error(
        fmt::format("{}=zlib-gnu is a form (.zdebug) that tools no longer read; use zlib", use.spelling));
  if (const auto compression = parse_compression(context, use, use.value))
    context.options.debug_compression = *compression;
}

void compress_sections(OptionContext& context, const OptionUse& use) {
  const size_t equals = use.value.rfind('=');
  if (equals == use.value.npos || equals == 0) return report_bad_word(context, use, "GLOB=KIND[:LEVEL]");
  if (const auto compression = parse_compression(context, use, use.value.substr(equals + 1)))
    context.options.section_compressions.push_back({std::string(use.value.substr(0, equals)), *compression});
}

void sort_by_calls(OptionContext& context, const OptionUse& use) {
  // Both of lld's ways to sort ask for the one there is here.
  static constexpr NamedValue<bool> kModes[] = {{"none", false}, {"hfsort", true}, {"cdsort", true}};
  if (!use.has_value) {
    context.options.sorts_by_calls = use.is_on;
  } else if (const auto sorts = choose_named(context, use, kModes)) {
    context.options.sorts_by_calls = *sorts;
  }
}

// GNU ld: %XX is a byte, and %[NAME] stands for a character that shells and makefiles treat specially.
void set_package_metadata(OptionContext& context, const OptionUse& use) {
  static constexpr std::pair<std::string_view, char> kNames[] = {
      {"comma", ','}, {"lbrace", '{'}, {"quot", '"'}, {"rbrace", '}'}, {"space", ' '}};
  std::string& out = context.options.package_metadata;
  out.clear();
  for (size_t i = 0; i < use.value.size(); i++) {
    const std::string_view rest = use.value.substr(i);
    if (rest[0] != '%') {
      out += rest[0];
    } else if (const auto named = std::ranges::find_if(
                   kNames, [&](const auto& row) { return rest.substr(1).starts_with(fmt::format("[{}]", row.first)); });
               named != std::end(kNames)) {
      out += named->second;
      i += named->first.size() + 2;
    } else if (const auto byte = parse_hexadecimal_bytes(rest.substr(1, 2)); byte && byte->size() == 1) {
      out += static_cast<char>((*byte)[0]);
      i += 2;
    } else {
      return context.error(
          fmt::format("{}: '%' at position {} is not followed by two hexadecimal digits or a name "
                      "such as [comma]; write %25 for a percent sign",
                      use.spelling, i));
    }
  }
}

void choose_emulation(OptionContext& context, const OptionUse& use) {
  choose_target(context, use, TargetNameKind::Emulation);
}

// A list, separated by commas or colons.
void exclude_libraries(OptionContext& context, const OptionUse& use) {
  std::string_view rest = use.value;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find_first_of(",:"));
    if (!name.empty()) context.options.dynamic.excluded_libraries.emplace_back(name);
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
}

void choose_system(OptionContext& context, const OptionUse& use) {
  choose_target(context, use, TargetNameKind::Historical);
}

void choose_hash_style(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<HashStyle> kStyles[] = {
      {"both", HashStyle::Both}, {"sysv", HashStyle::Sysv}, {"gnu", HashStyle::Gnu}, {"none", HashStyle::None}};
  if (const auto style = choose_named(context, use, kStyles)) context.options.dynamic.hash_style = *style;
}

void choose_image(OptionContext& context, const OptionUse& use) {
  struct Shape {
    ImageKind kind;
    bool has_multiboot, is_polyglot;
  };
  static constexpr NamedValue<Shape> kShapes[] = {
      {"elf", {ImageKind::Elf, false, false}},         {"elf,multiboot", {ImageKind::Elf, true, false}},
      {"disk", {ImageKind::Disk, false, false}},       {"disk,poly", {ImageKind::Disk, false, true}},
      {"efi", {ImageKind::Efi, false, false}},         {"esp", {ImageKind::Esp, false, false}},
      {"bzimage", {ImageKind::BzImage, false, false}}, {"flat", {ImageKind::Flat, false, false}},
      {"hex", {ImageKind::Hex, false, false}},         {"srec", {ImageKind::Srec, false, false}},
  };
  const auto shape = choose_named(context, use, kShapes);
  if (!shape) return;
  ImageOptions& image = context.options.image;
  image.kind = shape->kind;
  image.has_multiboot = shape->has_multiboot;
  image.is_polyglot = shape->is_polyglot;
}

void leave_runtime_out(OptionContext& context, const OptionUse&) {
  context.options.image.has_runtime = false;
}

// NAME=FILE[,section=SECTION][,align=N].
void embed_file(OptionContext& context, const OptionUse& use) {
  const auto parts = split_assignment(context, use, "NAME=FILE[,section=SECTION][,align=N]");
  if (!parts) return;
  const size_t comma = std::min(parts->rest.find(','), parts->rest.size());
  context.add_input(InputKind::File, parts->rest.substr(0, comma));
  InputOption& input = context.options.inputs.back();
  input.is_embedded = true;
  input.is_lazy = false;
  input.embed_name = parts->name;
  std::string_view rest = parts->rest.substr(comma);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(word.size());
    if (word.starts_with("section=") && word.size() > 8) {
      input.embed_section = word.substr(8);
    } else if (const auto number = word.starts_with("align=") ? parse_number(word.substr(6)) : std::nullopt;
               number && is_power_of_two(*number)) {
      input.embed_alignment = *number;
    } else {
      context.error(fmt::format("{}: '{}' is not section=SECTION or align=N, N a power of two", use.spelling, word));
    }
  }
}

void set_load_address(OptionContext& context, const OptionUse& use) {
  const auto address = parse_number(use.value);
  if (!address) return report_bad_number(context, use, "an address, such as 0x100000 or 2M");
  context.options.image.load_address = *address;
}

void choose_input_format(OptionContext& context, const OptionUse& use) {
  const bool is_elf = use.value == "elf" || use.value == "default" ||
                      find_target_name(TargetNameKind::OutputFormat, use.value).has_value();
  if (!is_elf && use.value != "binary")
    return report_bad_word(context, use, "default, elf, binary, elf64-x86-64, elf32-i386");
  context.following.is_binary = !is_elf;
}

void choose_json_map(OptionContext& context, const OptionUse& use) {
  if (use.value == "json") {
    context.options.json_map_file = "-";
  } else if (use.value.starts_with("json:") && use.value.size() > 5) {
    context.options.json_map_file = use.value.substr(5);
  } else {
    report_bad_word(context, use, "json, json:FILE (-Map=FILE writes the map as text)");
  }
}

void keep_output(OptionContext& context, const OptionUse&) {
  context.options.keeps_output = true;
  context.options.unresolved = UnresolvedPolicy::Warn;
}

void choose_output_format(OptionContext& context, const OptionUse& use) {
  context.options.output_format = use.value == "binary" ? OutputFormatKind::Binary : OutputFormatKind::Object;
  if (use.value == "binary" || use.value == "elf" || use.value == "default") return;
  if (const auto name = find_target_name(TargetNameKind::OutputFormat, use.value)) {
    apply_target_name(*name, context.options.target);
  } else {
    report_bad_word(context, use, "elf, binary, elf64-x86-64, elf32-i386");
  }
}

void choose_unresolved_policy(OptionContext& context, const OptionUse& use) {
  struct Policies {
    UnresolvedPolicy objects;
    Answer libraries;
  };
  static constexpr NamedValue<Policies> kPolicies[] = {
      {"report-all", {UnresolvedPolicy::Error, Answer::No}},
      {"ignore-all", {UnresolvedPolicy::Ignore, Answer::Yes}},
      {"ignore-in-object-files", {UnresolvedPolicy::Ignore, Answer::No}},
      {"ignore-in-shared-libs", {UnresolvedPolicy::Error, Answer::Yes}},
  };
  const auto policy = choose_named(context, use, kPolicies);
  if (!policy) return;
  context.options.unresolved = policy->objects;
  context.options.dynamic.shlib_undefined = policy->libraries;
}

// As in GNU ld, a group is closed: nothing may be missing in it.
void set_group(OptionContext& context, const OptionUse&) {
  context.options.dynamic.flags.emplace_back("group");
  context.options.unresolved = UnresolvedPolicy::Error;
}

void choose_packed_relocs(OptionContext& context, const OptionUse& use) {
  struct Forms {
    bool packs_all, packs_relative;
  };
  static constexpr NamedValue<Forms> kForms[] = {
      {"none", {false, false}}, {"relr", {false, true}}, {"android", {true, false}}, {"android+relr", {true, true}}};
  const auto forms = choose_named(context, use, kForms);
  if (!forms) return;
  context.options.dynamic.packs_all_relocs = forms->packs_all;
  context.options.dynamic.pack_relative_relocs = forms->packs_relative;
}

// GLOB=SEED as lld has it, or SEED as mold does.
void add_shuffle(OptionContext& context, const OptionUse& use) {
  const size_t equals = use.value.rfind('=');
  const bool has_glob = equals != use.value.npos;
  const std::string_view seed = has_glob ? use.value.substr(equals + 1) : use.value;
  SectionShuffle shuffle;
  shuffle.glob = has_glob ? use.value.substr(0, equals) : std::string_view("*");
  shuffle.is_reversed = seed == "-1";
  const auto number = seed.empty() || shuffle.is_reversed ? 0 : parse_number(seed);
  if (!number || shuffle.glob.empty()) return report_bad_number(context, use, "SEED or GLOB=SEED, SEED a number or -1");
  shuffle.seed = *number;
  context.options.shuffles.push_back(std::move(shuffle));
}

void set_debug_file(OptionContext& context, const OptionUse& use) {
  context.options.debug_file = std::string(use.value);
}

void remap_inputs(OptionContext& context, const OptionUse& use) {
  if (const auto parts = split_assignment(context, use, "GLOB=FILE"))
    context.options.remapped_inputs.emplace_back(parts->name, parts->rest);
}

// Lines of two words; # begins a comment.
void read_remapped_inputs(OptionContext& context, const OptionUse& use) {
  const auto text = context.files.read ? context.files.read(std::string(use.value)) : std::nullopt;
  if (!text) return context.error(fmt::format("{}: cannot read {}", use.spelling, use.value));
  constexpr std::string_view kBlanks = " \t\r";
  size_t line = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    std::string_view words = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(words.size() + 1, rest.size()));
    line++;
    words = words.substr(0, words.find('#'));
    words.remove_prefix(std::min(words.find_first_not_of(kBlanks), words.size()));
    words = words.substr(0, words.find_last_not_of(kBlanks) + 1);
    if (words.empty()) continue;
    // GNU ld separates the two by blanks, LLD by an equals sign.
    constexpr std::string_view kSeparators = " \t\r\v\f=";
    const std::string_view glob = words.substr(0, words.find_first_of(kSeparators));
    const size_t file = words.find_first_not_of(kSeparators, glob.size());
    if (glob.empty() || file == words.npos)
      return context.error(
          fmt::format("{}:{}: '{}' is not of the form GLOB FILE or GLOB=FILE", use.value, line, words));
    context.options.remapped_inputs.emplace_back(glob, words.substr(file));
  }
}

void set_section_start(OptionContext& context, const OptionUse& use) {
  const auto parts = split_assignment(context, use, "SECTION=ADDRESS");
  if (!parts) return;
  const auto address = parse_address(parts->rest);
  if (!address) return report_bad_number(context, use, "a section and an address in hexadecimal");
  context.options.section_start[std::string(parts->name)] = *address;
}

void set_unique(OptionContext& context, const OptionUse& use) {
  if (!use.has_value) context.options.unique_sections = true;
  if (use.has_value) context.options.unique_section_globs.emplace_back(use.value);
}

void set_section_address(OptionContext& context, const OptionUse& use) {
  const auto address = parse_address(use.value);
  if (!address) return report_bad_number(context, use, "an address in hexadecimal");
  const std::string_view section = use.spelling.substr(use.spelling.find('T') + 1);
  context.options.section_start[fmt::format(".{}", section)] = *address;
}

void set_static(OptionContext& context, const OptionUse&) {
  context.options.is_static = true;
  context.following.is_static = true;
}

// In GNU ld it is about common symbols, in the linkers before it about imports.
void forbid_imports(OptionContext& context, const OptionUse&) {
  context.options.define_common = true;
  context.options.forbids_imports = true;
}

void set_nmagic(OptionContext& context, const OptionUse& use) {
  context.options.nmagic = use.is_on;
  if (use.is_on) context.following.is_static = true;
}

void set_omagic(OptionContext& context, const OptionUse& use) {
  context.options.omagic = use.is_on;
  if (use.is_on) context.following.is_static = true;
}

void set_verbose(OptionContext& context, const OptionUse&) {
  context.options.trace_files = true;
  context.options.search_report = SearchReport::ScriptCommands;
  context.request.version_and_link = true;
}

void open_group(OptionContext& context, const OptionUse& use) {
  if (context.following.is_lazy)
    context.error(fmt::format("may not nest {} in --start-lib; close that with --end-lib", use.spelling));
  context.open_groups++;
  context.add_input(InputKind::StartGroup, {});
}

void close_group(OptionContext& context, const OptionUse& use) {
  if (context.open_groups == 0) return context.error(fmt::format("{} without --start-group", use.spelling));
  context.open_groups--;
  context.add_input(InputKind::EndGroup, {});
}

void set_spare_segments(OptionContext& context, const OptionUse& use) {
  constexpr uint32_t kMost = 1024;  // they are counted in 16 bits
  set_number<&Options::spare_segments>(context, use);
  if (context.options.spare_segments <= kMost) return;
  context.error(fmt::format("{}: {} is more than {}", use.spelling, use.value, kMost));
  context.options.spare_segments = 0;
}

void push_state(OptionContext& context, const OptionUse&) {
  context.saved_states.push_back(context.following);
}

void pop_state(OptionContext& context, const OptionUse& use) {
  if (context.saved_states.empty())
    return context.error(fmt::format("unbalanced --push-state/--pop-state: {} has nothing to return to", use.spelling));
  // --start-lib is a bracket of its own and not part of the state.
  const bool is_lazy = context.following.is_lazy;
  context.following = std::move(context.saved_states.back());
  context.options.is_static &= context.following.is_static;  // -static between the two asked for archives, no more
  context.following.is_lazy = is_lazy;
  context.saved_states.pop_back();
}

void warn_of_nothing(OptionContext& context, const OptionUse&) {
  context.options.no_warnings = true;
  context.options.fatal_warnings = false;
}

void apply_keyword(OptionContext& context, const OptionUse& use) {
  const OptionTable& keywords = context.dialect.keywords;
  const auto match = find_option(keywords, use.value);
  if (!match) {
    return context.error(fmt::format("unknown keyword '-z {}'{}", use.value, suggest_option(keywords, use.value)));
  }
  const OptionRow& row = *match->entry->row;
  const bool takes_value = row.value != ValueKind::None && match->is_on;
  const bool lacks_value = row.value == ValueKind::Required && match->is_on && !match->value;
  if (lacks_value)
    return context.error(
        fmt::format("-z {}: missing value, use -z {}={}", use.value, match->spelling, row.value_names));
  if (match->value && !takes_value) return context.error(fmt::format("-z {} takes no value", match->spelling));

  const std::string spelling = fmt::format("-z {}", match->spelling);
  apply_option(context, *match,
               {.spelling = spelling,
                .value = match->value.value_or(std::string_view{}),
                .has_value = match->value.has_value(),
                .is_on = match->is_on});
}

void set_execstack(OptionContext& context, const OptionUse& use) {
  context.options.execstack = use.is_on;
  context.options.noexecstack = !use.is_on;
}

void set_dead_reloc(OptionContext& context, const OptionUse& use) {
  const auto parts = split_assignment(context, use, "SECTIONS=VALUE");
  if (!parts) return;
  const auto value = parse_number(parts->rest);
  if (!value) return report_bad_number(context, use, "a glob of section names and a number");
  context.options.dead_reloc_values.emplace_back(parts->name, *value);  // of two that match, the last counts
}

void set_start_stop_visibility(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<StartStopVisibility> kKinds[] = {
      {"default", StartStopVisibility::Default},
      {"internal", StartStopVisibility::Internal},
      {"hidden", StartStopVisibility::Hidden},
      {"protected", StartStopVisibility::Protected},
  };
  if (const auto kind = choose_named(context, use, kKinds)) context.options.start_stop_visibility = *kind;
}

void set_page_size(OptionContext& context, const OptionUse& use) {
  const auto size = parse_number(use.value);
  if (!size || !is_power_of_two(*size)) return report_bad_number(context, use, "a power of two");
  auto& field =
      use.spelling.ends_with("max-page-size") ? context.options.max_page_size : context.options.common_page_size;
  field = *size;
}

void add_loader_flag(OptionContext& context, const OptionUse& use) {
  context.options.dynamic.flags.emplace_back(use.spelling.substr(use.spelling.rfind(' ') + 1));
}

}  // namespace xld::elf
