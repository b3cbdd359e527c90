// PluginHost: the state of the process that runs plugins, and the answers to xld's requests.
//
// xld starts this program when it meets the first file that a plugin might take (ld/plugin/process.h). Plugins keep
// globals and are called back without a context, may end their process, and cannot be loaded by a static program: here
// they have a process of their own, one a link. Order of life: load, claim any number of files, compile, clean up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "ld/plugin/api.h"
#include "ld/plugin/wire.h"

namespace xld::plugin {

class PluginHost {
 public:
  explicit PluginHost(int socket) : socket_(socket) {}

  // Answers requests until the other side has gone.
  void serve(const std::vector<TaggedValue>& offers);

  // What plugins call. `what` names the call in complaints.
  Status register_claim_file(ClaimFileHandler handler);
  Status register_claim_file_v2(ClaimFileHandlerV2 handler);
  Status register_all_symbols_read(EventHandler handler);
  Status register_cleanup(EventHandler handler);
  Status register_new_input(NewInputHandler handler);
  Status add_symbols(void* handle, int count, const Symbol* symbols);
  Status get_symbols(const void* handle, int count, Symbol* symbols, int version);
  Status add_input(const char* name, bool is_library);
  Status set_extra_library_path(const char* path);
  Status get_input_file(const void* handle, File* file);
  Status get_view(const void* handle, const void** view);
  Status release_input_file(const void* handle);
  Status get_wrap_symbols(uint64_t* count, const char*** names);
  Status add_message(int level, const std::string& text);

 private:
  enum class Phase : uint8_t { Loading, Waiting, Claiming, Compiling, CleaningUp };

  struct Plugin {
    std::string path;
    std::vector<std::string> options;
    ClaimFileHandler claim_file = nullptr;
    ClaimFileHandlerV2 claim_file_v2 = nullptr;
    EventHandler all_symbols_read = nullptr;
    EventHandler cleanup = nullptr;
    NewInputHandler new_input = nullptr;
  };
  struct OfferedFile {
    std::string path;
    uint64_t offset = 0, size = 0;
    int fd = -1;  // while the plugin has the file
    uint32_t symbol_count = 0;
    WireWriter symbols;
    bool takes_part = false;
    std::string resolutions;  // a byte a symbol
  };
  struct AddedInput {
    std::string name;
    bool is_library = false;
  };
  struct View {
    uint8_t* bytes = nullptr;
    size_t size = 0;
  };

  std::string answer(const std::string& message, const std::vector<TaggedValue>& offers);
  void load(WireReader& request, WireWriter& result, std::vector<TaggedValue> values);
  void load_plugin(std::vector<TaggedValue> values);
  void claim(WireReader& request, WireWriter& result);
  bool offer_to_plugins(const File& file, bool is_known_used);
  void compile(WireReader& request, WireWriter& result);
  void announce_new_inputs();
  void clean_up();
  std::string envelope(const std::string& result);
  [[noreturn]] void end_after_fatal_message();

  OfferedFile* find_file(const void* handle);
  Status complain(const char* call, const char* when);
  void fail(const std::string& text) { add_message(static_cast<int>(Level::Error), text); }
  bool open_file(OfferedFile& file);
  static void close_file(OfferedFile& file);

  const int socket_;
  Phase phase_ = Phase::Loading;
  std::vector<Plugin> plugins_;
  Plugin* current_ = nullptr;  // whose handler runs
  int output_type_ = 0;
  std::string output_name_;
  std::vector<std::string> wrapped_;
  std::vector<const char*> wrapped_names_;
  std::vector<OfferedFile> files_;  // handles are indices, plus one
  std::map<std::string, View> views_;
  std::vector<AddedInput> added_;
  std::string extra_library_path_;

  bool has_failed_ = false;
  uint32_t message_count_ = 0;
  WireWriter messages_;
};

}  // namespace xld::plugin
