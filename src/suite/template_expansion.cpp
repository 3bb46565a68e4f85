#include "suite/template_expansion.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

using nlohmann::json;

/// `a-z`, digits and dashes, beginning with a letter: what `$name` and `{name}` can name.
bool isColumnName(std::string_view name) {
  const auto isLetter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && isLetter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return isLetter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::vector<std::string> columnNames(const json& row) {
  std::vector<std::string> names;
  for (const auto& [name, value] : row.items()) names.push_back(name);
  return names;
}

void checkColumnNames(const Node& row) {
  for (const std::string& name : columnNames(row.value())) {
    if (isColumnName(name)) continue;
    row.fail(fmt::format(
        "\"{}\" is not the name of a column; names are small letters, digits and dashes", name));
  }
}

/// Rows with different columns are slips more often than not.
void checkSameColumns(const Node& row, const json& first) {
  for (const std::string& name : columnNames(first)) {
    if (!row.value().contains(name)) {
      row.fail(fmt::format("the row lacks the column \"{}\"; null leaves a key out", name));
    }
  }
  for (const std::string& name : columnNames(row.value())) {
    if (!first.contains(name)) {
      row.fail(fmt::format("the first row has no column \"{}\"", name));
    }
  }
}

}  // namespace

Table Tables::readRows(const Node& node) const {
  const std::size_t problemsBefore = problems_.added();
  Table table;
  const auto nodes = node.elements("a list of rows");
  for (const Node& row : nodes) {
    if (!ObjectReader(row, "a row").valid()) continue;
    checkColumnNames(row);
    if (!table.rows.empty()) checkSameColumns(row, *table.rows.front().columns);
    table.rows.push_back({&row.value(), row.pointer()});
  }
  table.usable = problems_.added() == problemsBefore;
  return table;
}

void Tables::read(const Node& node) {
  if (!ObjectReader(node, "\"tables\"").valid()) return;
  for (const auto& [name, rows] : node.value().items()) {
    const Node table = node.child(rows, name);
    pointers_[name] = table.pointer();
    named_[name] = readRows(table);
  }
}

Table* Tables::of(const Node& forNode) {
  if (!forNode.value().is_string()) {
    unnamed_.push_back(std::make_unique<Table>(readRows(forNode)));
    return unnamed_.back().get();
  }
  const auto name = forNode.value().get<std::string>();
  if (const auto found = named_.find(name); found != named_.end()) {
    found->second.used = true;
    return &found->second;
  }
  std::vector<std::string> names;
  for (const auto& [known, table] : named_) names.push_back(known);
  const std::string known =
      names.empty() ? "; the file has no tables" : "; the file has " + listOf(names);
  forNode.fail(fmt::format("no table \"{}\"{}", name, hint(name, names, known)));
  return nullptr;
}

void Tables::checkUse() {
  const auto checkColumns = [&](const Table& table) {
    if (!table.usable || table.rows.empty()) return;
    for (const std::string& name : columnNames(*table.rows.front().columns)) {
      if (table.usedColumns.contains(name)) continue;
      problems_.add(pointerBelow(table.rows.front().pointer, name),
                    fmt::format("the column \"{}\" is never used", name));
    }
  };
  for (const auto& [name, table] : named_) {
    if (!table.used) {
      problems_.add(pointers_[name], fmt::format("the table \"{}\" is never used", name));
    } else {
      checkColumns(table);
    }
  }
  for (const auto& table : unnamed_) checkColumns(*table);
}

}  // namespace wsgauntlet::suite
