// From libyaml's events to a tree. See yaml_tree.h.
#include "formats/macho/yaml_tree.h"

#include <algorithm>
#include <fmt/core.h>
#include <new>
#include <yaml.h>

namespace xld::macho {

namespace {

constexpr uint32_t kMaxDepth = 32;

class TreeReader {
 public:
  TreeReader(Bytes bytes, Arena& arena) : arena_(arena) {
    is_ready_ = yaml_parser_initialize(&parser_) != 0;
    if (is_ready_) yaml_parser_set_input_string(&parser_, bytes.data(), bytes.size());
  }
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;
  ~TreeReader() {
    end_event();
    if (is_ready_) yaml_parser_delete(&parser_);
  }

  Result<std::vector<YamlNode>> read() {
    if (!is_ready_) throw std::bad_alloc();
    std::vector<YamlNode> documents;
    while (next()) {
      if (event_.type == YAML_STREAM_END_EVENT) return documents;
      if (event_.type == YAML_STREAM_START_EVENT || event_.type == YAML_DOCUMENT_START_EVENT ||
          event_.type == YAML_DOCUMENT_END_EVENT)
        continue;
      if (!read_node(documents.emplace_back(), 0)) break;
    }
    return Error{problem_};
  }

 private:
  // The event of the node is the current one.
  bool read_node(YamlNode& node, uint32_t depth) {
    if (depth == kMaxDepth) return fail("is nested too deeply");
    switch (event_.type) {
      case YAML_SCALAR_EVENT:
        if (event_.data.scalar.anchor) return fail("has an anchor, which stubs do not have");
        node.text = keep(event_.data.scalar.value, event_.data.scalar.length);
        return true;
      case YAML_SEQUENCE_START_EVENT:
        if (event_.data.sequence_start.anchor) return fail("has an anchor, which stubs do not have");
        return read_list(node, depth);
      case YAML_MAPPING_START_EVENT:
        if (event_.data.mapping_start.anchor) return fail("has an anchor, which stubs do not have");
        return read_map(node, depth);
      default:
        return fail("refers to an anchor, which stubs do not have");
    }
  }

  bool read_list(YamlNode& node, uint32_t depth) {
    node.kind = YamlNode::Kind::List;
    while (next()) {
      if (event_.type == YAML_SEQUENCE_END_EVENT) return true;
      if (!read_node(node.items.emplace_back(), depth + 1)) return false;
    }
    return false;
  }

  bool read_map(YamlNode& node, uint32_t depth) {
    node.kind = YamlNode::Kind::Map;
    if (const yaml_char_t* tag = event_.data.mapping_start.tag)
      node.tag = keep(tag, std::char_traits<char>::length(reinterpret_cast<const char*>(tag)));
    while (next()) {
      if (event_.type == YAML_MAPPING_END_EVENT) return true;
      if (event_.type != YAML_SCALAR_EVENT) return fail("has a key that is no text");
      YamlNode& value = node.items.emplace_back();
      value.key = keep(event_.data.scalar.value, event_.data.scalar.length);
      if (!next() || !read_node(value, depth + 1)) return false;
    }
    return false;
  }

  bool next() {
    end_event();
    if (yaml_parser_parse(&parser_, &event_) == 0) {
      problem_ = fmt::format("line {}: {}", parser_.problem_mark.line + 1,
                             parser_.problem ? parser_.problem : "cannot be read");
      return false;
    }
    has_event_ = true;
    return true;
  }

  void end_event() {
    if (has_event_) yaml_event_delete(&event_);
    has_event_ = false;
  }

  bool fail(const char* what) {
    problem_ = fmt::format("line {}: {}", event_.start_mark.line + 1, what);
    return false;
  }

  std::string_view keep(const yaml_char_t* text, size_t size) {
    const std::span<char> copy = arena_.allocate_array<char>(size);
    std::copy_n(text, size, copy.data());
    return {copy.data(), size};
  }

  Arena& arena_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool is_ready_ = false;
  bool has_event_ = false;
  std::string problem_;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view name) const {
  if (kind != Kind::Map) return nullptr;
  for (const YamlNode& value : items)
    if (value.key == name) return &value;
  return nullptr;
}

std::string_view YamlNode::text_of(std::string_view name) const {
  const YamlNode* value = find(name);
  return value && value->kind == Kind::Text ? value->text : std::string_view();
}

Result<std::vector<YamlNode>> parse_yaml(Bytes bytes, Arena& arena) {
  return TreeReader(bytes, arena).read();
}

}  // namespace xld::macho
