// Rounds of reading, interning and claiming. See resolve.h.
#include "ld/resolve.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <span>

#include "ld/commons.h"
#include "ld/file_guess.h"
#include "ld/imports.h"
#include "ld/link_time.h"
#include "ld/messages.h"
#include "ld/names.h"
#include "ld/runtime_slots.h"
#include "ld/translate.h"

namespace xld {

namespace {

constexpr size_t kFilesPerTask = 16;
constexpr size_t kFilesPerLookup = 512;  // a name that is new in them is looked up in vain by all that use it
constexpr uint32_t kNobody = UINT32_MAX;

bool is_of_lower_rank(const InputFile* a, const InputFile* b) {
  return a->id < b->id;
}

class Resolution {
 public:
  Resolution(Link& link, InputFinder& finder)
      : link_(link), symbols_(link.symbols), finder_(finder), compiler_(link, finder), imports_(link, finder) {}

  void run() {
    const size_t offers = finder_.offer_count();
    symbols_.reserve(offers + offers / 4 + 256);
    settle(finder_.objects());
    if (compiler_.has_work() && !link_.diagnostics().failed()) replace_intermediate_code();
    finish();
  }

 private:
  // `files` take part in any case, and what they want with them.
  void settle(std::vector<InputFile*> files) {
    read(files);
    open_requests(files);
    intern_offers();
    take_in_libraries();
    define_requested_slots(link_);
    take_in(files);
    for (const InputFile* library : finder_.libraries()) want_names_of(*library);
    define_requested_names(link_);
    want_requested_names();
    extract_wanted();
    add_made_object();
    find_hidden_names();
    replace_commons();
  }

  // What objects ask for, and what that asks for in turn.
  void open_requests(std::vector<InputFile*>& files) {
    for (size_t first = 0; first < files.size();) {
      const std::vector<InputFile*> added = finder_.add_requested(std::span(files).subspan(first));
      first = files.size();
      read(added);
      files.insert(files.end(), added.begin(), added.end());
    }
  }

  void read(const std::vector<InputFile*>& files) {
    std::vector<InputFile*> unread;
    std::copy_if(files.begin(), files.end(), std::back_inserter(unread), [](auto* file) { return !file->is_read; });
    parallel_for(link_.session.pool, unread.size(), kFilesPerTask, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++)
        if (unread[i]->ir != IrContent::Only) read_object(*unread[i], worker);
    });
    for (InputFile* file : unread) {
      compiler_.show(*file);
      file->is_read = true;
    }
  }

  void read_object(InputFile& file, uint32_t worker) {
    if (file.is_foreign) translate_object(link_, file, worker);
    if (!file.is_foreign || !file.bytes.empty()) link_.format->read_object(link_, file, worker);
  }

  // What the linker makes for names that are still missing takes part like any object, and may want more.
  void add_made_object() {
    if (!link_.format->make_object || !link_.applies_relocs() || link_.diagnostics().failed()) return;
    std::string bytes = link_.format->make_object(link_);
    if (bytes.empty()) return;
    const std::vector<InputFile*> made = {finder_.add_made(link_.session.keep(std::move(bytes)))};
    read(made);
    take_in(made);
    extract_wanted();
  }

  // Names are settled anew, with what the compiler has made in the place of what it was made of. Archive members have
  // to be wanted again: one that gave a name to intermediate code may not be needed, or even be in the way, when the
  // code that has come out of it is known.
  void replace_intermediate_code() {
    if (!link_.options().allow_multiple_definition) report_duplicates();
    if (link_.diagnostics().failed()) return;
    const auto compiled = compiler_.compile();
    if (!compiled) return;
    if (compiled->inputs.empty() && std::ranges::none_of(link_.inputs.files, &InputFile::is_claimed))
      return compiler_.clean_up();
    const std::vector<InputFile*> claimed = take_out_all();
    const std::vector<InputFile*> objects =
        finder_.add_compiled(*compiled, claimed.empty() ? FileId() : claimed.front()->id);
    compiler_.clean_up();
    read(objects);
    for (InputFile* object : objects) check_delivered(*object, claimed);
    if (link_.diagnostics().failed()) return;

    std::vector<InputFile*> round = finder_.objects();
    std::erase_if(round, [](const InputFile* file) { return file->is_claimed; });
    std::sort(round.begin(), round.end(), is_of_lower_rank);
    reserve_groups(claimed, objects);
    settle(round);
  }

  static std::string names_of_some(std::span<InputFile* const> files) {
    if (files.empty()) return "its source";
    const std::string first = files.front()->display_name();
    return files.size() == 1 ? first : fmt::format("{} and the {} others of its kind", first, files.size() - 1);
  }

  // For -r, GCC joins its intermediate code and leaves compiling to the last link: that is an object like others.
  void check_delivered(InputFile& object, std::span<InputFile* const> claimed) {
    if (object.is_foreign)
      link_.diagnostics().error(
          fmt::format(
              "{}: was compiled from intermediate code (-flto) for a system with other names and another object "
              "format than the output; compile {} without -flto, or for the output's system (-target)",
              object.path, names_of_some(claimed)),
          object.id);
    if (object.ir != IrContent::Only) return;
    if (!link_.applies_relocs()) {
      object.ir = IrContent::None;
      return;
    }
    link_.diagnostics().error(
        fmt::format("{}: was delivered by a plugin, but {}", object.path, guess_file_type(object.bytes)), object.id);
  }

  // Files change their ranks when compiled ones come in: why a claimed member was taken is noted with it.
  void note_reasons() {
    for (const Extraction& reason : link_.extractions) {
      InputFile& member = *link_.inputs.by_id[reason.member.value];
      if (member.is_claimed && member.taken_by.empty()) member.taken_by = symbols_.name(reason.symbol);
    }
    link_.extractions.clear();
  }

  // Afterwards no name means anything, and no archive member takes part. Returns the claimed files, by rank.
  std::vector<InputFile*> take_out_all() {
    std::vector<InputFile*> claimed;
    for (InputFile* file : link_.inputs.files) {
      if (file->is_claimed) {
        claimed.push_back(file);
      } else {
        file->is_lost = {};
        finder_.put_back(*file);
      }
    }
    std::sort(claimed.begin(), claimed.end(), is_of_lower_rank);
    link_.inputs.files.clear();
    note_reasons();
    symbols_.withdraw_claims();
    std::fill(link_.group_owners.begin(), link_.group_owners.end(), kNobody);
    return claimed;
  }

  // The compiler may have made an ordinary definition of what was in a group. A group it was given keeps its owner
  // then, so that a member extracted only now does not bring another copy.
  void reserve_groups(const std::vector<InputFile*>& claimed, const std::vector<InputFile*>& objects) {
    std::vector<uint32_t> definer(symbols_.size(), kNobody);
    for (InputFile* object : objects) {
      intern_names(*object);
      definer.resize(symbols_.size(), kNobody);
      for (size_t i = 0; i < object->occurrences.size(); i++)
        if (object->occurrences[i].claim_class != ClaimClass::None)
          definer[object->globals[i].value] = object->id.value;
    }
    link_.group_owners.resize(symbols_.size(), kNobody);
    for (const InputFile* file : claimed) {
      for (size_t i = 0; i < file->occurrences.size(); i++) {
        const Occurrence& o = file->occurrences[i];
        if (o.section == 0 || is_lost(*file, o) || definer[file->globals[i].value] == kNobody) continue;
        link_.group_owners[file->groups[o.section - 1].key.value] = definer[file->globals[i].value];
      }
    }
  }

  // True, with an error, if the file takes part and nobody compiles it. Members that nobody wants may be what they
  // like.
  bool stays_intermediate(const InputFile& file) {
    if (!compiler_.is_done()) {
      if (file.is_claimed || file.ir != IrContent::Only) return false;
      compiler_.report_unclaimed(file);
    } else {
      if (!file.is_claimed && file.ir != IrContent::Only) return false;
      link_.diagnostics().error(
          fmt::format("{}: is intermediate code (-flto), but {} is wanted only now, by what was compiled from other "
                      "such files; compile this one without -flto or with -ffat-lto-objects",
                      file.display_name(), readable_name(link_, name_wanted_of(file))),
          file.id);
    }
    return true;
  }

  std::string_view name_wanted_of(const InputFile& file) const {
    for (uint32_t i = 0; i < symbols_.size(); i++) {
      const Claim claim = symbols_.claim(SymbolId{i});
      if (claim.is_lazy() && claim.file() == file.id && symbols_.has(SymbolId{i}, symbol_flag::kStronglyReferenced))
        return symbols_.name(SymbolId{i});
    }
    return {};
  }

  // Archive indexes and the definitions of lazy objects: lowest claims of all, so anything else wins.
  void intern_offers() {
    read(finder_.lazy_objects());
    finder_.for_each_offer([&](std::string_view name, uint64_t hash, FileId file) {
      symbols_.offer(symbols_.intern(name, hash), Claim::make_lazy(file));
    });
    offer_lazy_objects();
  }

  void offer_lazy_objects() {
    for (const InputFile* file : finder_.lazy_objects())
      for (const Occurrence& o : file->occurrences)
        if (o.claim_class != ClaimClass::None)
          symbols_.offer(symbols_.intern({o.name, o.length}, o.hash), Claim::make_lazy(file->id));
  }

  void take_in_libraries() {
    const auto& libraries = finder_.libraries();
    parallel_for(link_.session.pool, libraries.size(), 1, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++)
        if (!libraries[i]->is_read) link_.format->read_library(link_, *libraries[i], worker);
    });
    for (InputFile* library : libraries) {
      if (!library->import_names.empty()) continue;  // ImportList claims these
      library->is_read = true;
      intern_names(*library);
      claim_library_names(*library);
    }
  }

  // What a library lacks has to be exported to it by the output, which an object's reference does not ask for.
  void claim_library_names(InputFile& library) {
    for (uint32_t i = 0; i < library.occurrences.size(); i++) {
      const Occurrence& o = library.occurrences[i];
      const SymbolId id = library.globals[i];
      symbols_.add_flags(id, symbol_flag::kReferencedOutside);
      if (o.claim_class != ClaimClass::None)
        symbols_.offer(id, Claim::make(o.claim_class, library.id, library.first_global + i));
    }
  }

  // One round: `files` are in rank order.
  void take_in(std::vector<InputFile*> files) {
    std::erase_if(files, [&](const InputFile* file) { return stays_intermediate(*file); });
    intern_names(files);
    link_.group_owners.resize(symbols_.size(), kNobody);
    for (InputFile* file : files) own_groups(*file);
    parallel_for(link_.session.pool, files.size(), kFilesPerTask, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) claim_names(*files[i]);
    });
    imports_.take_in(files);
    for (const InputFile* file : files) define_slots_of(link_, *file);
    for (const InputFile* file : files) want_names_of(*file);
    link_.inputs.files.insert(link_.inputs.files.end(), files.begin(), files.end());
  }

  // Most names are known already: the index of an archive offered them, or a file before has used them. Those are
  // looked up by all threads; only new ones have to be numbered in the order of the files.
  void intern_names(std::span<InputFile* const> files) {
    if (link_.session.pool.thread_count() == 1) {
      for (InputFile* file : files) intern_names(*file);
      return;
    }
    while (!files.empty()) {
      const auto batch = files.first(std::min(files.size(), kFilesPerLookup));
      parallel_for(link_.session.pool, batch.size(), kFilesPerTask, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) find_names(*batch[i]);
      });
      for (InputFile* file : batch) intern_missing_names(*file);
      files = files.subspan(batch.size());
    }
  }

  void find_names(InputFile& file) const {
    for_each_name(file, [&](SymbolId& id, std::string_view name, uint64_t hash) { id = symbols_.find(name, hash); });
  }

  void intern_missing_names(InputFile& file) {
    for (size_t i = 0; i < file.globals.size(); i++) {
      const Occurrence& o = file.occurrences[i];
      if (!file.globals[i].is_valid()) file.globals[i] = symbols_.intern({o.name, o.length}, o.hash);
    }
    name_groups(file);
  }

  void intern_names(InputFile& file) {
    for_each_name(file, [&](SymbolId& id, std::string_view name, uint64_t hash) { id = symbols_.intern(name, hash); });
    name_groups(file);
  }

  void name_groups(InputFile& file) {
    if (!link_.options().wrapped.empty() && !file.is_library) wrap_references(link_, file);
    for (InputGroup& group : file.groups)
      group.key = group.global < file.globals.size() ? file.globals[group.global] : symbols_.intern(group.name);
  }

  // Calls visit(id, name, hash) for each name of the file, whose id it may set.
  template <typename Visit>
  void for_each_name(InputFile& file, Visit&& visit) const {
    constexpr size_t kStep = 6;
    const std::span<const Occurrence> names = file.occurrences;
    for (size_t i = 0; i < names.size(); i++) {
      if (i + 3 * kStep < names.size()) symbols_.prefetch_slot(names[i + 3 * kStep].hash);
      if (i + 2 * kStep < names.size()) symbols_.prefetch_name(names[i + 2 * kStep].hash);
      if (i + kStep < names.size()) symbols_.prefetch_text(names[i + kStep].hash);
      visit(file.globals[i], std::string_view(names[i].name, names[i].length), names[i].hash);
    }
  }

  // The first round that brings a group decides, and in it the file of the lowest rank.
  void own_groups(InputFile& file) {
    for (const InputGroup& group : file.groups) {
      uint32_t& owner = link_.group_owners[group.key.value];
      if (owner == kNobody) owner = file.id.value;
      if (owner != file.id.value) lose(file, group);
    }
  }

  void lose(InputFile& file, const InputGroup& group) {
    if (file.is_lost.empty()) {
      file.is_lost = link_.session.arena().allocate_array<uint8_t>(file.raw_section_count);
      std::fill(file.is_lost.begin(), file.is_lost.end(), uint8_t{0});
    }
    for (size_t i = 0; i + 4 <= group.members.size(); i += 4) {
      const uint32_t member = load<uint32_t>(group.members.data() + i);
      if (member < file.is_lost.size()) file.is_lost[member] = 1;
    }
  }

  static bool is_lost(const InputFile& file, const Occurrence& o) {
    return !file.is_lost.empty() && o.section < file.is_lost.size() && file.is_lost[o.section];
  }

  void claim_names(InputFile& file) {
    for (uint32_t i = 0; i < file.occurrences.size(); i++) {
      const Occurrence& o = file.occurrences[i];
      const SymbolId id = file.globals[i];
      uint32_t flags = o.symbol_flags;
      if (o.claim_class == ClaimClass::None) {
        flags |= symbol_flag::kReferenced | (o.is_weak_reference ? 0 : symbol_flag::kStronglyReferenced);
      } else if (!is_lost(file, o)) {
        if (o.claim_class == ClaimClass::Common) flags |= symbol_flag::kCommonOffered;
        symbols_.offer(id, Claim::make(o.claim_class, file.id, file.first_global + i));
      } else {
        flags |= symbol_flag::kStronglyReferenced | symbol_flag::kLost;  // if the winner lacks it, it is undefined
      }
      if (flags != 0) symbols_.add_flags(id, flags);
    }
  }

  // `user` is the file that refers to the name; none: an option does.
  void want(SymbolId id, FileId user) {
    const Claim claim = symbols_.claim(id);
    if (!claim.is_lazy()) return;
    wanted_.push_back(claim.file());
    if (keeps_reasons_) link_.extractions.push_back({claim.file(), user, id});
  }

  void want_names_of(const InputFile& file) {
    for (size_t i = 0; i < file.occurrences.size(); i++) {
      const Occurrence& o = file.occurrences[i];
      const bool is_wanted = !o.is_weak_reference || link_.format->weak_references_extract;
      if (o.claim_class == ClaimClass::None && is_wanted) want(file.globals[i], file.id);
    }
  }

  // -u, -e and their like want a name as a reference in an object does.
  void want_requested_names() {
    for (const SymbolId id : requested_names(link_)) want(id, FileId());
  }

  void extract_wanted() {
    while (!wanted_.empty()) {
      std::sort(wanted_.begin(), wanted_.end());
      wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
      std::vector<InputFile*> round;
      for (const FileId id : wanted_)
        if (InputFile* file = finder_.extract(id)) round.push_back(file);
      wanted_.clear();
      read(round);
      const auto inputs = input_counts();
      open_requests(round);
      const bool has_grown = input_counts() != inputs;
      if (has_grown) intern_offers();
      if (has_grown) take_in_libraries();
      take_in(round);
      if (has_grown) want_everything();
    }
  }

  // What can offer names.
  std::array<size_t, 3> input_counts() const {
    return {finder_.archive_count(), finder_.libraries().size(), finder_.lazy_objects().size()};
  }

  // What was missing so far may be in an input that was added late.
  void want_everything() {
    for (const InputFile* file : link_.inputs.files) want_names_of(*file);
    for (const InputFile* library : finder_.libraries()) want_names_of(*library);
    want_requested_names();
  }

  // A library's definition cannot serve a reference that wants one in the same output; an archive's may.
  void find_hidden_names() {
    if (finder_.libraries().empty()) return;
    const auto is_served_outside = [&](SymbolId id) {
      const Claim claim = symbols_.claim(id);
      return symbols_.has(id, symbol_flag::kHidden | symbol_flag::kInternal) && claim.is_import() &&
             link_.inputs.file(claim.file()).import_names.empty();
    };
    std::vector<SymbolId> hidden;
    for (uint32_t i = 0; i < symbols_.size(); i++)
      if (is_served_outside(SymbolId{i})) hidden.push_back(SymbolId{i});
    if (hidden.empty()) return;
    for (const SymbolId id : hidden) symbols_.withdraw(id);
    finder_.for_each_offer([&](std::string_view name, uint64_t hash, FileId file) {
      const SymbolId id = symbols_.intern(name, hash);
      if (std::binary_search(hidden.begin(), hidden.end(), id)) symbols_.offer(id, Claim::make_lazy(file));
    });
    for (const SymbolId id : hidden)
      if (symbols_.has(id, symbol_flag::kStronglyReferenced)) want(id, FileId());
    extract_wanted();
  }

  // As in GNU ld, a member that gives a common symbol a value is taken; one that merely has it as common, too, is not.
  void replace_commons() {
    const auto& files = link_.inputs.files;
    const auto offers_commons = [](const InputFile* file) { return !file->commons.empty(); };
    if (std::none_of(files.begin(), files.end(), offers_commons)) return;
    do {
      extract_wanted();
      want_values_of_commons();
    } while (!wanted_.empty());
  }

  void want_values_of_commons() {
    std::vector<std::pair<SymbolId, FileId>> candidates;
    const auto consider = [&](std::string_view name, uint64_t hash, FileId file) {
      const SymbolId id = symbols_.intern(name, hash);
      if (symbols_.claim(id).claim_class() == ClaimClass::Common) candidates.emplace_back(id, file);
    };
    finder_.for_each_offer(consider);
    for (const InputFile* file : finder_.lazy_objects())
      for (const Occurrence& o : file->occurrences)
        if (o.claim_class == ClaimClass::Strong) consider({o.name, o.length}, o.hash, file->id);
    std::sort(candidates.begin(), candidates.end());
    SymbolId settled;
    for (const auto& [id, file] : candidates) {
      if (id == settled || !gives_value(file, symbols_.name(id))) continue;
      wanted_.push_back(file);
      settled = id;
    }
  }

  bool gives_value(FileId candidate, std::string_view name) {
    InputFile* file = finder_.open_lazy(candidate);
    if (!file) return false;
    read({file});
    return std::any_of(file->occurrences.begin(), file->occurrences.end(), [&](const Occurrence& o) {
      return o.claim_class == ClaimClass::Strong && std::string_view(o.name, o.length) == name;
    });
  }

  void finish() {
    std::sort(link_.inputs.files.begin(), link_.inputs.files.end(), is_of_lower_rank);
    imports_.settle_claims();
    if (!link_.options().allow_multiple_definition) report_duplicates();
    check_slot_requests(link_);
  }

  void report_duplicates() {
    const auto& files = link_.inputs.files;
    parallel_for(link_.session.pool, files.size(), kFilesPerTask, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) report_duplicates_of(*files[i]);
    });
  }

  void report_duplicates_of(const InputFile& file) {
    for (uint32_t i = 0; i < file.occurrences.size(); i++) {
      const Occurrence& o = file.occurrences[i];
      if (o.claim_class != ClaimClass::Strong) continue;
      const Claim winner = symbols_.claim(file.globals[i]);
      const bool is_mine = winner.file() == file.id && winner.raw_symbol() == file.first_global + i;
      if (is_mine || winner.claim_class() != ClaimClass::Strong || is_lost(file, o)) continue;
      const InputFile& first = link_.inputs.file(winner.file());
      if (link_.format->is_same_definition &&
          link_.format->is_same_definition(link_, first, winner.raw_symbol(), file, file.first_global + i))
        continue;
      report_duplicate(link_, file.globals[i], first, winner.raw_symbol(), file, file.first_global + i);
    }
  }

  Link& link_;
  SymbolTable& symbols_;
  InputFinder& finder_;
  LinkTimeCompiler compiler_;
  ImportList imports_;
  std::vector<FileId> wanted_;
  const bool keeps_reasons_ = !link_.options().map_file.empty() || !link_.options().json_map_file.empty() ||
                              !link_.options().why_extract_file.empty() || link_.options().darwin.reports_members;
};

}  // namespace

void resolve(Link& link, InputFinder& finder) {
  const auto timer = link.session.timings.measure("resolve");
  Resolution(link, finder).run();
}

void make_atoms(Link& link) {
  const auto timer = link.session.timings.measure("make_atoms");
  const uint32_t commons = count_common_symbols(link);
  uint64_t next = 0;
  for (InputFile* file : link.inputs.files) {
    file->first_atom = AtomId{static_cast<uint32_t>(next)};
    next += file->atom_capacity;
    if (next + commons >= UINT32_MAX)
      return link.diagnostics().error(
          fmt::format("{}: with it the link has more than 4294967294 sections and pieces of sections; join objects "
                      "with -r, or link parts of the output as libraries",
                      file->display_name()),
          file->id);
  }
  link.first_linker_atom = AtomId{static_cast<uint32_t>(next)};
  link.atoms = Array<Atom>::zeroed(next + commons);
  parallel_for(link.session.pool, link.inputs.files.size(), kFilesPerTask,
               [&](size_t begin, size_t end, uint32_t worker) {
                 for (size_t i = begin; i < end; i++) {
                   if (link.inputs.files[i]->is_foreign) report_translation(link, *link.inputs.files[i]);
                   link.format->make_atoms(link, *link.inputs.files[i], worker);
                 }
               });
  if (commons != 0) make_common_atoms(link);
}

}  // namespace xld
