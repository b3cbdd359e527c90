// Options of the Darwin dialect with rules of their own. See flag_setters.h; the rules are those of ld(1) of macOS and
// of LLD's port.
#include "formats/macho/flag_setters.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <fmt/core.h>
#include <sstream>

#include "formats/macho/library.h"
#include "formats/macho/platforms.h"

namespace xld::macho {

namespace {

bool is_second_platform(const PlatformVersion& first, const Platform& platform) {
  const Platform* known = find_platform(first.platform);
  return first.minimum_os != 0 && known && known->number == kPlatformMacos && platform.number == kPlatformCatalyst;
}

// A name that has to be there, unless it is a pattern.
void want_export(OptionContext& context, std::string_view name) {
  if (!name.empty() && name.find_first_of("*?[") == name.npos)
    context.options.must_be_found.push_back({std::string(name), "-exported_symbol(s_list)"});
}

// What names may have: letters, digits, and underscores.
void check_names(OptionContext& context, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const bool is_valid = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return c == '_' || c == '.' || c == '$' || std::isalnum(static_cast<unsigned char>(c)) != 0;
    });
    if (!is_valid) context.error(fmt::format("invalid name for segment or section: {}", name));
  }
}

// "rwx", or a number.
std::optional<uint32_t> parse_protection(std::string_view text) {
  uint32_t protection = 0;
  for (const char c : text) {
    const size_t bit = std::string_view("rwx").find(c);
    if (bit == std::string_view::npos && c != '-') {
      const auto number = parse_number(text);
      return number && *number <= 7 ? std::optional(static_cast<uint32_t>(*number)) : std::nullopt;
    }
    if (bit != std::string_view::npos) protection |= 1u << bit;
  }
  return protection;
}

void define_alias(OptionContext& context, std::string_view name, std::string_view alias) {
  context.options.assignments.push_back({std::string(alias), fmt::format("\"{}\"", name)});
}

}  // namespace

// `kind` is empty, or "minimum " or "sdk ", where an option has several versions.
void set_version(OptionContext& context, const OptionUse& use, std::string_view text, uint32_t& version,
                 std::string_view kind) {
  // Of a fourth number there is no use.
  size_t end = 0;
  for (int i = 0; i < 3 && end != text.npos; i++) end = text.find('.', end + (i != 0));
  if (end != text.npos && text.find('.', end + 1) != text.npos) end = text.npos;
  const auto parsed = parse_packed_version(text.substr(0, kind.empty() ? text.npos : end));
  if (parsed) {
    version = *parsed;
  } else if (kind.empty()) {
    context.error(fmt::format("{} {}: malformed version; 10.15.1 is one, of 16 and twice 8 bits", use.spelling, text));
  } else {
    context.error(fmt::format("{}: malformed {}version: {}; 10.15.1 is one", use.spelling, kind, text));
  }
}

// macOS and then Mac Catalyst: the output is for both. Else the last one counts.
void set_platform_version(OptionContext& context, const OptionUse& use) {
  const Platform* platform = find_platform(use.value);
  if (!platform)
    return context.error(
        fmt::format("{}: malformed platform: {}; macos, ios, and 1 are some", use.spelling, use.value));
  DarwinOptions& darwin = context.options.darwin;
  const bool is_second = is_second_platform(context.options.platform, *platform);
  PlatformVersion& version = is_second ? darwin.second_platform.emplace() : context.options.platform;
  version.platform = platform->name;
  set_version(context, use, use.more[0], version.minimum_os, "minimum ");
  set_version(context, use, use.more[1], version.sdk, "sdk ");
}

// "-ios_simulator_version_min 14.0"
void set_minimum_version(OptionContext& context, const OptionUse& use) {
  std::string_view name = use.spelling;
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  const Platform* platform = find_platform(name.substr(0, name.find("_version_min")));
  PlatformVersion& version = context.options.platform;
  version.platform = platform ? platform->name : "macos";
  set_version(context, use, use.value, version.minimum_os);
  version.sdk = version.minimum_os;
}

void choose_architecture(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<std::string_view> kArchitectures[] = {
      {"x86_64", "darwin-amd64"}, {"i386", "darwin-386"}, {"arm64", "darwin-arm64"}};
  static constexpr NamedValue<std::string_view> kOthers[] = {
      {"x86_64h", "compile for x86_64, whose programs its processors run"},
      {"arm64e", "its pointers are signed, which only Apple's linker writes; compile for arm64"},
      {"arm64_32", "only watches run it, whose programs Apple's linker makes"},
  };
  const auto* row = std::ranges::find(kArchitectures, use.value, &NamedValue<std::string_view>::name);
  if (row == std::end(kArchitectures)) {
    const auto* known = std::ranges::find(kOthers, use.value, &NamedValue<std::string_view>::name);
    return context.error(
        fmt::format("missing or unsupported -arch {}; {}", use.value,
                    known == std::end(kOthers) ? "x86_64, i386 and arm64 are supported" : known->value));
  }
  apply_target_name(*find_target_name(TargetNameKind::Target, row->value), context.options.target);
  // Only loaders of 32-bit programs write to code and what is beside it.
  const bool may_write = context.options.target.cpu == Cpu::I386;
  context.options.dynamic.text_relocs = may_write ? TextRelocs::Warn : TextRelocs::Forbid;
}

// What is missing can be found when the program is loaded, if at all, so everything but an error means that.
void choose_undefined(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<UnresolvedPolicy> kPolicies[] = {{"error", UnresolvedPolicy::Error},
                                                               {"warning", UnresolvedPolicy::Warn},
                                                               {"suppress", UnresolvedPolicy::Ignore},
                                                               {"dynamic_lookup", UnresolvedPolicy::Ignore}};
  const auto* row = std::find_if(std::begin(kPolicies), std::end(kPolicies),
                                 [&](const auto& named) { return named.name == use.value; });
  if (row == std::end(kPolicies))
    return context.error(
        fmt::format("unknown -undefined TREATMENT '{}'; use one of: error, warning, suppress, "
                    "dynamic_lookup",
                    use.value));
  const std::optional policy = row->value;
  context.options.unresolved = *policy;
  context.options.darwin.finds_undefined_at_run_time = *policy != UnresolvedPolicy::Error;
}

void set_system_root(OptionContext& context, const OptionUse& use) {
  if (use.value == "/") return;  // this machine's own
  context.options.darwin.system_roots.emplace_back(use.value);
  if (context.options.sysroot.empty()) context.options.sysroot = use.value;
}

void print_version(OptionContext& context, const OptionUse&) {
  context.request.version_and_link = true;
  context.options.search_report = SearchReport::Lists;
}

void require_name(OptionContext& context, const OptionUse& use) {
  context.options.must_be_found.push_back({std::string(use.value), "-u"});
}

void add_export(OptionContext& context, const OptionUse& use) {
  context.options.darwin.exported.emplace_back(use.value);
  want_export(context, use.value);
}

void add_export_list(OptionContext& context, const OptionUse& use) {
  context.options.darwin.exported_lists.emplace_back(use.value);
  const auto text = context.files.read ? context.files.read(std::string(use.value)) : std::nullopt;
  if (!text) return;  // an error when it is opened
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name;
    if (words >> name) want_export(context, name);
  }
}

// Of -x and lists of local symbols the last one counts.
void drop_all_locals(OptionContext& context, const OptionUse&) {
  context.options.discard = DiscardMode::AllLocals;
}

void set_stack_size(OptionContext& context, const OptionUse& use) {
  if (const auto size = parse_address(use.value)) {
    context.options.stack_size = *size;
  } else {
    report_bad_number(context, use, "a hexadecimal number");
  }
}

void make_bundle(OptionContext& context, const OptionUse&) {
  context.options.is_shared = true;
  context.options.darwin.is_bundle = true;
}

// What is position-independent by default is the program to be.
void make_relocatable(OptionContext& context, const OptionUse&) {
  context.options.is_relocatable = true;
  context.options.is_pie = false;
}

// What is open is settled in this link.
void keep_nothing_open(OptionContext& context, const OptionUse&) {
  context.options.forbids_imports = true;
  context.options.define_common = true;
}

void make_kernel(OptionContext& context, const OptionUse&) {
  context.options.is_static = true;
  context.options.darwin.page_zero_size = 0;
}

void align_section(OptionContext& context, const OptionUse& use) {
  const auto alignment = parse_address(use.more[1]);
  if (!alignment)
    return context.error(fmt::format("{}: failed to parse '{}' as number in hexadecimal", use.spelling, use.more[1]));
  if (!std::has_single_bit(*alignment))
    return context.error(fmt::format("{}: '{}' (in base 16) not a power of two", use.spelling, use.more[1]));
  context.options.darwin.section_alignments.emplace_back(fmt::format("{},{}", use.value, use.more[0]), *alignment);
}

void add_section_order(OptionContext& context, const OptionUse& use) {
  context.options.darwin.order_files.push_back(use.more[1]);
}

void make_program(OptionContext& context, const OptionUse&) {
  context.options.is_shared = false;
}

void use_host(OptionContext& context, const OptionUse& use) {
  context.options.darwin.bundle_loader = use.value;
  context.add_input(InputKind::File, use.value);
  context.options.inputs.back().is_host = true;
}

void add_runtime_path(OptionContext& context, const OptionUse& use) {
  context.options.dynamic.runtime_paths.emplace_back(use.value);
}

void add_loader_variable(OptionContext& context, const OptionUse& use) {
  if (use.value.find('=') == use.value.npos)
    return context.error(
        fmt::format("-dyld_env's argument is malformed. Expected -dyld_env <ENV_VAR>=<VALUE>, got `{}`", use.value));
  context.options.darwin.environment.emplace_back(use.value);
}

// Loaders refuse a path that is there twice.
void drop_equal_paths(OptionContext& context) {
  std::vector<std::string> paths;
  for (std::string& path : context.options.dynamic.runtime_paths) {
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) {
      paths.push_back(std::move(path));
    } else if (context.options.darwin.warns_of_runtime_paths) {
      context.warn(fmt::format("duplicate -rpath '{}' ignored [--warn-duplicate-rpath]", path));
    }
  }
  context.options.dynamic.runtime_paths = std::move(paths);
}

void set_pad(OptionContext& context, const OptionUse& use) {
  set_darwin_address<&DarwinOptions::header_pad>(context, use);
}

void create_section(OptionContext& context, const OptionUse& use) {
  context.options.darwin.created_sections.push_back({std::string(use.value), use.more[0], use.more[1]});
}

void create_empty_section(OptionContext& context, const OptionUse& use) {
  context.options.darwin.created_sections.push_back({std::string(use.value), use.more[0], {}});
}

void rename_section(OptionContext& context, const OptionUse& use) {
  check_names(context, {use.value, use.more[0], use.more[1], use.more[2]});
  context.options.darwin.renamed_sections.emplace_back(fmt::format("{},{}", use.value, use.more[0]),
                                                       fmt::format("{},{}", use.more[1], use.more[2]));
}

void rename_segment(OptionContext& context, const OptionUse& use) {
  check_names(context, {use.value, use.more[0]});
  context.options.darwin.renamed_segments.emplace_back(use.value, use.more[0]);
}

void set_segment_address(OptionContext& context, const OptionUse& use) {
  const auto address = parse_address(use.more[0]);
  if (!address) return report_bad_number(context, use, "an address in hexadecimal");
  context.options.darwin.segment_addresses.emplace_back(use.value, *address);
}

void set_segment_alignment(OptionContext& context, const OptionUse& use) {
  const auto alignment = parse_address(use.value);
  if (!alignment || !std::has_single_bit(*alignment) || *alignment > UINT32_MAX)
    return report_bad_number(context, use, "a power of two in hexadecimal");
  context.options.darwin.segment_alignment = *alignment;
}

void set_segment_protection(OptionContext& context, const OptionUse& use) {
  const auto maximum = parse_protection(use.more[0]);
  const auto initial = parse_protection(use.more[1]);
  for (size_t i = 0; i < 2; i++) {
    const std::string& text = use.more[i];
    if (parse_protection(text)) continue;
    const char letter = text[std::min(text.find_first_not_of("rwx-"), text.size() - 1)];
    context.diagnostics.error(fmt::format("unknown -segprot letter '{}' in {}; r, w, x and - are known", letter, text),
                              {}, context.position + i);
  }
  if (!maximum || !initial) return;
  if (use.value == "__LINKEDIT")
    return context.error("-segprot cannot be used to change __LINKEDIT's protections, which the loader expects");
  if (*maximum != *initial && context.options.target.cpu != Cpu::I386)
    return context.error(fmt::format("invalid argument '{} {} {} {}': max and init must be the same for non-i386 archs",
                                     use.spelling, use.value, use.more[0], use.more[1]));
  context.options.darwin.protections.push_back({std::string(use.value), *maximum, *initial});
}

void warn_of_deprecated(OptionContext& context, const OptionUse& use) {
  context.warn(fmt::format("Option `{}' is deprecated and has no effect", use.spelling));
}

void warn_of_obsolete(OptionContext& context, const OptionUse& use) {
  context.warn(fmt::format("Option `{}' is obsolete. Please modernize your usage.", use.spelling));
}

void set_icf_or_warn(OptionContext& context, const OptionUse& use) {
  const auto mode = find_named(kIcfModes, use.value);
  if (!mode) context.warn(fmt::format("unknown --icf=OPTION `{}', defaulting to `none'", use.value));
  context.options.icf = mode.value_or(IcfMode::None);
}

void add_alias(OptionContext& context, const OptionUse& use) {
  define_alias(context, use.value, use.more[0]);
}

void add_alias_list(OptionContext& context, const OptionUse& use) {
  const auto text = context.files.read ? context.files.read(std::string(use.value)) : std::nullopt;
  if (!text) return context.error(fmt::format("{}: cannot read '{}'", use.spelling, use.value));
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name, alias;
    if (words >> name >> alias) define_alias(context, name, alias);
  }
}

void set_init(OptionContext& context, const OptionUse& use) {
  context.options.darwin.init_function = use.value;
  context.options.undefined.emplace_back(use.value);
}

void choose_mode(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<bool> kModes[] = {{"classic", true}, {"auto", false}};
  if (const auto is_classic = choose_named(context, use, kModes)) context.options.darwin.is_classic = *is_classic;
}

// A.B.C.D.E in 24 and four times 10 bits.
void set_source_version(OptionContext& context, const OptionUse& use) {
  static constexpr unsigned kShift[] = {40, 30, 20, 10, 0};
  std::string_view text = use.value;
  uint64_t version = 0;
  for (const unsigned shift : kShift) {
    const size_t dot = std::min(text.find('.'), text.size());
    const auto part = parse_number(text.substr(0, dot));
    if (!part || *part >= (shift == 40 ? 1u << 24 : 1u << 10)) break;
    version |= *part << shift;
    text.remove_prefix(dot);
    if (text.empty()) break;
    text.remove_prefix(1);
  }
  context.options.darwin.source_version_value = version;
  context.options.darwin.source_version = Answer::Yes;
}

// -filelist FILE[,DIRECTORY]: one path a line, each inside DIRECTORY.
void add_file_list(OptionContext& context, const OptionUse& use) {
  const size_t comma = std::min(use.value.find(','), use.value.size());
  const std::string path(use.value.substr(0, comma));
  const std::string_view directory = use.value.substr(std::min(comma + 1, use.value.size()));
  const auto text = context.files.read ? context.files.read(path) : std::nullopt;
  const bool is_there = !context.files.exists || context.files.exists(path);
  if (!text)
    return context.error(
        fmt::format("cannot open {}: {}", path, is_there ? "it cannot be read" : "No such file or directory"));
  std::string_view rest = *text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    context.add_input(InputKind::File, directory.empty() ? std::string(line) : fmt::format("{}/{}", directory, line));
  }
}

void add_whole_archive(OptionContext& context, const OptionUse& use) {
  context.add_input(InputKind::File, use.value);
  context.options.inputs.back().whole_archive = true;
  context.options.inputs.back().is_forced = true;
}

void set_pie(OptionContext& context, const OptionUse& use) {
  context.options.is_pie = use.is_on;
}

}  // namespace xld::macho
