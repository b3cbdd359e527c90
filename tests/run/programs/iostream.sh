#!/usr/bin/env bash
# libstdc++'s iostream: static initialisers, locale facets, many COMDAT groups; gcc and clang.
source "$(dirname "$0")/../lib.sh"

source='#include <iostream>
#include <sstream>
#include <iomanip>
int main() {
  std::istringstream input("3 4.5 word");
  int number; double real; std::string word;
  input >> number >> real >> word;
  std::cout << number << " " << std::fixed << std::setprecision(2) << real << " " << word << std::endl;
}'
compile gcc.cc -O2 <<<"$source"
gxx_link -static gcc.o -o program
expect_output '3 4.50 word' ./program
CXX=clang++-19 compile clang.cc -O2 <<<"$source"
clangxx_link -static clang.o -o program
expect_output '3 4.50 word' ./program
compile gcc32.cc -O0 -m32 <<<"$source"
gxx_link -static -m32 gcc32.o -o program
expect_output '3 4.50 word' ./program
