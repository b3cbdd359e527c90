#!/usr/bin/env bash
# dynamic_cast and typeid across objects: one type_info per type, vtables in COMDAT groups.
source "$(dirname "$0")/../lib.sh"

header='struct Base { virtual ~Base() {} virtual int id() { return 0; } };
struct Left : virtual Base { int id() override { return 1; } };
struct Right : virtual Base {};
struct Both : Left, Right { int id() override { return 3; } };
inline int &shared() { static int value = 5; return value; }'
compile a.cc -O1 <<<"$header
Base *make(bool both) { ++shared(); return both ? (Base *)new Both : new Right; }"
compile b.cc -O1 <<<"#include <cstdio>
#include <typeinfo>
$header
Base *make(bool both);
int main() {
  Base *both = make(true), *right = make(false);
  std::printf(\"%d %d %d %d %d\n\", dynamic_cast<Right *>(both) != nullptr, dynamic_cast<Left *>(right) == nullptr,
              typeid(*both) == typeid(Both), both->id(), shared());
}"
gxx_link -static a.o b.o -o program
expect_output '1 1 1 3 7' ./program
expect_equal "$(nm program | grep -c ' _ZTI4Both$')" 1
