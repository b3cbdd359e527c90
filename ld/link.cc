// One link, top to bottom. A pass may read everything above it and changes nothing of it.
#include "ld/commons.h"
#include "ld/emit.h"
#include "ld/fold.h"
#include "ld/imports.h"
#include "ld/inputs.h"
#include "ld/islands.h"
#include "ld/libraries.h"
#include "ld/liveness.h"
#include "ld/messages.h"
#include "ld/names.h"
#include "ld/plugin/choice.h"
#include "ld/relocate.h"
#include "ld/reports/reports.h"
#include "ld/resolve.h"
#include "ld/target.h"
#include "ld/xld.h"

namespace xld {

namespace {

// As for open(2): what the user's mask leaves of it.
uint32_t output_mode(const Link& link) {
  return link.applies_relocs() ? 0777 : 0666;
}

void settle_slots(Link& link, NeedsRecorder& needs, std::vector<PointerWord> pointers) {
  link.slots =
      number_slots(link.symbols, link.local_needs, needs.needs_tls_module(), std::move(pointers), link.slot_rules);
  link.slots.is_got_base_used = needs.uses_got_base();
  link.slots.word_size = link.arch->word_size;
  link.slots.stub_size = link.arch->stub_size;
  link.packed_places = needs.take_packed_places();
  link.slot_detours = needs.take_slot_detours();
  link.has_text_fixups = needs.has_text_fixups();
  if (link.has_text_fixups && link.options().dynamic.text_relocs == TextRelocs::Warn) warn_of_text_fixups(link);
}

void build_merge_pools(Link& link) {
  const auto timer = link.session.timings.measure("merge");
  for (size_t i = 0; i < link.merge_pools.size(); i++) {
    if (!link.merge_pools[i]->build(link.session.pool))
      link.diagnostics().error("merged strings take more than 4 GiB; link with -O0 to keep them apart");
    link.merge_chunks[i]->alignment = link.merge_pools[i]->alignment();
  }
}

// The numbers that slots, merged constants and symbols are asked for from now on.
void settle_layout(Link& link) {
  const auto timer = link.session.timings.measure("settle_layout");
  link.format->settle(link);
  link.format->define_symbols(link);
  place_pointer_words(link);
  evaluate_assignments(link);
  settle_addresses(link);
  settle_islands(link);
  settle_entry(link);
}

// Sizes first: whatever depends on addresses and has a size of its own is asked until nothing grows.
void give_addresses(Link& link) {
  const auto timer = link.session.timings.measure("lay_out");
  do {
    assign_offsets(link.session.pool, link.layout, link.atoms.data());
    assign_addresses(link.session.pool, link.layout, link.atoms.data());
  } while (link.format->refine_layout(link) || extend_islands(link));
  settle_folded(link);
}

void lay_out(Link& link) {
  link.format->plan(link);
  build_merge_pools(link);
  give_addresses(link);
  settle_layout(link);
  while (link.encodes_fixups && !link.diagnostics().failed()) {
    find_fixups(link);
    if (!link.format->encode_tables(link)) break;
    give_addresses(link);
    settle_layout(link);
  }
}

// Tables that hold addresses are as long as those are.
void lay_out_late(Link& link) {
  if (!link.format->build_late_tables || link.diagnostics().failed()) return;
  find_fixups(link);
  link.format->build_late_tables(link);
  assign_late_addresses(link.layout, link.atoms.data());
}

// What is written, complete but without names.
struct Outputs {
  std::optional<Image> image;
  std::optional<Image> separate;
};

void create_image(Link& link, FileSystem& files, const std::string& path, uint64_t size, uint32_t mode,
                  std::optional<Image>& image) {
  auto created =
      Image::create(path, size, mode, [&files](const std::string& temporary) { files.note_temporary(temporary); });
  if (created) {
    image.emplace(std::move(*created));
  } else {
    link.diagnostics().error("cannot open output file " + path + ": " + created.error().message);
  }
}

void write_images(Link& link, FileSystem& files, Outputs& outputs) {
  create_image(link, files, link.output_path, link.layout.file_size, output_mode(link), outputs.image);
  if (!link.separate_file.empty())
    create_image(link, files, link.separate_file, link.layout.separate_size, 0666, outputs.separate);
  if (!link.diagnostics().failed()) emit(link, *outputs.image, outputs.separate ? &*outputs.separate : nullptr);
}

void commit(Link& link, Image& image, const std::string& path) {
  const auto timer = link.session.timings.measure("commit");
  if (const auto error = image.commit()) link.diagnostics().error("cannot write " + path + ": " + error->message);
}

// Reports come before the output, so that there is none if one of them cannot be written.
void finish(Link& link, const InputFinder& finder, Outputs& outputs, ReportSink& reports) {
  write_reports(link, finder, reports);
  // If something has failed, nothing half-written is left behind.
  if (outputs.separate && !link.diagnostics().failed()) commit(link, *outputs.separate, link.separate_file);
  if (outputs.image && !link.diagnostics().failed()) commit(link, *outputs.image, link.output_path);
  write_statistics(link, finder, reports);
}

// --emit-stub-library needs no inputs.
bool writes_stubs_only(const Options& options) {
  return options.inputs.empty() && !options.stub_library.empty();
}

enum class Outcome : uint8_t { Done, IndexesFailed };

// `outputs` are filled if the link gets that far.
Outcome run_passes(Link& link, InputFinder& finder, Outputs& outputs) {
  const auto failed = [&] { return link.diagnostics().failed(); };

  // What were we given?              Ranks are command-line order, whatever thread reads first.
  finder.open_all();
  open_setting_files(link, finder);
  if (failed() || !settle_target_from_options(link)) return Outcome::Done;

  link.format->begin(link);

  // What does each name mean?        Afterwards no file is added.
  resolve(link, finder);
  if (failed() || link.is_left_to_plugin || writes_stubs_only(link.options())) return Outcome::Done;
  compare_commons_with_libraries(link);
  make_atoms(link);
  settle_imports(link);
  if (failed()) return Outcome::Done;
  provide_requested_names(link);
  link.format->provide_symbols(link);
  if (has_loader(link.target().output)) link.format->bind_symbols(link);
  check_required_names(link);
  read_retained_names(link, finder);
  if (link.options().warn_common) report_merged_commons(link);

  // What is needed?                  Afterwards dead atoms are never looked at again.
  link.keeps_shortened_slots = may_exceed_reach(link);
  NeedsRecorder needs(link);
  mark_live(link, needs);
  needs.settle_words();
  const auto undefined = needs.take_undefined();
  if (!undefined.empty() && finder.relied_on_indexes()) return Outcome::IndexesFailed;
  if (!undefined.empty()) finder.report_missing_requests();
  report_undefined(link, undefined);
  if (failed()) return Outcome::Done;
  std::vector<PointerWord> pointers = used_pointer_words(link);
  settle_needed_libraries(link);
  if (failed()) return Outcome::Done;
  fold_identical(link);

  // What is left to the loader?      Afterwards every slot has its number.
  settle_slots(link, needs, std::move(pointers));

  // Where does everything go?        Afterwards no address changes.
  lay_out(link);
  lay_out_late(link);
  check_assertions(link);
  if (failed()) return Outcome::Done;

  // Write it.                        Every byte is written by exactly one task.
  encode_sections(link);
  write_images(link, finder.files(), outputs);
  return Outcome::Done;
}

Outcome link_once(const Options& options, Diagnostics& diagnostics, FileSystem& files, ReportSink& reports,
                  bool believes_indexes) {
  diagnostics.set_error_limit(options.error_limit);
  diagnostics.set_warnings_are_errors(options.fatal_warnings);
  diagnostics.set_warnings_suppressed(options.no_warnings);
  try {
    auto session = std::make_unique<Session>(options, diagnostics);
    auto link = std::make_unique<Link>(*session);
    link->plugins = plugin::given_plugins(options);
    InputFinder finder(*link, files, believes_indexes);
    Outputs outputs;
    const Outcome outcome = run_passes(*link, finder, outputs);
    if (outcome == Outcome::Done) finish(*link, finder, outputs, reports);
    if (!options.releases_memory) {
      (void)link.release();
      (void)session.release();
    }
    return outcome;
  } catch (const std::bad_alloc&) {
    diagnostics.error("out of memory");
  }
  return Outcome::Done;
}

}  // namespace

bool link(const Options& options, Diagnostics& diagnostics, FileSystem& files, ReportSink& reports) {
  // An index may be older than its archive. Before names are called undefined, look into the archives themselves.
  Diagnostics first_attempt;
  if (link_once(options, first_attempt, files, reports, true) == Outcome::IndexesFailed) {
    link_once(options, diagnostics, files, reports, false);
  } else {
    diagnostics.take(first_attempt);
  }
  return !diagnostics.failed();
}

bool link(const Options& options, Diagnostics& diagnostics, FileSystem& files) {
  DiskReportSink reports;
  return link(options, diagnostics, files, reports);
}

}  // namespace xld
