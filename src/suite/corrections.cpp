#include "suite/corrections.hpp"

#include "base/json_reader.hpp"
#include "suite/describe.hpp"
#include "suite/embedded_files.hpp"
#include "suite/selection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::string_view kCorrectionFiles = "corrections/";
constexpr std::uint64_t kCorrectionsFormat = 1;

using Tolerance = Correction::Tolerance;

struct ToleranceWord {
  const char* name;
  Tolerance tolerance;
  const char* meaning;
};
constexpr std::array<ToleranceWord, 7> kToleranceWords{{
    {"unasked-pongs", Tolerance::unaskedPongs, "Pongs that nobody asked for"},
    {"last-pong", Tolerance::lastPong,
     "a Pong for only the last of several Pings, and Pongs after the echo"},
    {"non-strict", Tolerance::nonStrict, "what the case calls NON-STRICT"},
    {"close-codes", Tolerance::closeCodes, "any code that a Close frame may have"},
    {"limits", Tolerance::limits, "the code 1009 in place of an echo"},
    {"pings", Tolerance::pings, "Pings while a frame is on its way"},
    {"late-ends", Tolerance::lateEnds,
     "a slow end: a second for the Close frame, five for the end of TCP"},
}};

const ToleranceWord& wordOf(Tolerance tolerance) {
  return *std::find_if(kToleranceWords.begin(), kToleranceWords.end(),
                       [&](const ToleranceWord& word) { return word.tolerance == tolerance; });
}

CorrectionRule readCorrection(const JsonNode& node, const std::string& suite) {
  CorrectionRule rule;
  rule.suite = suite;
  JsonObjectReader object(node, "a correction");
  if (const auto cases = object.require("cases")) {
    for (const JsonNode& pattern : cases->elements("a list of case patterns")) {
      rule.patterns.push_back(pattern.text().value_or(""));
    }
  }
  if (const auto tolerates = object.require("tolerates")) {
    std::vector<std::string> words;
    for (const ToleranceWord& word : kToleranceWords) words.emplace_back(word.name);
    const auto text = tolerates->word(words);
    for (const ToleranceWord& word : kToleranceWords) {
      if (text == word.name) rule.correction.tolerance = word.tolerance;
    }
  }
  if (const auto spec = object.require("spec")) {
    JsonObjectReader reference(*spec, "a reference");
    reference.integer("rfc", rule.correction.spec.rfc, 1, 99999);
    reference.text("section", rule.correction.spec.section);
    reference.finish();
  }
  object.text("why", rule.correction.why);
  object.finish();
  return rule;
}

void readCorrectionFile(const EmbeddedFile& file, std::vector<CorrectionRule>& rules) {
  const JsonSource source(fmt::format("cases/{}", file.path), std::string(file.begin, file.end));
  ProblemList problems(source);
  const JsonNode root(problems, source.root());
  JsonObjectReader object(root, "a file of corrections");
  std::string suite;
  std::uint64_t format = 0;
  object.integer("format", format, kCorrectionsFormat, kCorrectionsFormat);
  object.text("suite", suite);
  if (const auto list = object.require("corrections")) {
    for (const JsonNode& node : list->elements("a list of corrections")) {
      rules.push_back(readCorrection(node, suite));
    }
  }
  object.finish();
  std::move(problems).throwIfAny();
}

}  // namespace

std::vector<CorrectionRule> readCorrections() {
  std::vector<CorrectionRule> rules;
  for (const EmbeddedFile& file : embeddedFiles()) {
    if (std::string_view(file.path).starts_with(kCorrectionFiles)) readCorrectionFile(file, rules);
  }
  return rules;
}

void applyCorrections(const std::vector<CorrectionRule>& rules, std::vector<Case>& cases) {
  for (Case& one : cases) {
    for (const CorrectionRule& rule : rules) {
      const bool isFor =
          one.suite == rule.suite &&
          std::any_of(rule.patterns.begin(), rule.patterns.end(), [&](const std::string& pattern) {
            return matchesWhole(pattern, one.id.str());
          });
      if (isFor) one.corrections.push_back(rule.correction);
    }
  }
}

std::string describeCorrections(const std::vector<CorrectionRule>& rules) {
  std::string out = "| cases | tolerated | clause | why |\n| --- | --- | --- | --- |\n";
  for (const CorrectionRule& rule : rules) {
    std::vector<std::string> patterns = rule.patterns;
    for (std::string& pattern : patterns) {
      if (pattern == "*") pattern = "all";
      if (const auto star = pattern.find('*'); star != std::string::npos)
        pattern.insert(star, "\\");
    }
    out += fmt::format("| {} | {} | {} | {} |\n", fmt::join(patterns, ", "),
                       wordOf(rule.correction.tolerance).meaning, describe(rule.correction.spec),
                       rule.correction.why);
  }
  return out;
}

}  // namespace wsgauntlet::suite
