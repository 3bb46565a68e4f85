// Reads the values of case files. What is wrong is noted with its place, and reading goes on.
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

namespace wsgauntlet::suite {

/// What is wrong in one file, each thing once: a template would repeat its faults in every row.
class ProblemList {
 public:
  explicit ProblemList(const JsonSource& source) : source_(source) {}

  void add(const std::string& pointer, std::string message);
  /// How often `add` was called, repetitions included: tells whether something was read well.
  [[nodiscard]] std::size_t added() const { return added_; }
  [[nodiscard]] Place place(const std::string& pointer) const { return source_.place(pointer); }
  /// The problems in the order of their lines.
  [[nodiscard]] std::vector<Problem> sorted() &&;

 private:
  const JsonSource& source_;
  std::vector<Problem> problems_;
  std::set<std::pair<std::string, std::string>> known_;
  std::size_t added_ = 0;
};

/// A row of the table that a template is expanded with.
struct Row {
  const nlohmann::json* columns = nullptr;
  std::string pointer;
};

/// What a value is read with.
struct Scope {
  ProblemList& problems;
  const Row* row = nullptr;                      ///< null outside of templates
  std::set<std::string>* usedColumns = nullptr;  ///< columns that the template named so far
};

/// Where a value is met: as it stands, or by way of a column.
class Node {
 public:
  /// A string `$name` is replaced by that column of the row. An unknown name is noted.
  Node(const Scope& scope, const nlohmann::json& value, std::string pointer);

  /// False when a `$name` could not be replaced; the problem has been noted.
  [[nodiscard]] bool valid() const { return value_ != nullptr; }
  /// True for `null` in a column: the template is read as if the key were not there.
  [[nodiscard]] bool leftOut() const { return fromRow_ && valid() && value_->is_null(); }
  [[nodiscard]] const nlohmann::json& value() const { return *value_; }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] const Scope& scope() const { return scope_; }

  /// Notes a problem at this place.
  void fail(std::string message) const { scope_.problems.add(pointer_, std::move(message)); }
  /// Notes `expected <what>, got <the value>`.
  void failExpected(std::string_view what) const;

  // Each notes a problem and gives nothing when the value is of another kind.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::uint64_t> integer(std::uint64_t least, std::uint64_t most) const;
  /// More than 0, up to a day.
  [[nodiscard]] std::optional<double> seconds() const;
  /// One of these words; otherwise names them all, and the nearest.
  [[nodiscard]] std::optional<std::string> word(const std::vector<std::string>& words) const;
  /// A text in which `{name}` stands for a column.
  [[nodiscard]] std::optional<std::string> filledText() const;
  /// The elements of an array of at least `least` elements; empty when it is none.
  [[nodiscard]] std::vector<Node> elements(std::string_view what, std::size_t least = 1) const;

  /// The value below this one, by key or by index. A value of a row holds no further `$name`.
  [[nodiscard]] Node child(const nlohmann::json& value, std::string_view step) const;

 private:
  void replace(const std::string& name);
  [[nodiscard]] std::string otherColumns(const std::string& name) const;
  /// What stands in a text for `{name}`.
  [[nodiscard]] std::optional<std::string> column(std::string_view name) const;

  Scope scope_;
  const nlohmann::json* value_ = nullptr;
  std::string pointer_;
  bool fromRow_ = false;
};

/// Reads the keys of an object; what was not asked for is unknown.
class ObjectReader {
 public:
  /// A literal: it must outlive the reader.
  using Key = const char*;

  /// `what` names the object in messages: `a "send" step`. Notes a problem when `node` is no
  /// object. Both must outlive the reader.
  ObjectReader(const Node& node, std::string_view what);
  ObjectReader(Node&&, std::string_view) = delete;

  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] bool has(Key key) const;
  /// The value of a key that may be missing.
  std::optional<Node> find(Key key);
  /// The value of a key; notes a problem when it is missing.
  std::optional<Node> require(Key key);
  /// Notes every key that was not asked for.
  void finish();

  // Each reads a key that may be missing, and leaves `target` alone when it is.
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
  void integer(Key key, Target& target, std::uint64_t least, std::uint64_t most) {
    if (const auto at = find(key)) {
      if (const auto number = at->integer(least, most)) target = static_cast<Target>(*number);
    }
  }
  template <std::integral Number>
  void integer(
      Key key, std::optional<Number>& target, std::uint64_t least = 0,
      std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) {
    if (const auto at = find(key)) {
      if (const auto number = at->integer(least, most)) target = static_cast<Number>(*number);
    }
  }

 private:
  template <typename Target, typename Value>
  static void assign(Target& target, std::optional<Value> value) {
    if (value) target = *std::move(value);
  }

  static constexpr std::size_t kMostKeys = 32;

  const Node& node_;
  std::string_view what_;
  bool valid_ = false;
  std::array<Key, kMostKeys> known_{};
  std::size_t knownCount_ = 0;
};

/// The elements of a list in a message: `a, b and c`.
[[nodiscard]] std::string listOf(const std::vector<std::string>& words,
                                 std::string_view last = "and");
/// `; did you mean "x"?` when a candidate is near, else `otherwise`.
[[nodiscard]] std::string hint(std::string_view typed, const std::vector<std::string>& candidates,
                               const std::string& otherwise = {});

}  // namespace wsgauntlet::suite
