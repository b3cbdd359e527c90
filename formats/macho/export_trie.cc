// See export_trie.h. A node is: size of its payload, payload (flags and offset, or nothing), number of children, and
// for each child the text of its edge and the offset of its node from the start of the trie.
#include "formats/macho/export_trie.h"

#include <algorithm>
#include <fmt/core.h>
#include <string>

#include "core/arena.h"
#include "core/leb128.h"
#include "formats/macho/macho.h"

namespace xld::macho {

namespace {

// ---- reading

// A trie of a few bytes can spell long names again and again; real ones spell less than this for each of their bytes.
constexpr uint64_t kMostNameBytes = 256;

class TrieReader {
 public:
  TrieReader(Bytes trie, const std::function<void(std::string_view, uint64_t)>& visit)
      : trie_(trie), visit_(visit), is_seen_(trie.size(), false) {}

  std::optional<Error> read() {
    std::vector<Visit> pending = {{0, {}}};
    while (!pending.empty()) {
      const Visit next = std::move(pending.back());
      pending.pop_back();
      if (auto error = read_node(next, pending)) return error;
    }
    return std::nullopt;
  }

 private:
  struct Visit {
    uint64_t offset;
    std::string name;
  };

  static Error damaged(uint64_t offset) { return Error{fmt::format("the export trie is damaged at {:#x}", offset)}; }

  std::optional<Error> read_node(const Visit& node, std::vector<Visit>& pending) {
    if (node.offset >= trie_.size() || is_seen_[node.offset]) return damaged(node.offset);
    is_seen_[node.offset] = true;
    uint64_t position = node.offset;
    const auto payload = read_uleb(trie_, position);
    if (!payload || !contains(trie_, position, *payload)) return damaged(position);
    if (*payload != 0) {
      uint64_t inside = position;
      const auto flags = read_uleb(trie_.first(position + *payload), inside);
      if (!flags) return damaged(inside);
      visit_(node.name, *flags);
    }
    position += *payload;
    if (position >= trie_.size()) return damaged(position);
    const size_t first_child = pending.size();
    for (uint32_t count = trie_[position++]; count != 0; count--) {
      const auto edge = c_string_at(trie_, position);
      if (!edge) return damaged(position);
      position += edge->size() + 1;
      const auto offset = read_uleb(trie_, position);
      name_bytes_ += node.name.size() + edge->size();
      if (!offset || name_bytes_ / kMostNameBytes > trie_.size()) return damaged(position);
      pending.push_back({*offset, node.name + std::string(*edge)});
    }
    std::reverse(pending.begin() + static_cast<ptrdiff_t>(first_child), pending.end());  // names come in order
    return std::nullopt;
  }

  Bytes trie_;
  const std::function<void(std::string_view, uint64_t)>& visit_;
  std::vector<bool> is_seen_;
  uint64_t name_bytes_ = 0;
};

// ---- building

class TrieBuilder {
 public:
  explicit TrieBuilder(std::vector<Export> exports) : exports_(std::move(exports)) {
    const auto is_before = [](const Export& a, const Export& b) { return a.name < b.name; };
    if (!std::is_sorted(exports_.begin(), exports_.end(), is_before))
      std::sort(exports_.begin(), exports_.end(), is_before);
  }

  std::vector<uint8_t> build() {
    make_nodes();
    for (Node& node : nodes_) node.fixed_size = fixed_size_of(node);
    while (place_nodes()) {
    }
    std::vector<uint8_t> out;
    for (const Node& node : nodes_) write(node, out);
    return out;
  }

 private:
  struct Node {
    std::string_view edge;            // from its parent
    const Export* payload = nullptr;  // of the name that ends here
    uint32_t first_child = 0, child_count = 0;
    uint32_t fixed_size = 0;  // without the offsets of its children
    uint32_t offset = 0;
  };

  // Names [begin, end), which agree in their first `length` characters and go on below `node`.
  struct Range {
    uint32_t node;
    size_t begin, end;
    size_t length;
  };

  // Children of a node are neighbours; the root comes first.
  void make_nodes() {
    nodes_.emplace_back();
    std::vector<Range> pending = {{0, 0, exports_.size(), 0}};
    while (!pending.empty()) {
      const Range range = pending.back();
      pending.pop_back();
      add_children(range, pending);
    }
  }

  void add_children(Range range, std::vector<Range>& pending) {
    if (range.begin < range.end && exports_[range.begin].name.size() == range.length)
      nodes_[range.node].payload = &exports_[range.begin++];
    nodes_[range.node].first_child = static_cast<uint32_t>(nodes_.size());
    while (range.begin < range.end) {
      const std::string_view first = exports_[range.begin].name;
      const auto same = [&](const Export& e) { return e.name[range.length] == first[range.length]; };
      const auto start = exports_.begin() + static_cast<ptrdiff_t>(range.begin);
      const auto stop = std::partition_point(start, exports_.begin() + static_cast<ptrdiff_t>(range.end), same);
      const auto end = static_cast<size_t>(stop - exports_.begin());
      const std::string_view last = exports_[end - 1].name;
      const auto differ = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
      const auto length = static_cast<size_t>(differ - first.begin());
      pending.push_back({static_cast<uint32_t>(nodes_.size()), range.begin, end, length});
      nodes_.emplace_back().edge = first.substr(range.length, length - range.length);
      nodes_[range.node].child_count++;
      range.begin = end;
    }
  }

  static uint32_t payload_size(const Export& e) {
    const uint32_t size = uleb_size(e.flags) + uleb_size(e.offset);
    return e.flags & EXPORT_SYMBOL_FLAGS_REEXPORT ? size + 1 : size;  // the name there: empty, as it is the same
  }

  uint32_t fixed_size_of(const Node& node) const {
    uint32_t size = 1;  // number of children
    const uint32_t payload = node.payload ? payload_size(*node.payload) : 0;
    size += uleb_size(payload) + payload;
    for (uint32_t i = 0; i < node.child_count; i++)
      size += static_cast<uint32_t>(nodes_[node.first_child + i].edge.size()) + 1;
    return size;
  }

  uint32_t size_of(const Node& node) const {
    uint32_t size = node.fixed_size;
    for (uint32_t i = 0; i < node.child_count; i++) size += uleb_size(nodes_[node.first_child + i].offset);
    return size;
  }

  // Offsets have variable length, too: repeated until nothing moves. They only grow, so that ends.
  bool place_nodes() {
    uint32_t offset = 0;
    bool has_moved = false;
    for (Node& node : nodes_) {
      has_moved |= node.offset != offset;
      node.offset = offset;
      offset += size_of(node);
    }
    return has_moved;
  }

  void write(const Node& node, std::vector<uint8_t>& out) const {
    if (!node.payload) {
      out.push_back(0);
    } else {
      append_uleb(out, payload_size(*node.payload));
      append_uleb(out, node.payload->flags);
      append_uleb(out, node.payload->offset);
      if (node.payload->flags & EXPORT_SYMBOL_FLAGS_REEXPORT) out.push_back(0);
    }
    out.push_back(static_cast<uint8_t>(node.child_count));
    for (uint32_t i = 0; i < node.child_count; i++) {
      const Node& child = nodes_[node.first_child + i];
      out.insert(out.end(), child.edge.begin(), child.edge.end());
      out.push_back(0);
      append_uleb(out, child.offset);
    }
  }

  std::vector<Export> exports_;
  LargeVector<Node> nodes_;
};

}  // namespace

std::optional<Error> read_export_trie(Bytes trie, const std::function<void(std::string_view, uint64_t)>& visit) {
  return TrieReader(trie, visit).read();
}

std::vector<uint8_t> build_export_trie(std::vector<Export> exports) {
  if (exports.empty()) return {};
  return TrieBuilder(std::move(exports)).build();
}

}  // namespace xld::macho
