// See host.h.
#include "ld/plugin/host/host.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/path.h"

namespace xld::plugin {

namespace {

TaggedValue text_value(Tag tag, const std::string& text) {
  TaggedValue value{};
  value.tag = tag;
  value.text = text.c_str();
  return value;
}

TaggedValue number_value(Tag tag, int number) {
  TaggedValue value{};
  value.tag = tag;
  value.number = number;
  return value;
}

const char* or_empty(const char* text) {
  return text ? text : "";
}

}  // namespace

// ---- requests

void PluginHost::serve(const std::vector<TaggedValue>& offers) {
  while (const auto message = receive_message(socket_)) {
    if (!send_message(socket_, answer(*message, offers))) break;
  }
  clean_up();
}

std::string PluginHost::answer(const std::string& message, const std::vector<TaggedValue>& offers) {
  WireReader request(message);
  WireWriter result;
  switch (static_cast<Request>(request.number<uint8_t>())) {
    case Request::Load:
      load(request, result, offers);
      break;
    case Request::Claim:
      claim(request, result);
      break;
    case Request::Compile:
      compile(request, result);
      break;
    case Request::CleanUp:
      clean_up();
      break;
  }
  phase_ = Phase::Waiting;
  return envelope(result.bytes());
}

std::string PluginHost::envelope(const std::string& result) {
  WireWriter answer;
  answer.number(has_failed_ ? Outcome::Failed : Outcome::Done);
  answer.number(message_count_);
  std::string text = answer.bytes() + messages_.bytes();
  if (!has_failed_) text += result;
  messages_ = {};
  message_count_ = 0;
  return text;
}

void PluginHost::load(WireReader& request, WireWriter& /*result*/, std::vector<TaggedValue> values) {
  plugins_.resize(request.number<uint32_t>());
  for (Plugin& plugin : plugins_) {
    plugin.path = request.text();
    plugin.options = request.texts();
  }
  output_type_ = request.number<int32_t>();
  output_name_ = request.text();
  wrapped_ = request.texts();
  for (const std::string& name : wrapped_) wrapped_names_.push_back(name.c_str());
  values.push_back(number_value(Tag::LinkerOutput, output_type_));
  values.push_back(text_value(Tag::OutputName, output_name_));
  for (Plugin& plugin : plugins_) {
    current_ = &plugin;
    load_plugin(values);
  }
}

void PluginHost::load_plugin(std::vector<TaggedValue> values) {
  for (const std::string& option : current_->options) values.push_back(text_value(Tag::Option, option));
  values.push_back(number_value(Tag::Null, 0));
  void* library = ::dlopen(current_->path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return fail(std::string("cannot be loaded: ") + or_empty(::dlerror()));
  const auto onload = reinterpret_cast<Onload>(::dlsym(library, "onload"));
  if (!onload) return fail("is no linker plugin: it has no function onload");
  if (onload(values.data()) != Status::Ok) fail("could not start: its function onload reports an error");
}

void PluginHost::claim(WireReader& request, WireWriter& result) {
  OfferedFile& file = files_.emplace_back();
  file.path = request.text();
  file.offset = request.number<uint64_t>();
  file.size = request.number<uint64_t>();
  const bool is_known_used = request.number<uint8_t>() != 0;
  phase_ = Phase::Claiming;
  bool is_claimed = false;
  if (open_file(file)) {
    is_claimed = offer_to_plugins({file.path.c_str(), file.fd, static_cast<off_t>(file.offset),
                                   static_cast<off_t>(file.size), reinterpret_cast<void*>(files_.size())},
                                  is_known_used);
  }
  close_file(file);
  result.number(static_cast<uint8_t>(is_claimed));
  if (!is_claimed) return files_.pop_back();
  result.number(static_cast<uint32_t>(files_.size() - 1));
  result.number(file.symbol_count);
  result.append(std::exchange(file.symbols, {}));
}

bool PluginHost::offer_to_plugins(const File& file, bool is_known_used) {
  for (Plugin& plugin : plugins_) {
    current_ = &plugin;
    int is_claimed = 0;
    Status status = Status::Ok;
    if (plugin.claim_file_v2) {
      status = plugin.claim_file_v2(&file, &is_claimed, is_known_used);
    } else if (plugin.claim_file) {
      status = plugin.claim_file(&file, &is_claimed);
    }
    if (status != Status::Ok) fail(std::string(file.name) + ": the plugin cannot read this file");
    if (is_claimed != 0 || status != Status::Ok) return is_claimed != 0;
  }
  return false;
}

void PluginHost::compile(WireReader& request, WireWriter& result) {
  for (uint32_t count = request.number<uint32_t>(); count != 0; count--) {
    const auto number = request.number<uint32_t>();
    if (number >= files_.size()) break;
    files_[number].takes_part = request.number<uint8_t>() != 0;
    files_[number].resolutions = request.text();
  }
  phase_ = Phase::Compiling;
  for (Plugin& plugin : plugins_) {
    current_ = &plugin;
    if (plugin.all_symbols_read && plugin.all_symbols_read() != Status::Ok)
      fail("reports that it could not compile the intermediate code");
  }
  announce_new_inputs();
  result.number(static_cast<uint32_t>(added_.size()));
  for (const AddedInput& input : added_) {
    result.number(static_cast<uint8_t>(input.is_library));
    result.text(input.name);
  }
  result.text(extra_library_path_);
}

void PluginHost::announce_new_inputs() {
  for (const AddedInput& input : added_) {
    if (input.is_library) continue;
    OfferedFile file;
    file.fd = ::open(input.name.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts{};
    if (file.fd < 0 || ::fstat(file.fd, &facts) != 0) continue;  // the linker says so when it opens the file itself
    const File announced{input.name.c_str(), file.fd, 0, facts.st_size, nullptr};
    for (Plugin& plugin : plugins_) {
      current_ = &plugin;
      if (plugin.new_input) plugin.new_input(&announced);
    }
    close_file(file);
  }
}

// Once a plugin, and not again if its handler ends in a fatal message.
void PluginHost::clean_up() {
  phase_ = Phase::CleaningUp;
  for (Plugin& plugin : plugins_) {
    current_ = &plugin;
    const EventHandler handler = std::exchange(plugin.cleanup, nullptr);
    if (handler && handler() != Status::Ok)
      add_message(static_cast<int>(Level::Warning), "could not remove what it has left");
  }
}

// ---- what plugins call

namespace {

// LLVM's plugin says who it is in front, and ends with a line of its own.
std::string name_author(std::string_view text, std::string_view author) {
  constexpr std::string_view kLlvm = "LLVM gold plugin: ";
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (author.empty()) return std::string(text);
  if (!text.starts_with(kLlvm)) return std::string(author) + ": " + std::string(text);
  return std::string(text.substr(kLlvm.size())) + " [" + std::string(author) + "]";
}

}  // namespace

Status PluginHost::add_message(int level, const std::string& text) {
  const std::string author = current_ ? std::string(base_name(current_->path)) : std::string();
  messages_.number(static_cast<uint8_t>(level));
  messages_.text(level < static_cast<int>(Level::Warning) ? text : name_author(text, author));
  message_count_++;
  has_failed_ |= level >= static_cast<int>(Level::Error);
  if (level >= static_cast<int>(Level::Fatal)) end_after_fatal_message();
  return Status::Ok;
}

void PluginHost::end_after_fatal_message() {
  send_message(socket_, envelope({}));
  clean_up();
  ::_exit(EXIT_FAILURE);
}

Status PluginHost::complain(const char* call, const char* when) {
  fail(std::string("calls ") + call + ", which is allowed only " + when);
  return Status::Error;
}

PluginHost::OfferedFile* PluginHost::find_file(const void* handle) {
  const auto number = reinterpret_cast<uintptr_t>(handle);
  return number != 0 && number <= files_.size() ? &files_[number - 1] : nullptr;
}

Status PluginHost::register_claim_file(ClaimFileHandler handler) {
  if (phase_ != Phase::Loading) return complain("register_claim_file", "while it is loaded");
  current_->claim_file = handler;
  return Status::Ok;
}

Status PluginHost::register_claim_file_v2(ClaimFileHandlerV2 handler) {
  if (phase_ != Phase::Loading) return complain("register_claim_file_v2", "while it is loaded");
  current_->claim_file_v2 = handler;
  return Status::Ok;
}

Status PluginHost::register_all_symbols_read(EventHandler handler) {
  if (phase_ == Phase::Compiling) return complain("register_all_symbols_read", "before all symbols are read");
  current_->all_symbols_read = handler;
  return Status::Ok;
}

Status PluginHost::register_cleanup(EventHandler handler) {
  current_->cleanup = handler;
  return Status::Ok;
}

Status PluginHost::register_new_input(NewInputHandler handler) {
  current_->new_input = handler;
  return Status::Ok;
}

Status PluginHost::add_symbols(void* handle, int count, const Symbol* symbols) {
  if (phase_ != Phase::Claiming) return complain("add_symbols", "while it claims a file");
  OfferedFile* file = find_file(handle);
  if (!file || file != &files_.back()) return Status::BadHandle;
  if (count < 0 || (count != 0 && !symbols)) return Status::Error;
  WireWriter writer;
  for (int i = 0; i < count; i++) {
    writer.number(symbols[i].kind);
    writer.number(static_cast<uint8_t>(symbols[i].visibility));
    writer.number(symbols[i].size);
    writer.text(or_empty(symbols[i].name));
    writer.text(or_empty(symbols[i].version));
    writer.text(or_empty(symbols[i].comdat_key));
  }
  file->symbol_count += static_cast<uint32_t>(count);
  file->symbols.append(writer);
  return Status::Ok;
}

Status PluginHost::get_symbols(const void* handle, int count, Symbol* symbols, int version) {
  if (phase_ != Phase::Compiling) return complain("get_symbols", "when all symbols are read");
  const OfferedFile* file = find_file(handle);
  if (!file) return Status::BadHandle;
  if (count < 0 || static_cast<uint32_t>(count) > file->symbol_count) return Status::NoSymbols;
  if (!file->takes_part && version >= 3) return Status::NoSymbols;
  for (int i = 0; i < count; i++) {
    auto resolution = SymbolResolution::PreemptedByRegular;  // an archive member that nobody wanted
    const auto index = static_cast<size_t>(i);
    if (file->takes_part && index < file->resolutions.size())
      resolution = static_cast<SymbolResolution>(file->resolutions[index]);
    if (resolution == SymbolResolution::PrevailingOnlyInIrExported && version == 1)
      resolution = SymbolResolution::PrevailingDefinition;
    symbols[i].resolution = static_cast<int>(resolution);
  }
  return Status::Ok;
}

Status PluginHost::add_input(const char* name, bool is_library) {
  if (phase_ != Phase::Compiling)
    return complain(is_library ? "add_input_library" : "add_input_file", "when all symbols are read");
  if (!name) return Status::Error;
  added_.push_back({name, is_library});
  return Status::Ok;
}

Status PluginHost::set_extra_library_path(const char* path) {
  extra_library_path_ = or_empty(path);
  return Status::Ok;
}

Status PluginHost::get_input_file(const void* handle, File* file) {
  OfferedFile* offered = find_file(handle);
  if (!offered) return Status::BadHandle;
  if (!open_file(*offered)) return Status::Error;
  *file = {offered->path.c_str(), offered->fd, static_cast<off_t>(offered->offset), static_cast<off_t>(offered->size),
           const_cast<void*>(handle)};
  return Status::Ok;
}

Status PluginHost::release_input_file(const void* handle) {
  OfferedFile* offered = find_file(handle);
  if (!offered) return Status::BadHandle;
  close_file(*offered);
  return Status::Ok;
}

// An archive is mapped once for all its members, and stays mapped: plugins keep pointers into it.
Status PluginHost::get_view(const void* handle, const void** view) {
  OfferedFile* offered = find_file(handle);
  if (!offered) return Status::BadHandle;
  const auto [found, is_new] = views_.try_emplace(offered->path);
  if (is_new) {
    const bool was_open = offered->fd >= 0;
    struct stat facts{};
    if (open_file(*offered) && ::fstat(offered->fd, &facts) == 0 && facts.st_size > 0) {
      const auto size = static_cast<size_t>(facts.st_size);
      void* bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, offered->fd, 0);
      if (bytes != MAP_FAILED) found->second = {static_cast<uint8_t*>(bytes), size};
    }
    if (!was_open) close_file(*offered);
  }
  const View& whole = found->second;
  if (!slice({whole.bytes, whole.size}, offered->offset, offered->size)) return Status::Error;
  *view = whole.bytes + offered->offset;
  return Status::Ok;
}

Status PluginHost::get_wrap_symbols(uint64_t* count, const char*** names) {
  *count = wrapped_names_.size();
  *names = wrapped_names_.data();
  return Status::Ok;
}

bool PluginHost::open_file(OfferedFile& file) {
  if (file.fd >= 0) return true;
  file.fd = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file.fd < 0) fail(file.path + ": cannot be opened again for the plugin: " + std::strerror(errno));
  return file.fd >= 0;
}

void PluginHost::close_file(OfferedFile& file) {
  if (file.fd >= 0) ::close(file.fd);
  file.fd = -1;
}

}  // namespace xld::plugin
