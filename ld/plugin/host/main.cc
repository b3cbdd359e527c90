// The plugin host's program: callbacks of the plugin interface, which carry no context, forwarded to the one
// PluginHost.
//
//   xld-plugin-host SOCKET      the number of an open file: the connection to xld
//
// It is an executable of its own, linked dynamically so that it can load plugins, and lies inside xld (image.cc).
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "ld/plugin/host/host.h"

namespace {

using namespace xld::plugin;

// Of this program, not of the library: the interface gives callbacks nothing else to know the link by.
PluginHost* g_host = nullptr;

constexpr int kGnuLdVersion = 241;  // of the ld whose interface this is, times 100

Status message(int level, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char* text = nullptr;
  const int size = ::vasprintf(&text, format, arguments);
  va_end(arguments);
  if (size < 0) return Status::Error;
  const std::string copy(text, static_cast<size_t>(size));
  std::free(text);
  return g_host->add_message(level, copy);
}

int get_api_version(const char* /*plugin*/, const char* /*plugin_version*/, int lowest, int highest,
                    const char** linker, const char** linker_version) {
  *linker = "xld";
  *linker_version = XLD_VERSION;
  return std::clamp(kApiLevel, lowest, highest);
}

TaggedValue offer(Tag tag) {
  TaggedValue value{};
  value.tag = tag;
  return value;
}

template <auto Field, class T>
TaggedValue offer(Tag tag, T function) {
  TaggedValue value = offer(tag);
  value.*Field = function;
  return value;
}

template <int Version>
Status get_symbols(const void* handle, int count, Symbol* symbols) {
  return g_host->get_symbols(handle, count, symbols, Version);
}

Status add_symbols(void* handle, int count, const Symbol* symbols) {
  return g_host->add_symbols(handle, count, symbols);
}

using V = TaggedValue;

// The message function first: plugins use it to complain of the rest.
std::vector<TaggedValue> make_offers() {
  return {
      offer<&V::message>(Tag::Message, &message),
      offer<&V::number>(Tag::ApiVersion, kApiVersion),
      offer<&V::number>(Tag::GnuLdVersion, kGnuLdVersion),
      offer<&V::get_api_version>(Tag::GetApiVersion, &get_api_version),
      offer<&V::register_claim_file>(Tag::RegisterClaimFile, [](auto h) { return g_host->register_claim_file(h); }),
      offer<&V::register_claim_file_v2>(Tag::RegisterClaimFileV2,
                                        [](auto h) { return g_host->register_claim_file_v2(h); }),
      offer<&V::register_event>(Tag::RegisterAllSymbolsRead,
                                [](auto h) { return g_host->register_all_symbols_read(h); }),
      offer<&V::register_event>(Tag::RegisterCleanup, [](auto h) { return g_host->register_cleanup(h); }),
      offer<&V::register_new_input>(Tag::RegisterNewInput, [](auto h) { return g_host->register_new_input(h); }),
      offer<&V::add_symbols>(Tag::AddSymbols, &add_symbols),
      offer<&V::add_symbols>(Tag::AddSymbolsV2, &add_symbols),
      offer<&V::get_symbols>(Tag::GetSymbols, &get_symbols<1>),
      offer<&V::get_symbols>(Tag::GetSymbolsV2, &get_symbols<2>),
      offer<&V::get_symbols>(Tag::GetSymbolsV3, &get_symbols<3>),
      offer<&V::take_text>(Tag::AddInputFile, [](auto name) { return g_host->add_input(name, false); }),
      offer<&V::take_text>(Tag::AddInputLibrary, [](auto name) { return g_host->add_input(name, true); }),
      offer<&V::take_text>(Tag::SetExtraLibraryPath, [](auto path) { return g_host->set_extra_library_path(path); }),
      offer<&V::get_input_file>(Tag::GetInputFile,
                                [](auto handle, auto file) { return g_host->get_input_file(handle, file); }),
      offer<&V::get_view>(Tag::GetView, [](auto handle, auto view) { return g_host->get_view(handle, view); }),
      offer<&V::release_input_file>(Tag::ReleaseInputFile,
                                    [](auto handle) { return g_host->release_input_file(handle); }),
      offer<&V::get_wrap_symbols>(Tag::GetWrapSymbols,
                                  [](auto count, auto names) { return g_host->get_wrap_symbols(count, names); }),
  };
}

// Ctrl-C ends xld, and that ends the connection: then there is time to remove what the plugin has left. A handler,
// unlike SIG_IGN, is not inherited by the compilers that the plugin starts; they end.
void outlive_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) {};
  action.sa_flags = static_cast<int>(SA_RESTART);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old{};
    if (::sigaction(signal, nullptr, &old) == 0 && old.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

}  // namespace

int main(int argc, char** argv) {
  int socket = -1;
  const char* end = argc == 2 ? argv[1] + std::strlen(argv[1]) : nullptr;
  if (!end || std::from_chars(argv[1], end, socket).ptr != end) return EXIT_FAILURE;
  if (::fcntl(socket, F_SETFD, FD_CLOEXEC) != 0) return EXIT_FAILURE;
  outlive_signals();
  PluginHost host(socket);
  g_host = &host;
  host.serve(make_offers());
  ::_exit(EXIT_SUCCESS);  // a plugin's destructors are none of our business
}
