#include "suite/field_reader.hpp"

#include "base/clock.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

using nlohmann::json;

constexpr double kDay = 86400;

/// A value as it is shown in a message.
std::string shown(const json& value) {
  constexpr std::size_t kMost = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return value.empty() ? "an empty list" : "a list";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…\"";
}

/// A key as a step of a JSON pointer (RFC 6901 section 3).
std::string pointerStep(std::string_view key) {
  std::string step;
  for (const char c : key) step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return step;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool isNameLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// A number or a text as it stands in a filled text.
std::optional<std::string> filling(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return formatSeconds(value.get<double>());
  return std::nullopt;
}

}  // namespace

std::string listOf(const std::vector<std::string>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? fmt::format(" {} ", last) : std::string(", ");
    text += words[i];
  }
  return text;
}

std::string hint(std::string_view typed, const std::vector<std::string>& candidates,
                 const std::string& otherwise) {
  std::string near = nearest(typed, candidates);
  if (near.empty()) near = nearest(lowered(typed), candidates);
  return near.empty() ? otherwise : fmt::format("; did you mean \"{}\"?", near);
}

// ---- ProblemList --------------------------------------------------------------------------------

void ProblemList::add(const std::string& pointer, std::string message) {
  ++added_;
  if (!known_.emplace(pointer, message).second) return;
  problems_.push_back({place(pointer), std::move(message)});
}

std::vector<Problem> ProblemList::sorted() && {
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Problem& a, const Problem& b) { return a.place.line < b.place.line; });
  return std::move(problems_);
}

// ---- Node ---------------------------------------------------------------------------------------

Node::Node(const Scope& scope, const json& value, std::string pointer)
    : scope_(scope), value_(&value), pointer_(std::move(pointer)) {
  if (!value.is_string()) return;
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > 1 && text[0] == '$' && text[1] != '$') replace(text.substr(1));
}

void Node::replace(const std::string& name) {
  value_ = nullptr;
  if (scope_.row == nullptr) {
    fail(
        fmt::format("\"${}\" names a column, but the case has no \"for\"; write \"$${}\" for the "
                    "text itself",
                    name, name));
    return;
  }
  scope_.usedColumns->insert(name);
  const json& columns = *scope_.row->columns;
  if (const auto found = columns.find(name); found != columns.end()) {
    value_ = &*found;
    pointer_ = scope_.row->pointer + "/" + name;
    fromRow_ = true;
    return;
  }
  fail(fmt::format("no column \"{}\"{}", name, otherColumns(name)));
}

std::string Node::otherColumns(const std::string& name) const {
  std::vector<std::string> names;
  for (const auto& [other, value] : scope_.row->columns->items()) names.push_back(other);
  return hint(name, names, "; there are " + listOf(names));
}

Node Node::child(const json& value, std::string_view step) const {
  std::string pointer;
  pointer.reserve(pointer_.size() + 1 + step.size());
  pointer.append(pointer_).append("/").append(step);
  if (!fromRow_) return {scope_, value, std::move(pointer)};
  // The constructor would take a text that begins with a dollar sign for a name.
  Node node(*this);
  node.value_ = &value;
  node.pointer_ = std::move(pointer);
  return node;
}

void Node::failExpected(std::string_view what) const {
  fail(fmt::format("expected {}, got {}", what, shown(*value_)));
}

std::optional<std::string> Node::text() const {
  if (!valid()) return std::nullopt;
  if (!value_->is_string()) {
    failExpected("a text");
    return std::nullopt;
  }
  auto text = value_->get<std::string>();
  if (!fromRow_ && text.starts_with("$$")) text.erase(0, 1);
  return text;
}

std::optional<bool> Node::boolean() const {
  if (!valid()) return std::nullopt;
  if (value_->is_boolean()) return value_->get<bool>();
  failExpected("true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> Node::integer(std::uint64_t least, std::uint64_t most) const {
  if (!valid()) return std::nullopt;
  if (value_->is_number_unsigned()) {
    const auto number = value_->get<std::uint64_t>();
    if (number >= least && number <= most) return number;
  }
  failExpected(fmt::format("a whole number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<double> Node::seconds() const {
  if (!valid()) return std::nullopt;
  if (value_->is_number()) {
    const auto number = value_->get<double>();
    if (number > 0 && number <= kDay) return number;
  }
  failExpected("a number of seconds above 0, at most 86400");
  return std::nullopt;
}

std::optional<std::string> Node::word(const std::vector<std::string>& words) const {
  if (!valid()) return std::nullopt;
  if (value_->is_string()) {
    const auto& typed = value_->get_ref<const std::string&>();
    if (std::find(words.begin(), words.end(), typed) != words.end()) return typed;
    fail(fmt::format("expected {}, got {}{}", listOf(words, "or"), shown(*value_),
                     hint(typed, words)));
    return std::nullopt;
  }
  failExpected(listOf(words, "or"));
  return std::nullopt;
}

std::optional<std::string> Node::column(std::string_view name) const {
  const std::string key(name);
  scope_.usedColumns->insert(key);
  const json& columns = *scope_.row->columns;
  const auto found = columns.find(key);
  if (found == columns.end()) {
    fail(fmt::format("no column \"{}\" for {{{}}}{}", key, key, otherColumns(key)));
    return std::nullopt;
  }
  auto text = filling(*found);
  if (!text) {
    scope_.problems.add(
        scope_.row->pointer + "/" + key,
        fmt::format("expected a text or a number for {{{}}}, got {}", key, shown(*found)));
  }
  return text;
}

std::optional<std::string> Node::filledText() const {
  auto pattern = text();
  if (!pattern || scope_.row == nullptr || fromRow_) return pattern;
  std::string out;
  bool filled = true;
  for (std::size_t at = 0; at < pattern->size();) {
    std::size_t end = at + 1;
    if ((*pattern)[at] == '{') {
      while (end < pattern->size() && isNameLetter((*pattern)[end])) ++end;
    }
    if (end > at + 1 && end < pattern->size() && (*pattern)[end] == '}') {
      const auto value = column(std::string_view(*pattern).substr(at + 1, end - at - 1));
      filled = filled && value.has_value();
      out += value.value_or("");
      at = end + 1;
    } else {
      out += (*pattern)[at++];
    }
  }
  if (!filled) return std::nullopt;
  return out;
}

std::vector<Node> Node::elements(std::string_view what, std::size_t least) const {
  std::vector<Node> nodes;
  if (!valid()) return nodes;
  if (!value_->is_array() || value_->size() < least) {
    failExpected(what);
    return nodes;
  }
  nodes.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    nodes.push_back(child((*value_)[i], std::to_string(i)));
  }
  return nodes;
}

// ---- ObjectReader -------------------------------------------------------------------------------

ObjectReader::ObjectReader(const Node& node, std::string_view what) : node_(node), what_(what) {
  if (!node_.valid()) return;
  valid_ = node_.value().is_object();
  if (!valid_) node_.failExpected(std::string(what_) + " as an object");
}

bool ObjectReader::has(Key key) const {
  return valid_ && node_.value().contains(key);
}

std::optional<Node> ObjectReader::find(Key key) {
  known_.at(knownCount_++) = key;
  if (!valid_) return std::nullopt;
  const auto found = node_.value().find(key);
  if (found == node_.value().end()) return std::nullopt;
  Node child = node_.child(*found, key);
  if (child.leftOut()) return std::nullopt;
  return child;
}

std::optional<Node> ObjectReader::require(Key key) {
  auto node = find(key);
  if (!node && valid_) node_.fail(fmt::format("\"{}\" is missing in {}", key, what_));
  return node;
}

void ObjectReader::finish() {
  if (!valid_) return;
  const auto end = known_.begin() + static_cast<std::ptrdiff_t>(knownCount_);
  for (const auto& [key, value] : node_.value().items()) {
    if (std::find(known_.begin(), end, std::string_view(key)) != end) continue;
    const std::vector<std::string> known(known_.begin(), end);
    node_.scope().problems.add(node_.pointer() + "/" + pointerStep(key),
                               fmt::format("unknown key \"{}\" in {}{}", key, what_,
                                           hint(key, known, "; it may have " + listOf(known))));
  }
}

}  // namespace wsgauntlet::suite
