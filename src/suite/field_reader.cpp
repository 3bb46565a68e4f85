#include "suite/field_reader.hpp"

#include "base/clock.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

using nlohmann::json;

bool isNameLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// A number or a text as it is in a filled text.
std::optional<std::string> filling(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return formatSeconds(value.get<double>());
  return std::nullopt;
}

}  // namespace

Node::Node(const Scope& scope, const json& value, std::string pointer)
    : JsonValue(scope.problems, &value, std::move(pointer)), scope_(scope) {
  if (!value.is_string()) return;
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > 1 && text[0] == '$' && text[1] != '$') replaceByColumn(text.substr(1));
}

void Node::replaceByColumn(const std::string& name) {
  const std::string place = pointer();
  replace(nullptr, place);
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
    replace(&*found, pointerBelow(scope_.row->pointer, name));
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
  if (!fromRow_) return {scope_, value, pointerBelow(pointer(), step)};
  // The constructor would take a text that begins with a dollar sign for a name.
  Node node(*this);
  node.replace(&value, pointerBelow(pointer(), step));
  return node;
}

std::optional<std::string> Node::text() const {
  auto text = JsonValue::text();
  if (text && !fromRow_ && text->starts_with("$$")) text->erase(0, 1);
  return text;
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
        pointerBelow(scope_.row->pointer, key),
        fmt::format("expected a text or a number for {{{}}}, got {}", key, shownJson(*found)));
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

}  // namespace wsgauntlet::suite
