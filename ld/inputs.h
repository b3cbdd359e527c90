// InputFinder: from the command line to files. Finds libraries, expands scripts and archives, gives every possible
// input its rank, and reads objects when they are wanted.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/archive.h"
#include "core/file_system.h"
#include "formats/format.h"
#include "ld/library_search.h"

namespace xld {

namespace elf {
struct Script;
struct ScriptInput;
}  // namespace elf

// What a plugin has made of intermediate code, the libraries that needs, and where else to look for them.
struct CompiledInputs {
  std::vector<InputOption> inputs;
  std::string search_path;
};

class InputFinder {
 public:
  // If indexes are not believed, the members of all archives are read to learn what they define.
  InputFinder(Link& link, FileSystem& files, bool believes_indexes);

  // Opens everything the command line names. The first object settles target and format if the options do not.
  void open_all();

  // Objects that take part in any case, in rank order.
  const std::vector<InputFile*>& objects() const { return objects_; }

  // Shared libraries, in rank order.
  const std::vector<InputFile*>& libraries() const { return libraries_; }

  // Names that reading an archive member would define, as the indexes say: calls visit(name, hash, FileId) for each.
  template <class Visitor>
  void for_each_offer(Visitor visit) const {
    for (const ArchiveInput& input : archives_) {
      if (!input.uses_index) continue;
      input.archive.for_each_symbol([&](const ArchiveSymbol& symbol) {
        visit(symbol.name, symbol.hash, FileId{input.first_place + symbol.member});
      });
    }
  }
  size_t offer_count() const;
  // Lazy objects: read already, but taking part only if something they define is wanted.
  const std::vector<InputFile*>& lazy_objects() const { return lazy_objects_; }

  // The archive member or lazy object `id`, not taking part yet, to be read and looked at; nothing if it does already
  // or cannot be opened.
  InputFile* open_lazy(FileId id);

  // Makes the archive member or lazy object `id` take part; nothing if it does already or cannot be read.
  InputFile* extract(FileId id);

  // The archive member or lazy object `file` does not take part any more, but may again. Nothing happens to others.
  void put_back(const InputFile& file);

  // Opens what a plugin has delivered. Objects take the ranks from `rank` on, and files behind them move: no id may be
  // held elsewhere. Without a rank they stand at the end. Returns the objects.
  std::vector<InputFile*> add_compiled(const CompiledInputs& compiled, FileId rank);

  // Opens what the files ask for and nobody asked for before. Returns the objects that take part because of that.
  std::vector<InputFile*> add_requested(std::span<InputFile* const> files);

  // Warns of requests that were not found. Only if something is missing: a compiler asks for more than it needs.
  void report_missing_requests() const;
  // Adds an object that the linker has made.
  InputFile* add_made(std::string_view bytes);

  // A shared library made in memory, which comes behind all others.
  InputFile& add_made_library(const std::string& path, Bytes bytes);

  // Where on disk a file's bytes lie, for those who open it themselves.
  struct DiskPlace {
    std::string path;
    uint64_t offset = 0;
  };
  std::optional<DiskPlace> disk_place(const InputFile& file) const;  // nothing: nowhere, they were made in memory

  FileSystem& files() { return files_; }

  // True if what archives define was taken from their indexes, which may be older than the members.
  bool relied_on_indexes() const;

  // A file that is no input but changes the output, such as that of --retain-symbols-file.
  // It is looked for in the search paths, too.
  Result<Bytes> open_setting(const std::string& name);

  // Every file that was opened, for --dependency-file and --reproduce; a path may occur again.
  struct OpenedFile {
    std::string path;
    Bytes bytes;
    size_t option = 0;  // index in Options::inputs of what named it, directly or through scripts
    enum class Role : uint8_t { Input, Script, ThinMember, Setting, Compiled, Requested } role = Role::Input;
  };
  const std::vector<OpenedFile>& opened_files() const { return opened_files_; }
  size_t archive_count() const { return archives_.size(); }
  struct ArchiveFacts {
    std::string path;
    size_t members = 0;
  };
  std::vector<ArchiveFacts> archives() const;
  // See LibrarySearch::trace().
  const std::string& search_trace() const { return search_.trace(); }

 private:
  struct ArchiveInput {
    Archive archive;
    std::string path;
    bool uses_index = false;
    bool hides_definitions = false;
    uint32_t first_place = 0;  // FileId of the first member the index names
    uint32_t source = 0;       // index in opened_files_
  };
  struct Place {  // what a FileId stands for while it is not an object that takes part
    ArchiveInput* archive = nullptr;
    uint32_t member = 0;
    InputFile* lazy = nullptr;
  };

  struct Opened {
    const InputOption* option = nullptr;
    std::string path;
    std::optional<Result<Bytes>> bytes;
  };

  void open_requested(const InputFile& file, const InputRequest& request);
  std::optional<std::string> find_asked_for(const InputOption& option) const;
  std::optional<std::string> find_specified(InputOption& option);
  void open_option(const InputOption& option, std::optional<Result<Bytes>> bytes, uint32_t depth);
  void open_bytes(const InputOption& option, const std::string& path, Bytes bytes, uint32_t depth);
  void open_archive(const InputOption& option, const std::string& path, Bytes bytes);
  void open_script(const InputOption& option, const std::string& path, Bytes bytes, uint32_t depth);
  void open_library_script_entry(InputOption input, const elf::ScriptInput& entry, const std::string& script_path,
                                 uint32_t depth);
  void add_library(const InputOption& option, const std::string& path, Bytes bytes);
  void add_embedded(const InputOption& option, const std::string& path, Bytes bytes);
  void add_binary(const std::string& path, Bytes bytes);
  void add_symbols(const std::string& path, Bytes bytes);
  bool holds_foreign_objects(ArchiveInput& archive);
  void add_members(const InputOption& option, ArchiveInput& archive);
  void add_index(ArchiveInput& archive);
  InputFile& add_object(const std::string& path, const std::string& member, Bytes bytes, bool is_lazy);
  InputFile& add_file(const std::string& path, const std::string& member, Bytes bytes);
  void add_start_object();
  void settle_target_by_archives();
  void note_new_inputs(size_t known_objects);
  void move_to_rank(std::span<InputFile* const> files, FileId rank);
  bool is_for_other_cpu(const Identity& identity) const;
  bool passes_over(const std::string& name, const Identity& identity);
  bool check_identity(const std::string& name, const Identity& identity, Bytes bytes);
  Result<Bytes> open_referenced(const std::string& path);
  void open_universal(const InputOption& option, const std::string& path, Bytes bytes, uint32_t depth);
  void report_not_found(const InputOption& option) const;
  bool exists(const std::string& path) const { return files_.exists(path); }
  LibrarySearch::Acceptance any_file() const {
    return [this](const std::string& path) { return exists(path); };
  }
  bool is_incompatible(Bytes bytes, const std::string& path) const;
  LibrarySearch::Acceptance only_compatible(const std::string& sought);
  void open_found(InputOption option, std::optional<std::string> path, std::optional<Result<Bytes>> bytes,
                  uint32_t depth);
  bool is_output(const std::string& path) const;
  void heed_script(const elf::Script& script, const std::string& path);
  void name_output(const std::string& path);
  void heed_script_target(const elf::Script& script, const std::string& path);
  std::optional<Bytes> member_bytes(ArchiveInput& archive, const ArchiveMember& member);
  // A new file; its bytes are those of `source`, an index in opened_files_.
  InputFile& make_file(const std::string& path, std::string_view member, Bytes bytes, uint32_t source);
  uint32_t last_opened() const { return static_cast<uint32_t>(opened_files_.size()) - 1; }
  std::vector<Opened> open_in_parallel();
  std::string place_of_file(const InputOption& option) const;
  std::optional<std::string> remapped(const std::string& path) const;
  void open_copied_needs();

  Link& link_;
  FileSystem& files_;
  DiskFileSystem compiled_files_;  // plugins write to the disk, wherever the other inputs are
  const bool believes_indexes_;
  LibrarySearch search_;
  std::deque<InputFile> storage_;
  std::deque<ArchiveInput> archives_;
  std::map<std::string, ArchiveInput*> archive_by_path_;
  std::vector<Place> places_;  // by FileId
  std::vector<InputFile*> objects_;
  std::vector<InputFile*> lazy_objects_;
  std::vector<InputFile*> libraries_;
  std::vector<const InputFile*> copied_;  // libraries of which what they need is linked, too
  std::vector<OpenedFile> opened_files_;
  std::set<std::pair<InputKind, std::string_view>> requested_;
  std::vector<std::pair<const InputFile*, const InputRequest*>> missing_requests_;
  std::mutex referenced_mutex_;
  size_t current_option_ = 0;
  OpenedFile::Role opening_role_ = OpenedFile::Role::Input;
};

}  // namespace xld
