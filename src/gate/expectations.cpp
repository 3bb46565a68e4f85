#include "gate/expectations.hpp"

#include "base/json_reader.hpp"
#include "gate/policy.hpp"
#include "report/records.hpp"
#include "suite/catalogue.hpp"
#include "suite/selection.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace wsgauntlet::gate {
namespace {

using ObjectReader = JsonObjectReader<JsonNode>;

/// A text that is not empty; else notes a problem.
std::string requiredText(const JsonNode& node) {
  auto text = node.text();
  if (text && text->empty()) node.fail("expected a text that is not empty");
  return std::move(text).value_or("");
}

/// The verdict in a key that may be missing. `of` knows the words.
template <typename Verdict>
std::optional<Verdict> readVerdict(ObjectReader& entry, ObjectReader::Key key,
                                   std::optional<Verdict> (*of)(std::string_view),
                                   std::string_view words) {
  const auto node = entry.find(key);
  const auto text = node ? node->text() : std::nullopt;
  const auto verdict = text ? of(*text) : std::nullopt;
  if (text && !verdict) node->failExpected(words);
  return verdict;
}

void readPatterns(const JsonNode& node, std::vector<std::string>& patterns) {
  const std::vector<JsonNode> nodes =
      node.value().is_string()
          ? std::vector<JsonNode>{node}
          : node.elements(R"(a case pattern or a list of them, like "6.*" or ["6.*", "9.*"])");
  for (const JsonNode& one : nodes) {
    const auto pattern = one.text();
    if (!pattern) continue;
    const std::string problem = patternProblem(*pattern);
    if (!problem.empty()) one.fail(problem);
    patterns.push_back(*pattern);
  }
}

Expectation readEntry(const JsonNode& node) {
  Expectation out;
  out.place = node.problems().place(node.pointer());
  ObjectReader entry(node, R"(an entry like {"cases": "6.4.*", "reason": "…"})");
  if (const auto cases = entry.require("cases")) readPatterns(*cases, out.cases);
  if (const auto reason = entry.require("reason")) out.reason = requiredText(*reason);
  out.behavior = readVerdict(entry, "behavior", report::behaviorOf,
                             "OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or FAILED");
  out.behaviorClose =
      readVerdict(entry, "behaviorClose", report::behaviorCloseOf,
                  "OK, INFORMATIONAL, FAILED BY CLIENT, WRONG CODE, UNCLEAN or FAILED");
  entry.boolean("sometimes", out.sometimes);
  entry.finish();
  return out;
}

void readAgents(const JsonNode& node, Expectations& out) {
  if (!node.value().is_object()) {
    return node.failExpected("an object: agent pattern to list of known failures");
  }
  for (const auto& [agent, entries] : node.value().items()) {
    std::vector<Expectation>& list = out.agents[agent];
    for (const JsonNode& entry :
         node.child(entries, agent)
             .elements(R"(a list, like [{"cases": "6.4.*", "reason": "…"}])", 0)) {
      list.push_back(readEntry(entry));
    }
  }
}

}  // namespace

bool Expectation::matches(const suite::CaseId& id) const {
  return std::any_of(cases.begin(), cases.end(),
                     [&id](const std::string& pattern) { return matchesCase(pattern, id); });
}

bool Expectation::agrees(const report::CaseRecord& record) const {
  return behavior.value_or(record.behavior) == record.behavior &&
         behaviorClose.value_or(record.behaviorClose) == record.behaviorClose;
}

std::vector<const Expectation*> Expectations::of(const std::string& agent,
                                                 const suite::CaseId& id) const {
  std::vector<const Expectation*> out;
  for (const auto& [pattern, entries] : agents) {
    if (!suite::matchesWhole(pattern, agent)) continue;
    for (const Expectation& entry : entries) {
      if (entry.matches(id)) out.push_back(&entry);
    }
  }
  return out;
}

Expectations readExpectations(const std::filesystem::path& file) {
  return parseExpectations(file.string(), readFile(file.string()));
}

Expectations parseExpectations(const std::string& name, const std::string& text) {
  const JsonSource source(name, text);
  ProblemList problems(source);
  const JsonNode root(problems, source.root());
  ObjectReader file(root, R"(expectations like {"format": 1, "agents": {…}})");
  Expectations out;
  std::string schema;
  file.text("$schema", schema);
  const auto format = file.require("format");
  if (format && format->value() != 1) format->failExpected("1, the format that this build reads");
  if (const auto comment = file.find("comment")) out.comment = requiredText(*comment);
  if (const auto agents = file.require("agents")) readAgents(*agents, out);
  file.finish();
  std::move(problems).throwIfAny();
  return out;
}

}  // namespace wsgauntlet::gate
