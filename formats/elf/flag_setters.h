// Setters of the GNU dialect whose options have rules of their own; the tables in flags.cc and keywords.cc name them.
#pragma once

#include "formats/flags.h"

namespace xld::elf {

void add_assignment(OptionContext& context, const OptionUse& use);
void add_just_symbols(OptionContext& context, const OptionUse& use);
void choose_build_id(OptionContext& context, const OptionUse& use);
void choose_common_order(OptionContext&, const OptionUse&);
void choose_compression(OptionContext& context, const OptionUse& use);
void compress_sections(OptionContext& context, const OptionUse& use);  // --compress-sections
void sort_by_calls(OptionContext& context, const OptionUse& use);      // --[no-]call-graph-profile-sort
void choose_emulation(OptionContext& context, const OptionUse& use);
void exclude_libraries(OptionContext& context, const OptionUse& use);
void choose_system(OptionContext& context, const OptionUse& use);
void choose_hash_style(OptionContext& context, const OptionUse& use);
void choose_image(OptionContext& context, const OptionUse& use);
void embed_file(OptionContext& context, const OptionUse& use);  // --embed
void set_load_address(OptionContext& context, const OptionUse& use);
void leave_runtime_out(OptionContext& context, const OptionUse& use);  // --nostdrt
void choose_input_format(OptionContext& context, const OptionUse& use);
void choose_json_map(OptionContext& context, const OptionUse& use);
void add_script(OptionContext& context, const OptionUse& use);            // -T FILE
void add_shuffle(OptionContext& context, const OptionUse& use);           // --shuffle-sections
void choose_packed_relocs(OptionContext& context, const OptionUse& use);  // --pack-dyn-relocs
void choose_output_format(OptionContext& context, const OptionUse& use);
void choose_unresolved_policy(OptionContext& context, const OptionUse& use);
void remap_inputs(OptionContext& context, const OptionUse& use);
void read_remapped_inputs(OptionContext& context, const OptionUse& use);
void set_debug_file(OptionContext& context, const OptionUse& use);        // --separate-debug-file[=FILE]
void set_group(OptionContext& context, const OptionUse& use);             // -Bgroup
void set_package_metadata(OptionContext& context, const OptionUse& use);  // --package-metadata=JSON
void set_section_start(OptionContext& context, const OptionUse& use);     // --section-start=NAME=ADDRESS
void set_section_address(OptionContext& context, const OptionUse& use);   // -Ttext=ADDRESS, -Tdata, -Tbss
void set_unique(OptionContext& context, const OptionUse& use);
void set_static(OptionContext& context, const OptionUse& use);
void forbid_imports(OptionContext& context, const OptionUse& use);
void keep_output(OptionContext& context, const OptionUse& use);  // --noinhibit-exec
void set_nmagic(OptionContext& context, const OptionUse& use);
void set_omagic(OptionContext& context, const OptionUse& use);
void set_verbose(OptionContext& context, const OptionUse& use);
void open_group(OptionContext& context, const OptionUse& use);
void close_group(OptionContext& context, const OptionUse& use);
template <bool IsDiscarded>
void discard_section(OptionContext& context, const OptionUse& use) {
  std::vector<std::string>& names = context.options.discarded_sections;
  std::erase(names, use.value);
  if (IsDiscarded) names.emplace_back(use.value);
}
void set_spare_segments(OptionContext& context, const OptionUse& use);
void push_state(OptionContext& context, const OptionUse& use);
void pop_state(OptionContext& context, const OptionUse& use);
void warn_of_nothing(OptionContext& context, const OptionUse& use);  // -w
void apply_keyword(OptionContext& context, const OptionUse& use);    // -z

// -z keywords
void set_execstack(OptionContext& context, const OptionUse& use);
void set_dead_reloc(OptionContext& context, const OptionUse& use);
void set_start_stop_visibility(OptionContext& context, const OptionUse& use);
void set_page_size(OptionContext& context, const OptionUse& use);
void add_loader_flag(OptionContext& context, const OptionUse& use);

}  // namespace xld::elf
