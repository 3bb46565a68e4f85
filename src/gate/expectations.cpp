#include "gate/expectations.hpp"

#include "base/json_source.hpp"
#include "gate/policy.hpp"
#include "report/store/reader.hpp"
#include "suite/catalogue.hpp"
#include "suite/selection.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::gate {
namespace {

using nlohmann::json;

/// Reads the file and collects what is wrong.
class Reader {
 public:
  explicit Reader(const JsonSource& source) : source_(source) {}

  Expectations read() {
    Expectations out;
    const json& root = source_.root();
    if (!root.is_object()) {
      fail("", R"(expected an object: {"format": 1, "agents": {…}})");
    } else {
      rejectUnknown(root, "", {"$schema", "format", "comment", "agents"});
      if (!root.contains("format") || root["format"] != 1) {
        fail("/format", "expected 1: this build reads format 1");
      }
      if (root.contains("comment")) out.comment = text(root, "", "comment");
      readAgents(root, out);
    }
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return out;
  }

 private:
  void fail(const std::string& pointer, std::string message) {
    problems_.push_back({source_.place(pointer), std::move(message)});
  }

  void rejectUnknown(const json& object, const std::string& base,
                     const std::vector<std::string>& known) {
    for (const auto& [key, unused] : object.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const std::string near = nearest(key, known);
      fail(below(base, key), near.empty()
                                 ? fmt::format("unknown key; known are {}", fmt::join(known, ", "))
                                 : fmt::format("unknown key; did you mean \"{}\"?", near));
    }
  }

  static std::string below(const std::string& base, const std::string& key) {
    return (json::json_pointer(base) / key).to_string();
  }

  std::string text(const json& object, const std::string& base, const std::string& key) {
    const json& value = object[key];
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
      fail(below(base, key), "expected a text that is not empty");
      return "";
    }
    return value.get<std::string>();
  }

  void readAgents(const json& root, Expectations& out) {
    if (!root.contains("agents") || !root["agents"].is_object()) {
      fail("/agents", "expected an object: agent pattern to list of known failures");
      return;
    }
    for (const auto& [agent, entries] : root["agents"].items()) {
      const std::string pointer = below("/agents", agent);
      if (!entries.is_array()) {
        fail(pointer, R"(expected a list, like [{"cases": "6.4.*", "reason": "…"}])");
        continue;
      }
      std::vector<Expectation>& list = out.agents[agent];
      for (std::size_t i = 0; i < entries.size(); ++i) {
        list.push_back(readEntry(entries[i], fmt::format("{}/{}", pointer, i)));
      }
    }
  }

  Expectation readEntry(const json& entry, const std::string& base) {
    Expectation out;
    out.place = source_.place(base);
    if (!entry.is_object()) {
      fail(base, R"(expected an object, like {"cases": "6.4.*", "reason": "…"})");
      return out;
    }
    rejectUnknown(entry, base, {"cases", "reason", "behavior", "behaviorClose", "sometimes"});
    readCases(entry, base, out);
    if (!entry.contains("reason")) {
      fail(base, "the key \"reason\" is missing: why these cases fail");
    } else {
      out.reason = text(entry, base, "reason");
    }
    if (entry.contains("behavior")) {
      out.behavior = report::behaviorOf(text(entry, base, "behavior"));
      if (!out.behavior) {
        fail(below(base, "behavior"),
             "expected OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or FAILED");
      }
    }
    if (entry.contains("behaviorClose")) {
      out.behaviorClose = report::behaviorCloseOf(text(entry, base, "behaviorClose"));
      if (!out.behaviorClose) {
        fail(below(base, "behaviorClose"),
             "expected OK, INFORMATIONAL, FAILED BY CLIENT, WRONG CODE, UNCLEAN or FAILED");
      }
    }
    if (!entry.contains("sometimes")) return out;
    if (!entry["sometimes"].is_boolean()) fail(below(base, "sometimes"), "expected true or false");
    out.sometimes = entry["sometimes"] == true;
    return out;
  }

  void readCases(const json& entry, const std::string& base, Expectation& out) {
    const std::string pointer = below(base, "cases");
    const json cases = entry.value("cases", json());
    const json list = cases.is_string() ? json::array({cases}) : cases;
    if (!list.is_array() || list.empty()) {
      fail(pointer, R"(expected a case pattern or a list of them, like "6.*" or ["6.*", "9.*"])");
      return;
    }
    for (const json& one : list) {
      const std::string pattern = one.is_string() ? one.get<std::string>() : one.dump();
      const std::string problem = patternProblem(pattern);
      if (!problem.empty()) fail(pointer, problem);
      out.cases.push_back(pattern);
    }
  }

  const JsonSource& source_;
  std::vector<Problem> problems_;
};

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
  return Reader(source).read();
}

}  // namespace wsgauntlet::gate
