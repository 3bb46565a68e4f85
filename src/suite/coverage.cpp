#include "suite/coverage.hpp"

#include "suite/embedded_files.hpp"
#include "suite/field_reader.hpp"
#include "suite/selection.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::string_view kFile = "coverage/clauses.json";

std::string textOf(std::string_view path) {
  for (const EmbeddedFile& file : embeddedFiles()) {
    if (file.path == path) return {file.begin, static_cast<std::size_t>(file.end - file.begin)};
  }
  throw InputError(fmt::format("no built-in file {}", path));
}

Clause readClause(const Node& node, const Catalogue& catalogue) {
  Clause clause;
  clause.place = node.scope().problems.place(node.pointer());
  ObjectReader object(node, "a clause");
  if (const auto rfc = object.require("rfc")) {
    clause.spec.rfc = static_cast<int>(rfc->integer(1, 99999).value_or(1));
  }
  if (const auto section = object.require("section")) {
    clause.spec.section = section->text().value_or("");
  }
  if (const auto level = object.require("level")) {
    clause.level = level->word({"MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"}).value_or("");
  }
  if (const auto binds = object.require("binds")) {
    clause.binds = binds->word({"client", "server", "both"}).value_or("");
  }
  if (const auto text = object.require("clause")) clause.text = text->text().value_or("");
  object.text("untestable", clause.untestable);
  if (const auto cases = object.find("cases")) {
    for (const Node& element : cases->elements("a list of case patterns")) {
      const auto pattern = element.text().value_or("");
      const bool known =
          std::any_of(catalogue.cases().begin(), catalogue.cases().end(),
                      [&](const Case& one) { return matchesWhole(pattern, one.id.str()); });
      if (!known) element.fail(fmt::format("no case matches \"{}\"", pattern));
      clause.patterns.push_back(pattern);
    }
  }
  object.finish();
  if (object.valid() && clause.patterns.empty() == clause.untestable.empty()) {
    node.fail("a clause has either \"cases\" or the reason why it is \"untestable\"");
  }
  return clause;
}

std::size_t countCases(const Clause& clause, const Catalogue& catalogue) {
  return static_cast<std::size_t>(
      std::count_if(catalogue.cases().begin(), catalogue.cases().end(), [&](const Case& one) {
        return std::any_of(
            clause.patterns.begin(), clause.patterns.end(),
            [&](const std::string& pattern) { return matchesWhole(pattern, one.id.str()); });
      }));
}

/// A star would begin emphasis, and a bar ends a cell.
std::string escape(std::string text) {
  for (std::size_t at = text.find_first_of("*|"); at != std::string::npos;
       at = text.find_first_of("*|", at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

}  // namespace

std::vector<Clause> readClauses(const Catalogue& catalogue) {
  const JsonSource source(fmt::format("cases/{}", kFile), textOf(kFile));
  ProblemList problems(source);
  const Node root(Scope{problems}, source.root(), "");
  std::vector<Clause> clauses;
  for (const Node& node : root.elements("a list of clauses")) {
    clauses.push_back(readClause(node, catalogue));
  }
  auto found = std::move(problems).sorted();
  if (!found.empty()) throw InputError(std::move(found));
  return clauses;
}

std::string describeCoverage(const std::vector<Clause>& clauses, const Catalogue& catalogue) {
  const auto tested = std::count_if(clauses.begin(), clauses.end(),
                                    [](const Clause& one) { return one.untestable.empty(); });
  std::map<std::string, std::size_t> sizes;
  for (const Case& one : catalogue.cases()) ++sizes[one.suite];
  std::string suites;
  for (const auto& [name, size] : sizes) {
    suites += fmt::format("{}{} of `{}`", suites.empty() ? "" : " and ", size, name);
  }
  std::string out = fmt::format(
      "# Clauses and their cases\n\n"
      "Written by `wsgauntlet cases coverage` from `cases/coverage/clauses.json` and the case "
      "files; a test holds both together.\n"
      "Each row is a sentence that demands, forbids or allows something, in our own words. `12.*` "
      "stands for all cases whose id begins so.\n\n"
      "{} clauses, of which {} are tested by the {} cases; for {} no test from outside can be.\n",
      clauses.size(), tested, suites, clauses.size() - static_cast<std::size_t>(tested));
  int rfc = 0;
  for (const Clause& clause : clauses) {
    if (clause.spec.rfc != rfc) {
      rfc = clause.spec.rfc;
      out += fmt::format(
          "\n## RFC {}\n\n| section | level | binds | clause | cases | number |\n"
          "| --- | --- | --- | --- | --- | --- |\n",
          rfc);
    }
    const bool testable = clause.untestable.empty();
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", clause.spec.section, clause.level,
                       clause.binds, escape(clause.text),
                       testable ? escape(fmt::format("{}", fmt::join(clause.patterns, ", ")))
                                : "none: " + escape(clause.untestable),
                       testable ? std::to_string(countCases(clause, catalogue)) : "–");
  }
  return out;
}

}  // namespace wsgauntlet::suite
