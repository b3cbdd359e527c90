// LC_DYLD_INFO: rebase, bind, weak bind and lazy bind opcodes (<mach-o/loader.h>, "REBASE_" and "BIND_").
#include <mutex>

#include "tests/macho_run/fixups.h"
#include "tests/macho_run/leb128.h"
#include "tests/macho_run/symbols.h"

namespace macho_run {

namespace {

enum Opcode : uint8_t { kOpcodeMask = 0xf0, kImmediateMask = 0x0f };
enum PointerType : uint8_t { kPointer = 1, kTextAbsolute32 = 2, kTextRelative32 = 3 };

// Where the opcodes are: a segment and an offset in it. Offsets may run over the end between two fixups.
class Place {
 public:
  explicit Place(const Image& image) : image_(image) {}

  void set(uint8_t segment, uint64_t offset) {
    if (segment >= image_.file.segments.size()) {
      fail("%s: opcodes name segment %u of %zu", image_.path(), segment, image_.file.segments.size());
    }
    segment_ = &image_.file.segments[segment];
    offset_ = offset;
  }
  void advance(uint64_t by) { offset_ += by; }

  Word address(const char* what) const {
    if (!segment_) fail("%s: %s before a segment is named", image_.path(), what);
    if (offset_ > segment_->memory_size || segment_->memory_size - offset_ < sizeof(Word)) {
      fail("%s: %s at %#llx is outside segment %s", image_.path(), what, static_cast<unsigned long long>(offset_),
           segment_->name.c_str());
    }
    return segment_->address + static_cast<Word>(offset_) + image_.slide;
  }

 private:
  const Image& image_;
  const Segment* segment_ = nullptr;
  uint64_t offset_ = 0;
};

void rebase_at(const Image& image, Word address, uint8_t type) {
  trace("%s: rebase %#zx type %u", image.path(), size_t{address - image.slide}, type);
  if (type == kPointer) {
    uint8_t* place = image.writable(address, sizeof(Word), "a rebase");
    xld::store<Word>(place, xld::load<Word>(place) + image.slide);
  } else if (type == kTextAbsolute32 && !kIs64) {
    uint8_t* place = image.patchable(address, 4, "a text rebase");
    xld::store<uint32_t>(place, xld::load<uint32_t>(place) + static_cast<uint32_t>(image.slide));
  } else {
    fail("%s: rebase type %u", image.path(), type);
  }
}

class Rebaser {
 public:
  explicit Rebaser(const Image& image)
      : image_(image), cursor_(image.path(), "rebase opcodes", image.file.rebase, 0), place_(image) {}

  void run() {
    while (!cursor_.at_end()) {
      const uint8_t code = cursor_.byte();
      if ((code & kOpcodeMask) == 0x00) return;  // DONE
      step(code & kOpcodeMask, code & kImmediateMask);
    }
  }

 private:
  void step(uint8_t opcode, uint8_t immediate) {
    switch (opcode) {
      case 0x10:
        type_ = immediate;
        return;  // SET_TYPE_IMM
      case 0x20:
        place_.set(immediate, cursor_.uleb());
        return;  // SET_SEGMENT_AND_OFFSET_ULEB
      case 0x30:
        place_.advance(cursor_.uleb());
        return;  // ADD_ADDR_ULEB
      case 0x40:
        place_.advance(immediate * sizeof(Word));
        return;  // ADD_ADDR_IMM_SCALED
      case 0x50:
        return repeat(immediate, 0);  // DO_REBASE_IMM_TIMES
      case 0x60:
        return repeat(cursor_.uleb(), 0);  // DO_REBASE_ULEB_TIMES
      case 0x70:
        return repeat(1, cursor_.uleb());  // DO_REBASE_ADD_ADDR_ULEB
      case 0x80: {                         // DO_REBASE_ULEB_TIMES_SKIPPING_ULEB
        const uint64_t count = cursor_.uleb();
        return repeat(count, cursor_.uleb());
      }
      default:
        fail("%s: rebase opcode %#x", image_.path(), opcode);
    }
  }

  void repeat(uint64_t count, uint64_t skip) {
    for (uint64_t i = 0; i < count; i++) {
      rebase_at(image_, place_.address("a rebase"), type_);
      place_.advance(sizeof(Word) + skip);
    }
  }

  const Image& image_;
  Cursor cursor_;
  Place place_;
  uint8_t type_ = 0;
};

// The state of one bind, and what is done with it.
struct Bind {
  int ordinal = 0;
  std::string_view name;
  uint8_t flags = 0, type = kPointer;
  int64_t addend = 0;

  bool is_weak_import() const { return (flags & 1) != 0; }
  bool is_strong_definition() const { return (flags & 8) != 0; }
};

void write_bind(const Image& image, const Bind& bind, Word address, Word target) {
  const Word value = target + static_cast<Word>(bind.addend);
  trace("%s: bind %#zx to %.*s + %lld = %#zx", image.path(), size_t{address - image.slide},
        static_cast<int>(bind.name.size()), bind.name.data(), static_cast<long long>(bind.addend), size_t{value});
  switch (bind.type) {
    case kPointer:
      xld::store<Word>(image.writable(address, sizeof(Word), "a bind"), value);
      return;
    case kTextAbsolute32:
      xld::store<uint32_t>(image.patchable(address, 4, "a text bind"), static_cast<uint32_t>(value));
      return;
    case kTextRelative32:
      xld::store<uint32_t>(image.patchable(address, 4, "a text bind"), static_cast<uint32_t>(value - (address + 4)));
      return;
    default:
      fail("%s: bind type %u", image.path(), bind.type);
  }
}

enum class Table { Bind, Weak, Lazy };
constexpr const char* kTableNames[] = {"bind opcodes", "weak bind opcodes", "lazy bind opcodes"};

class Binder {
 public:
  Binder(const Image& image, Table table, Bytes opcodes, size_t start)
      : image_(image),
        table_(table),
        cursor_(image.path(), kTableNames[static_cast<int>(table)], opcodes, start),
        place_(image) {}

  // Lazy opcodes have a DONE behind each bind; `stops_at_done` is for one of them.
  Word run(bool stops_at_done) {
    while (!cursor_.at_end()) {
      const uint8_t code = cursor_.byte();
      if ((code & kOpcodeMask) == 0x00) {
        if (stops_at_done) break;
      } else {
        step(code & kOpcodeMask, code & kImmediateMask);
      }
    }
    return last_target_;
  }

 private:
  void step(uint8_t opcode, uint8_t immediate) {
    switch (opcode) {
      case 0x10:
        bind_.ordinal = immediate;
        return;  // SET_DYLIB_ORDINAL_IMM
      case 0x20:
        bind_.ordinal = static_cast<int>(cursor_.uleb());
        return;   // SET_DYLIB_ORDINAL_ULEB
      case 0x30:  // SET_DYLIB_SPECIAL_IMM
        bind_.ordinal = immediate == 0 ? 0 : static_cast<int8_t>(immediate | 0xf0);
        return;
      case 0x40:  // SET_SYMBOL_TRAILING_FLAGS_IMM
        bind_.name = cursor_.string();
        bind_.flags = immediate;
        return;
      case 0x50:
        bind_.type = immediate;
        return;  // SET_TYPE_IMM
      case 0x60:
        bind_.addend = cursor_.sleb();
        return;  // SET_ADDEND_SLEB
      case 0x70:
        place_.set(immediate, cursor_.uleb());
        return;  // SET_SEGMENT_AND_OFFSET_ULEB
      case 0x80:
        place_.advance(cursor_.uleb());
        return;  // ADD_ADDR_ULEB
      case 0x90:
        return repeat(1, 0);  // DO_BIND
      case 0xa0:
        return repeat(1, cursor_.uleb());  // DO_BIND_ADD_ADDR_ULEB
      case 0xb0:
        return repeat(1, immediate * sizeof(Word));  // DO_BIND_ADD_ADDR_IMM_SCALED
      case 0xc0: {                                   // DO_BIND_ULEB_TIMES_SKIPPING_ULEB
        const uint64_t count = cursor_.uleb();
        return repeat(count, cursor_.uleb());
      }
      default:
        fail("%s: bind opcode %#x", image_.path(), opcode);
    }
  }

  void repeat(uint64_t count, uint64_t skip) {
    for (uint64_t i = 0; i < count; i++) {
      bind_at(place_.address("a bind"));
      place_.advance(sizeof(Word) + skip);
    }
  }

  void bind_at(Word address) {
    if (table_ == Table::Weak) {
      const auto found = find_coalesced(bind_.name);
      if (!found) return;  // the ordinary bind, if any, stands
      last_target_ = found->address;
    } else {
      last_target_ = resolve_import(image_, bind_.ordinal, bind_.name, bind_.is_weak_import());
    }
    write_bind(image_, bind_, address, last_target_);
  }

  const Image& image_;
  Table table_;
  Cursor cursor_;
  Place place_;
  Bind bind_;
  Word last_target_ = 0;
};

}  // namespace

void apply_opcodes(const Image& image) {
  // The file has unslid addresses: rebasing by 0 checks the places all the same.
  Rebaser(image).run();
  Binder(image, Table::Bind, image.file.bind, 0).run(false);
  if (process().options.binds_at_once) Binder(image, Table::Lazy, image.file.lazy_bind, 0).run(false);
}

void coalesce_weak_symbols(const Image& image) {
  Binder(image, Table::Weak, image.file.weak_bind, 0).run(false);
}

// One thread at a time: what is found is remembered, and stubs are made.
extern "C" Word macho_bind_lazily(Word loader_cache, Word lazy_offset) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const Image* image = process().image_at(loader_cache);
  if (!image) fail("dyld_stub_binder: %#zx belongs to no image", size_t{loader_cache});
  const Word target = Binder(*image, Table::Lazy, image->file.lazy_bind, lazy_offset).run(true);
  if (target == 0) fail("%s: the lazy bind opcodes at %#zx bind nothing", image->path(), size_t{lazy_offset});
  return target;
}

}  // namespace macho_run
