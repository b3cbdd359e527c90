// See arm64_sequences.h.
#include "arch/arm64_sequences.h"

#include <optional>

#include "core/bytes.h"

namespace xld::arm64 {

namespace {

constexpr uint32_t kNop = 0xd503201f;
constexpr int64_t kNear = 1 << 20;  // what ADR and literal loads reach

struct PageOf {
  uint32_t target = 0;  // register
  uint64_t page = 0;
};

struct Addition {
  uint32_t target = 0, base = 0;
  uint64_t offset = 0;
};

struct Access {
  uint32_t target = 0, base = 0;
  uint64_t offset = 0;
  uint32_t scale = 0;
  bool is_load = false;
  uint32_t literal = 0;  // the load relative to the program counter that does the same; 0: there is none
};

uint32_t code_at(const CodePlace& place) {
  return load<uint32_t>(place.bytes);
}

std::optional<PageOf> read_page(const CodePlace& place) {
  const uint32_t code = code_at(place);
  if ((code & 0x9f000000) != 0x90000000) return std::nullopt;
  const uint32_t field = (code >> 29 & 3) | (code >> 5 & 0x7ffff) << 2;
  const int64_t pages = static_cast<int32_t>(field << 11) >> 11;
  return PageOf{code & 31, (place.address & ~uint64_t{0xfff}) + static_cast<uint64_t>(pages) * 0x1000};
}

std::optional<Addition> read_addition(const CodePlace& place) {
  const uint32_t code = code_at(place);
  if ((code & 0xffc00000) != 0x91000000) return std::nullopt;
  return Addition{code & 31, code >> 5 & 31, code >> 10 & 0xfff};
}

// Loads and stores with an unsigned offset. `form`: size, whether of a vector register, and what is done.
struct AccessRow {
  uint32_t code;
  uint8_t scale;
  bool is_load;
  uint32_t literal;
};
constexpr AccessRow kAccesses[] = {
    {0xf9400000, 3, true, 0x58000000},  // ldr x
    {0xb9400000, 2, true, 0x18000000},  // ldr w
    {0xb9800000, 2, true, 0x98000000},  // ldrsw
    {0xfd400000, 3, true, 0x5c000000},  // ldr d
    {0xbd400000, 2, true, 0x1c000000},  // ldr s
    {0x3dc00000, 4, true, 0x9c000000},  // ldr q
    {0x39400000, 0, true, 0},           // ldrb
    {0x39800000, 0, true, 0},           // ldrsb x
    {0x39c00000, 0, true, 0},           // ldrsb w
    {0x79400000, 1, true, 0},           // ldrh
    {0x79800000, 1, true, 0},           // ldrsh x
    {0x79c00000, 1, true, 0},           // ldrsh w
    {0xf9000000, 3, false, 0},          // str x
    {0xb9000000, 2, false, 0},          // str w
    {0xfd000000, 3, false, 0},          // str d
    {0xbd000000, 2, false, 0},          // str s
    {0x3d800000, 4, false, 0},          // str q
    {0x39000000, 0, false, 0},          // strb
    {0x79000000, 1, false, 0},          // strh
};

std::optional<Access> read_access(const CodePlace& place) {
  const uint32_t code = code_at(place);
  for (const AccessRow& row : kAccesses)
    if ((code & 0xffc00000) == row.code)
      return Access{code & 31, code >> 5 & 31, uint64_t{code >> 10 & 0xfff} << row.scale,
                    row.scale, row.is_load,    row.literal};
  return std::nullopt;
}

void put(const CodePlace& place, uint32_t code) {
  store(place.bytes, code);
}

bool is_near(uint64_t target, uint64_t place) {
  const auto distance = static_cast<int64_t>(target - place);
  return distance >= -kNear && distance < kNear;
}

// ldr xt, target
bool put_literal_load(const CodePlace& place, const Access& access, uint64_t target) {
  if (access.literal == 0 || !is_near(target, place.address) || (target & 3) != 0) return false;
  const auto words = static_cast<uint32_t>((target - place.address) >> 2) & 0x7ffff;
  put(place, access.literal | words << 5 | access.target);
  return true;
}

// adr xt, target
bool put_address(const CodePlace& place, uint32_t target_register, uint64_t target) {
  if (!is_near(target, place.address)) return false;
  const auto distance = static_cast<uint32_t>(target - place.address);
  put(place, 0x10000000 | (distance & 3) << 29 | (distance >> 2 & 0x7ffff) << 5 | target_register);
  return true;
}

void shorten_addition(const CodePlace& first, const CodePlace& second) {
  const auto page = read_page(first);
  const auto addition = read_addition(second);
  if (!page || !addition || addition->base != page->target) return;
  if (put_address(second, addition->target, page->page + addition->offset)) put(first, kNop);
}

void shorten_load(const CodePlace& first, const CodePlace& second) {
  const auto page = read_page(first);
  const auto access = read_access(second);
  if (!page || !access || !access->is_load || access->base != page->target) return;
  if (put_literal_load(second, *access, page->page + access->offset)) put(first, kNop);
}

// The addition becomes a part of the access, or the address one instruction.
void shorten_access(const CodePlace& first, const CodePlace& second, const CodePlace& third) {
  const auto page = read_page(first);
  const auto addition = read_addition(second);
  const auto access = read_access(third);
  if (!page || !addition || !access || addition->base != page->target || access->base != addition->target) return;
  const uint64_t offset = addition->offset + access->offset;
  if (access->is_load && put_literal_load(third, *access, page->page + offset)) {
    put(first, kNop);
    put(second, kNop);
    return;
  }
  const uint64_t units = offset >> access->scale;
  if (units << access->scale == offset && units < 0x1000) {
    constexpr uint32_t kBaseAndOffset = 0x003fffe0;
    put(second, kNop);
    put(third, (code_at(third) & ~kBaseAndOffset) | static_cast<uint32_t>(units) << 10 | page->target << 5);
    return;
  }
  shorten_addition(first, second);
}

void remove_second_page(const CodePlace& first, const CodePlace& second) {
  const auto one = read_page(first), other = read_page(second);
  if (one && other && one->target == other->target && one->page == other->page) put(second, kNop);
}

}  // namespace

void shorten_sequence(Sequence kind, std::span<const CodePlace> places) {
  const bool has_three = places.size() == 3;
  if (places.size() != 2 && !has_three) return;
  const bool is_direct = read_addition(places[1]).has_value();
  switch (kind) {
    case Sequence::PageTwice:
      return remove_second_page(places[0], places[1]);
    case Sequence::PageLoad:
      return shorten_load(places[0], places[1]);
    case Sequence::PageAdd:
      return shorten_addition(places[0], places[1]);
    case Sequence::PageSlot:
      return is_direct ? shorten_addition(places[0], places[1]) : shorten_load(places[0], places[1]);
    case Sequence::PageAddLoad:
    case Sequence::PageAddStore:
      if (has_three) shorten_access(places[0], places[1], places[2]);
      return;
    case Sequence::PageSlotLoad:
    case Sequence::PageSlotStore:
      if (has_three && is_direct) return shorten_access(places[0], places[1], places[2]);
      return shorten_load(places[0], places[1]);
  }
}

}  // namespace xld::arm64
