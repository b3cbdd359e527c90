// See records.h.
#include "kernel_image/records.h"

#include <algorithm>
#include <functional>
#include <string>

#include "kernel_image/facts.h"
#include "kernel_image/frame.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kBytesPerLine = 32;
constexpr uint64_t kBatch = 1 << 16;             // bytes read at once
constexpr uint64_t kWindow = uint64_t{1} << 16;  // what an Intel record can address before the upper half is set anew

// Calls `take` for each line's worth of bytes: none crosses a window, as an Intel record may not.
void for_each_line(const Link& link, const std::function<void(const Run&)>& take) {
  for (const Run& run : image_runs(link)) {
    for (uint64_t done = 0; done < run.size;) {
      const uint64_t address = run.address + done;
      const uint64_t to_window = kWindow - address % kWindow;
      const uint64_t size = std::min({kBytesPerLine, run.size - done, to_window});
      take({address, run.offset + done, size});
      done += size;
    }
  }
}

void append_bytes(std::string& line, uint8_t& sum, Bytes bytes) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (const uint8_t byte : bytes) {
    line += kDigits[byte >> 4];
    line += kDigits[byte & 15];
    sum = static_cast<uint8_t>(sum + byte);
  }
}

std::string make_line(std::string_view lead, Bytes head, Bytes contents, bool is_hex) {
  std::string line(lead);
  uint8_t sum = 0;
  append_bytes(line, sum, head);
  append_bytes(line, sum, contents);
  const uint8_t check = static_cast<uint8_t>(is_hex ? -sum : ~sum);
  append_bytes(line, sum, Bytes(&check, 1));
  return line + "\r\n";
}

// ":", count, address of 16 bits, type, contents, sum that makes all bytes add up to 0.
std::string hex_record(uint8_t type, uint64_t address, Bytes contents) {
  const uint8_t head[] = {static_cast<uint8_t>(contents.size()), static_cast<uint8_t>(address >> 8),
                          static_cast<uint8_t>(address), type};
  return make_line(":", head, contents, true);
}

std::string hex_word(uint8_t type, uint64_t value, size_t size) {
  uint8_t bytes[4];
  for (size_t i = 0; i < size; i++) bytes[i] = static_cast<uint8_t>(value >> 8 * (size - 1 - i));
  return hex_record(type, 0, Bytes(bytes, size));
}

// "S" and type, count of what follows, address of 32 bits, contents, complement of the sum.
std::string srec_record(char type, uint64_t address, size_t address_size, Bytes contents) {
  uint8_t head[5] = {static_cast<uint8_t>(address_size + contents.size() + 1)};
  for (size_t i = 0; i < address_size; i++) head[1 + i] = static_cast<uint8_t>(address >> 8 * (address_size - 1 - i));
  return make_line(std::string("S") + type, Bytes(head, 1 + address_size), contents, false);
}

enum HexType : uint8_t { kHexData = 0, kHexEnd = 1, kHexUpper = 4, kHexEntry = 5 };

// The parts of a text in one dialect: before a line of data, the line, and the end.
struct Writer {
  std::string (*begin)(const Link&);
  std::string (*lead)(uint64_t previous, uint64_t address);
  std::string (*data)(uint64_t address, Bytes contents);
  std::string (*end)(const Link&);
};

constexpr uint64_t kNowhere = UINT64_MAX;

constexpr Writer kHex = {
    [](const Link&) { return std::string(); },
    [](uint64_t previous, uint64_t address) {
      const bool is_same = previous != kNowhere && previous / kWindow == address / kWindow;
      return is_same ? std::string() : hex_word(kHexUpper, address / kWindow, 2);
    },
    [](uint64_t address, Bytes contents) { return hex_record(kHexData, address, contents); },
    [](const Link& link) { return hex_word(kHexEntry, physical_entry(link), 4) + hex_record(kHexEnd, 0, {}); },
};

constexpr Writer kSrec = {
    [](const Link&) { return srec_record('0', 0, 2, as_bytes("xld")); },
    [](uint64_t, uint64_t) { return std::string(); },
    [](uint64_t address, Bytes contents) { return srec_record('3', address, 4, contents); },
    [](const Link& link) { return srec_record('7', physical_entry(link), 4, {}); },
};

// How long the text will be: lines of zeros are as long as others.
uint64_t text_size(const Link& link, const Writer& writer) {
  const std::vector<uint8_t> zeros(kBytesPerLine);
  uint64_t size = writer.begin(link).size() + writer.end(link).size();
  uint64_t previous = kNowhere;
  for_each_line(link, [&](const Run& line) {
    size += writer.lead(previous, line.address).size();
    size += writer.data(line.address, Bytes(zeros).first(line.size)).size();
    previous = line.address;
  });
  return size;
}

void make_room(Link& link, const Writer& writer) {
  move_contents(link, text_size(link, writer));
}

class TextWriter {
 public:
  explicit TextWriter(Image& image) : image_(image) {}
  void add(const std::string& text) {
    text_ += text;
    if (text_.size() >= kBatch) flush();
  }
  void finish() {
    flush();
    image_.resize(position_);
  }

 private:
  void flush() {
    image_.write(position_, as_bytes(text_));
    position_ += text_.size();
    text_.clear();
  }

  Image& image_;
  std::string text_;
  uint64_t position_ = 0;
};

void write_text(const Link& link, Image& image, const Writer& writer) {
  TextWriter text(image);
  text.add(writer.begin(link));
  uint64_t previous = kNowhere;
  bool is_readable = true;
  for_each_line(link, [&](const Run& line) {
    uint8_t bytes[kBytesPerLine];
    is_readable = is_readable && read_back(link, image, line.offset, MutableBytes(bytes, line.size));
    text.add(writer.lead(previous, line.address));
    text.add(writer.data(line.address, Bytes(bytes, line.size)));
    previous = line.address;
  });
  text.add(writer.end(link));
  text.finish();
}

}  // namespace

void make_room_for_hex(Link& link) {
  make_room(link, kHex);
}
void make_room_for_srec(Link& link) {
  make_room(link, kSrec);
}
void write_hex(const Link& link, Image& image) {
  write_text(link, image, kHex);
}
void write_srec(const Link& link, Image& image) {
  write_text(link, image, kSrec);
}

}  // namespace xld::kernel_image
