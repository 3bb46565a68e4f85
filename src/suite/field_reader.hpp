// Reads the values of case files, in which `$name` and `{name}` are replaced by columns of a row.
#pragma once

#include "base/json_reader.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::suite {

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

/// A value of a case file: as it appears there, or from a column.
class Node : public JsonValue {
 public:
  /// A string `$name` is replaced by that column of the row. An unknown name is noted.
  Node(const Scope& scope, const nlohmann::json& value, std::string pointer);

  /// True for `null` in a column: the template is read as if the key were not there.
  [[nodiscard]] bool leftOut() const { return fromRow_ && valid() && value().is_null(); }
  [[nodiscard]] const Scope& scope() const { return scope_; }

  /// A text; `$$` at its start means one dollar sign.
  [[nodiscard]] std::optional<std::string> text() const;
  /// A text in which `{name}` means a column.
  [[nodiscard]] std::optional<std::string> filledText() const;
  /// The elements of an array of at least `min` elements; empty when it is not one.
  [[nodiscard]] std::vector<Node> elements(std::string_view what, std::size_t min = 1) const {
    return elementsOf(*this, what, min);
  }
  /// The value below this one, by key or by index. A value of a row holds no further `$name`.
  [[nodiscard]] Node child(const nlohmann::json& value, std::string_view step) const;

 private:
  void replaceByColumn(const std::string& name);
  [[nodiscard]] std::string otherColumns(const std::string& name) const;
  /// The text that replaces `{name}`.
  [[nodiscard]] std::optional<std::string> column(std::string_view name) const;

  Scope scope_;
  bool fromRow_ = false;
};

/// Reads the keys of an object of a case file.
using ObjectReader = JsonObjectReader<Node>;

}  // namespace wsgauntlet::suite
