// Reads values of JSON files. What is wrong is noted with its place, and reading goes on.
#pragma once

#include "base/error.hpp"
#include "base/json_source.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace wsgauntlet {

/// What is wrong in one file, each thing once: a template would repeat its faults in every row.
class ProblemList {
 public:
  explicit ProblemList(const JsonSource& source) : source_(&source) {}
  /// For files that are nearly always right: lines are looked up, in `text`, only for the first
  /// problem, and this is thrown. `name` is the file in its place. Both must outlive the list.
  ProblemList(const std::string& name, const std::string& text) : name_(&name), text_(&text) {}

  /// Throws InputError when the list is one that throws.
  void add(const std::string& pointer, std::string message);
  /// How often `add` was called, repetitions included: shows whether something was read well.
  [[nodiscard]] std::size_t added() const { return added_; }
  [[nodiscard]] Place place(const std::string& pointer) const;
  /// The problems in the order of their lines.
  [[nodiscard]] std::vector<Problem> sorted() &&;
  /// Throws InputError with all of them, if there are any.
  void throwIfAny() &&;

 private:
  const JsonSource* source_ = nullptr;
  const std::string* name_ = nullptr;
  const std::string* text_ = nullptr;
  std::vector<Problem> problems_;
  std::set<std::pair<std::string, std::string>> known_;
  std::size_t added_ = 0;
};

/// A value as messages show it, on one line and not too long.
[[nodiscard]] std::string shownJson(const nlohmann::json& value);

/// A value and where it was found. What JsonNode and the nodes of case files have in common.
class JsonValue {
 public:
  /// `value` is null where there is nothing to read, which has been noted as a problem.
  JsonValue(ProblemList& problems, const nlohmann::json* value, std::string pointer)
      : problems_(&problems), value_(value), pointer_(std::move(pointer)) {}

  /// False when there is nothing to read; the problem has been noted.
  [[nodiscard]] bool valid() const { return value_ != nullptr; }
  /// True when the value is as good as no value: its key is read as if it were missing.
  [[nodiscard]] static bool leftOut() { return false; }
  [[nodiscard]] const nlohmann::json& value() const { return *value_; }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] ProblemList& problems() const { return *problems_; }

  /// Notes a problem at this place.
  void fail(std::string message) const { problems_->add(pointer_, std::move(message)); }
  /// Notes `expected <what>, got <the value>`.
  void failExpected(std::string_view what) const;

  // Each notes a problem and gives nothing when the value is of another kind.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::uint64_t> integer(std::uint64_t min, std::uint64_t max) const;
  [[nodiscard]] std::optional<double> number(double min, double max) const;
  /// More than 0, up to a day.
  [[nodiscard]] std::optional<double> seconds() const;
  /// One of these words; otherwise names them all, and the nearest.
  [[nodiscard]] std::optional<std::string> word(const std::vector<std::string>& words) const;

 protected:
  void replace(const nlohmann::json* value, std::string pointer);
  /// True for an array of at least `min` elements.
  [[nodiscard]] bool expectList(std::string_view what, std::size_t min) const;
  /// The elements of an array of at least `min` elements; empty when it is not one.
  template <typename Node>
  static std::vector<Node> elementsOf(const Node& node, std::string_view what, std::size_t min) {
    std::vector<Node> nodes;
    if (!node.expectList(what, min)) return nodes;
    nodes.reserve(node.value().size());
    for (const nlohmann::json& element : node.value()) {
      nodes.push_back(node.child(element, std::to_string(nodes.size())));
    }
    return nodes;
  }

 private:
  ProblemList* problems_;
  const nlohmann::json* value_;
  std::string pointer_;
};

/// A value as it appears in its file.
class JsonNode : public JsonValue {
 public:
  JsonNode(ProblemList& problems, const nlohmann::json& value, std::string pointer = {})
      : JsonValue(problems, &value, std::move(pointer)) {}

  /// The value below this one, by key or by index.
  [[nodiscard]] JsonNode child(const nlohmann::json& value, std::string_view step) const {
    return {problems(), value, pointerBelow(pointer(), step)};
  }
  /// The elements of an array of at least `min` elements; empty when it is not one.
  [[nodiscard]] std::vector<JsonNode> elements(std::string_view what, std::size_t min = 1) const {
    return elementsOf(*this, what, min);
  }
};

/// Which keys an object has, and which were asked for. The part of JsonObjectReader that is the
/// same for all kinds of nodes.
class JsonKeys {
 public:
  /// A literal: it must outlive the reader.
  using Key = const char*;

  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] bool has(Key key) const;
  /// Notes every key that was not asked for.
  void finish();

 protected:
  JsonKeys(const JsonValue& object, std::string_view what);
  /// The value of a key, which counts as asked for; null when the key is missing.
  const nlohmann::json* ask(Key key);
  void failMissing(Key key) const;

 private:
  static constexpr std::size_t kMaxKeys = 32;

  const JsonValue& object_;
  std::string_view what_;
  bool valid_ = false;
  std::array<Key, kMaxKeys> known_{};
  std::size_t knownCount_ = 0;
};

/// Reads the keys of an object; a key that was not asked for is unknown.
template <typename Node>
class JsonObjectReader : public JsonKeys {
 public:
  /// `what` names the object in messages: `a "send" step`. Notes a problem when `node` is not an
  /// object. Both must outlive the reader.
  JsonObjectReader(const Node& node, std::string_view what) : JsonKeys(node, what), node_(node) {}
  JsonObjectReader(Node&&, std::string_view) = delete;

  [[nodiscard]] const Node& node() const { return node_; }
  /// The value of a key that may be missing.
  std::optional<Node> find(Key key) {
    const nlohmann::json* value = ask(key);
    if (value == nullptr) return std::nullopt;
    Node child = node_.child(*value, key);
    if (child.leftOut()) return std::nullopt;
    return child;
  }
  /// The value of a key; notes a problem when it is missing.
  std::optional<Node> require(Key key) {
    auto node = find(key);
    if (!node) failMissing(key);
    return node;
  }

  // Each reads a key that may be missing, and leaves `target` as it is when it is.
  template <typename Target>
  void text(Key key, Target& target) {
    if (const auto at = find(key)) assign(target, at->text());
  }
  void boolean(Key key, bool& target) {
    if (const auto at = find(key)) assign(target, at->boolean());
  }
  void seconds(Key key, double& target) {
    if (const auto at = find(key)) assign(target, at->seconds());
  }
  template <std::integral Target>
  void integer(Key key, Target& target, std::uint64_t min, std::uint64_t max) {
    if (const auto at = find(key)) {
      if (const auto number = at->integer(min, max)) target = static_cast<Target>(*number);
    }
  }
  template <std::integral Number>
  void integer(Key key, std::optional<Number>& target, std::uint64_t min = 0,
               std::uint64_t max = static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) {
    if (const auto at = find(key)) {
      if (const auto number = at->integer(min, max)) target = static_cast<Number>(*number);
    }
  }

 private:
  template <typename Target, typename Value>
  static void assign(Target& target, std::optional<Value> value) {
    if (value) target = *std::move(value);
  }

  const Node& node_;
};

}  // namespace wsgauntlet
