// The reference, made from the tables that the program itself goes by.
#pragma once

#include <string>
#include <vector>

namespace wsgauntlet::cli {

/// A table with a heading.
struct ReferenceTable {
  std::string title;
  std::string text;                            ///< a paragraph before the table; may be empty
  std::vector<std::string> columns;            ///< headings
  std::vector<std::vector<std::string>> rows;  ///< the first cell is a name
};

struct ReferencePage {
  std::string name;         ///< of the file, and of the page
  std::string description;  ///< a line
  std::vector<std::string> synopsis;
  std::string details;
  std::string examples;  ///< whole commands, a line each
  std::vector<ReferenceTable> tables;
};

/// A page for each command, one for spec files, one for protocol options.
[[nodiscard]] std::vector<ReferencePage> referencePages();

[[nodiscard]] std::string toMarkdown(const ReferencePage& page);
[[nodiscard]] std::string toMan(const ReferencePage& page);
/// `wsgauntlet-fuzzingclient.1`; section 5 for pages that are not commands.
[[nodiscard]] std::string manFile(const ReferencePage& page);

}  // namespace wsgauntlet::cli
