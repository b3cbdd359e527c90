// Setters of the Darwin dialect whose options have rules of their own, and those for fields of Options::darwin; the
// tables in flags.cc name them.
#pragma once

#include "formats/flag_setters.h"
#include "formats/flags.h"

namespace xld::macho {

void set_version(OptionContext& context, const OptionUse& use, std::string_view text, uint32_t& version,
                 std::string_view kind = {});
void set_platform_version(OptionContext& context, const OptionUse& use);
void set_minimum_version(OptionContext& context, const OptionUse& use);
void choose_architecture(OptionContext& context, const OptionUse& use);
void choose_undefined(OptionContext& context, const OptionUse& use);
void set_system_root(OptionContext& context, const OptionUse& use);
void print_version(OptionContext& context, const OptionUse&);
void require_name(OptionContext& context, const OptionUse& use);
void add_export(OptionContext& context, const OptionUse& use);
void add_export_list(OptionContext& context, const OptionUse& use);
void drop_all_locals(OptionContext& context, const OptionUse&);
void set_stack_size(OptionContext& context, const OptionUse& use);
void make_bundle(OptionContext& context, const OptionUse&);
void make_relocatable(OptionContext& context, const OptionUse&);
void keep_nothing_open(OptionContext& context, const OptionUse&);
void make_kernel(OptionContext& context, const OptionUse&);
void align_section(OptionContext& context, const OptionUse& use);
void add_section_order(OptionContext& context, const OptionUse& use);
void make_program(OptionContext& context, const OptionUse&);
void use_host(OptionContext& context, const OptionUse& use);
void add_runtime_path(OptionContext& context, const OptionUse& use);
void add_loader_variable(OptionContext& context, const OptionUse& use);
void drop_equal_paths(OptionContext& context);
void set_pad(OptionContext& context, const OptionUse& use);
void create_section(OptionContext& context, const OptionUse& use);
void create_empty_section(OptionContext& context, const OptionUse& use);
void rename_section(OptionContext& context, const OptionUse& use);
void rename_segment(OptionContext& context, const OptionUse& use);
void set_segment_address(OptionContext& context, const OptionUse& use);
void set_segment_alignment(OptionContext& context, const OptionUse& use);
void set_segment_protection(OptionContext& context, const OptionUse& use);
void warn_of_deprecated(OptionContext& context, const OptionUse& use);
void warn_of_obsolete(OptionContext& context, const OptionUse& use);
void set_icf_or_warn(OptionContext& context, const OptionUse& use);
void add_alias(OptionContext& context, const OptionUse& use);
void add_alias_list(OptionContext& context, const OptionUse& use);
void set_init(OptionContext& context, const OptionUse& use);
void choose_mode(OptionContext& context, const OptionUse& use);
void set_source_version(OptionContext& context, const OptionUse& use);
void add_file_list(OptionContext& context, const OptionUse& use);
void add_whole_archive(OptionContext& context, const OptionUse& use);
void set_pie(OptionContext& context, const OptionUse& use);

template <auto Field, auto Value = true>
void set_darwin(OptionContext& context, const OptionUse&) {
  context.options.darwin.*Field = Value;
}

// Later ones count, for archives before them, too.
template <auto Fact>
void clear_everywhere(OptionContext& context, const OptionUse&) {
  context.following.*Fact = false;
  for (InputOption& input : context.options.inputs) input.*Fact = false;
}

template <auto Field>
void set_darwin_text(OptionContext& context, const OptionUse& use) {
  context.options.darwin.*Field = use.value;
}

template <auto Field>
void append_darwin_text(OptionContext& context, const OptionUse& use) {
  (context.options.darwin.*Field).emplace_back(use.value);
}

template <auto Field>
void add_local_list(OptionContext& context, const OptionUse& use) {
  context.options.discard = DiscardMode::Default;
  (context.options.darwin.*Field).emplace_back(use.value);
}

template <auto Field>
void set_darwin_version(OptionContext& context, const OptionUse& use) {
  set_version(context, use, use.value, context.options.darwin.*Field);
  context.options.darwin.library_versions.emplace_back(use.spelling, use.value);
}

template <auto Field>
void set_darwin_address(OptionContext& context, const OptionUse& use) {
  if (const auto address = parse_address(use.value)) {
    context.options.darwin.*Field = *address;
  } else {
    report_bad_number(context, use, "a hexadecimal number");
  }
}

template <auto Field>
void set_darwin_switch(OptionContext& context, const OptionUse& use) {
  context.options.darwin.*Field = use.is_on;
}

// "-no_NAME" or "-NAME": a row with [no_].
template <auto Field>
void set_answer(OptionContext& context, const OptionUse& use) {
  context.options.darwin.*Field = use.is_on ? Answer::Yes : Answer::No;
}

// -l, -framework and files with the ways to use what is found.
template <InputKind Kind, LibraryUse Use>
void add_used(OptionContext& context, const OptionUse& use) {
  context.add_input(Kind, use.value);
  context.options.inputs.back().use = Use;
}

template <InputKind Kind>
void add_hidden(OptionContext& context, const OptionUse& use) {
  context.add_input(Kind, use.value);
  context.options.inputs.back().hides_definitions = true;
}

// For all archives of the command line, wherever it stands.
template <auto Fact>
void set_everywhere(OptionContext& context, const OptionUse&) {
  context.following.*Fact = true;
  for (InputOption& input : context.options.inputs) input.*Fact = true;
}

}  // namespace xld::macho
