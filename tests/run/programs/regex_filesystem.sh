#!/usr/bin/env bash
# std::regex and std::filesystem: large amounts of template code and weak symbols.
source "$(dirname "$0")/../lib.sh"

compile program.cc -O1 -std=c++17 <<'EOF'
#include <cstdio>
#include <filesystem>
#include <regex>
int main() {
  std::smatch match;
  std::string text = "version 12.34";
  std::regex_search(text, match, std::regex("([0-9]+)\\.([0-9]+)"));
  auto path = std::filesystem::path("/a/b") / "../c.txt";
  std::printf("%s-%s %s %d\n", match[1].str().c_str(), match[2].str().c_str(),
              path.lexically_normal().c_str(), (int)std::filesystem::exists("/nonexistent"));
}
EOF
gxx_link -static program.o -o program
expect_output '12-34 /a/c.txt 0' ./program
gxx_link -static -Wl,--gc-sections program.o -o smaller
expect_output '12-34 /a/c.txt 0' ./smaller
