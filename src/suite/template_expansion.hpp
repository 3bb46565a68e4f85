// The tables of templates: one case becomes as many as its table has rows.
#pragma once

#include "suite/field_reader.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace wsgauntlet::suite {

/// The rows of a table, all with the same columns.
struct Table {
  std::vector<Row> rows;
  std::set<std::string> usedColumns;
  bool used = false;
  bool usable = true;  ///< false: something is wrong, so unused columns are not reported
};

/// The tables of a file and of its templates.
class Tables {
 public:
  explicit Tables(ProblemList& problems) : problems_(problems) {}

  /// Reads `tables` of a file.
  void read(const Node& node);
  /// The table of a template, from the value of its `for`: a list of rows or the name of a table of
  /// the file. Null when there is none such; the problem has been noted.
  [[nodiscard]] Table* of(const Node& forNode);
  /// Notes tables and columns that no template used.
  void checkUse();

 private:
  [[nodiscard]] Table readRows(const Node& node) const;

  ProblemList& problems_;
  std::map<std::string, Table> named_;
  std::vector<std::unique_ptr<Table>> unnamed_;
  std::map<std::string, std::string> pointers_;  ///< of the named tables
};

}  // namespace wsgauntlet::suite
