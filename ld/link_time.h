// LinkTimeCompiler: files in a compiler's intermediate code, from the first look at them to the objects made of them.
//
// Resolution shows it every file that it reads. A file that a plugin claims takes part with the names that the plugin
// finds in it, like any other; when it is known what each name means, all claimed files are compiled at once, told
// which of their definitions are in force and who can see them, and resolution is done again with the objects in their
// place. The plugins run in a process of their own (plugin/process.h), started when the first file is met that they
// might take.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/format.h"
#include "ld/inputs.h"
#include "ld/plugin/process.h"

namespace xld {

// The plugins of GCC and LLVM claim nothing but their own intermediate code, which our readers recognise. Others are
// shown all files.
bool may_claim_any_file(const Link& link);

// LLVM's intermediate code is there: if no plugin was given, LLVM's is looked for.
void provide_plugin_for_bitcode(Link& link);

// The error for intermediate code that no plugin has claimed.
std::string unclaimed_text(const Link& link, const std::string& name);

class LinkTimeCompiler {
 public:
  LinkTimeCompiler(Link& link, const InputFinder& finder)
      : link_(link), finder_(finder), process_(link.diagnostics()), is_shown_all_(may_claim_any_file(link)) {}

  // Files have to be shown in the same order in every link: in that of rank, within a round.
  void show(InputFile& file);

  // The error for a file that takes part, has no code, and is not claimed.
  void report_unclaimed(const InputFile& file);

  // True if plugins wait for all names to be settled: they may add files even if they have claimed none.
  bool has_work() const { return process_.is_running(); }

  // Compiles what has been claimed and takes part. Returns what is to be linked instead; nothing if it failed.
  std::optional<CompiledInputs> compile();
  bool is_done() const { return is_done_; }

  // Removes what the plugins have left on disk. After the inputs they made were opened.
  void clean_up();

 private:
  bool start();
  bool takes_part(const InputFile& file) const { return link_.inputs.by_id[file.id.value] == &file; }
  void release_unwanted();
  void take_names(InputFile& file, plugin::WireReader& answer);
  std::string load_request() const;
  void warn_of_lost_options() const;
  std::string compile_request();

  Link& link_;
  const InputFinder& finder_;
  plugin::PluginProcess process_;
  const bool is_shown_all_;
  bool has_started_ = false;
  bool is_done_ = false;
  std::vector<InputFile*> claimed_;  // by the plugin host's number
};

}  // namespace xld
