// xld-verify FILE...: checks linked files against the rule tables, read-only.
//
// Exit status: 0 nothing found, 1 violations, 2 a file could not be read or the command line is wrong. The only file of
// the verifier that knows stdio and the file system.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "verify/verify.h"

namespace {

constexpr std::string_view kUsage =
    "usage: xld-verify [OPTION]... FILE...\n"
    "Checks ELF and Mach-O executables, libraries and relocatable files; prints FILE: RULE: MESSAGE for each "
    "violation.\n"
    "  --allow-rwx    accept segments that are writable and executable\n"
    "  --list-rules   print every rule and what it demands\n"
    "  -v             print the rules that were run\n"
    "  --help         print this text\n";

struct CommandLine {
  xld::verify::Settings settings;
  bool is_verbose = false;
  std::vector<std::string> files;
};

void print(FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

// Names in a broken file may be any bytes; a terminal should not have to bear them.
std::string make_printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_printable = c >= 0x20 && c < 0x7f;
    result += is_printable ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return result;
}

void print_rules() {
  for (const auto& rule : xld::verify::list_rules()) {
    print(stdout, fmt::format("{:<24} {}\n", rule.name, rule.description));
  }
}

bool read_file(const std::string& path, std::string& contents) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return false;
  contents.assign(std::istreambuf_iterator<char>(stream), {});
  return !stream.bad() && !contents.empty();
}

int verify_file(const std::string& path, const CommandLine& command_line) {
  std::string contents;
  if (!read_file(path, contents)) {
    print(stderr, fmt::format("xld-verify: {}: cannot read this file, or it is empty\n", path));
    return 2;
  }
  const auto verdict = xld::verify::verify(xld::as_bytes(contents), command_line.settings);
  if (!verdict) {
    print(stderr, fmt::format("xld-verify: {}: {}\n", path, verdict.error().message));
    return 2;
  }
  for (const auto& finding : verdict->findings) {
    print(stdout, fmt::format("{}: {}: {}\n", path, finding.rule, make_printable(finding.message)));
  }
  if (command_line.is_verbose) {
    for (const auto rule : verdict->rules_run) print(stdout, fmt::format("{}: checked {}\n", path, rule));
  }
  return verdict->findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine command_line;
  for (int i = 1; i < argc; i++) {
    const std::string_view argument = argv[i];
    if (argument == "--list-rules") return print_rules(), 0;
    if (argument == "--help") return print(stdout, kUsage), 0;
    if (argument == "--allow-rwx") {
      command_line.settings.allow_rwx = true;
    } else if (argument == "-v") {
      command_line.is_verbose = true;
    } else if (argument.starts_with("-")) {
      return print(stderr, fmt::format("xld-verify: unknown option {}\n{}", argument, kUsage)), 2;
    } else {
      command_line.files.emplace_back(argument);
    }
  }
  if (command_line.files.empty()) return print(stderr, kUsage), 2;
  int status = 0;
  for (const std::string& path : command_line.files) status = std::max(status, verify_file(path, command_line));
  return status;
}
