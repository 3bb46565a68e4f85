#include "suite/case_reader.hpp"

#include "suite/consistency.hpp"
#include "suite/measure_reader.hpp"
#include "suite/rule_reader.hpp"
#include "suite/step_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::uint64_t kMostFrames = 100000000;

bool startsWith(const CaseId& id, const CaseId& head) {
  return id.parts().size() >= head.parts().size() &&
         std::equal(head.parts().begin(), head.parts().end(), id.parts().begin());
}

/// Notes what is wrong with an id: at the row when a template makes it.
void failId(const Node& node, std::string message) {
  const Scope& scope = node.scope();
  scope.problems.add(scope.row == nullptr ? node.pointer() : scope.row->pointer,
                     std::move(message));
}

void readSubcategory(const Node& node, const FileHeader& header, Case& out) {
  std::vector<std::string> known;
  for (const auto& [id, title] : header.subcategories) {
    known.push_back(id.str());
    if (startsWith(out.id, id)) out.subcategory = id.str() + " " + title;
  }
  if (out.subcategory.empty() && !known.empty()) {
    node.fail(
        fmt::format("case {} is in none of the subcategories {}", out.id.str(), listOf(known)));
  }
}

void readId(ObjectReader& object, const FileHeader& header, Case& out) {
  const auto node = object.require("id");
  const auto text = node ? node->filledText() : std::nullopt;
  if (!text) return;
  const auto id = CaseId::parse(*text);
  if (!id || id->parts().size() < 2) {
    return failId(
        *node,
        fmt::format("\"{}\" is no case id; an id is two or more numbers with dots, such as 5.12",
                    *text));
  }
  if (!startsWith(*id, header.category)) {
    return failId(*node,
                  fmt::format("case {} is not in category {}", id->str(), header.category.str()));
  }
  out.id = *id;
  out.category = header.category.str() + " " + header.categoryTitle;
  readSubcategory(*node, header, out);
}

void readProse(ObjectReader& object, ObjectReader::Key key, std::string& target) {
  const auto node = object.require(key);
  const auto text = node ? node->filledText() : std::nullopt;
  if (!text) return;
  if (text->empty()) return node->fail("the text is empty");
  target = *text;
}

void readSpec(ObjectReader& object, Case& out) {
  const auto node = object.require("spec");
  if (!node) return;
  for (const Node& element : node->elements("a list of RFC sections")) {
    ObjectReader reference(element, "an RFC section");
    SpecReference spec;
    if (const auto rfc = reference.require("rfc")) {
      spec.rfc = static_cast<int>(rfc->integer(1, 99999).value_or(0));
    }
    if (const auto section = reference.require("section")) {
      spec.section = section->text().value_or("");
    }
    reference.finish();
    out.spec.push_back(std::move(spec));
  }
}

void readScript(ObjectReader& object, Case& out) {
  const auto node = object.require("script");
  if (!node) return;
  for (const Node& element : node->elements("a list of steps")) {
    if (auto step = readStep(element)) out.script.push_back(std::move(*step));
  }
}

void readExpect(ObjectReader& object, Case& out) {
  const auto node = object.find("expect");
  if (!node) return;
  ObjectReader expect(*node, "\"expect\"");
  for (const char* verdict : {"OK", "NON-STRICT"}) {
    const auto events = expect.find(verdict);
    if (!events) continue;
    Alternative alternative{verdict, {}};
    for (const Node& element : events->elements("a list of events", 0)) {
      if (auto event = readEvent(element)) alternative.events.push_back(std::move(*event));
    }
    out.expect.push_back(std::move(alternative));
  }
  expect.finish();
  if (expect.valid() && !expect.has("OK")) node->fail("\"OK\" is missing in \"expect\"");
}

void readClose(ObjectReader& object, CloseExpectation& out) {
  out.codes = {1000};
  const auto node = object.find("close");
  if (!node) return;
  ObjectReader close(*node, "\"close\"");
  if (const auto by = close.find("by")) out.byFuzzer = by->word({"fuzzer", "peer"}) != "peer";
  if (const auto codes = close.find("codes")) {
    out.codes.clear();
    for (const Node& code : codes->elements("a list of close codes")) {
      out.codes.push_back(static_cast<std::uint16_t>(code.integer(0, 65535).value_or(0)));
    }
  }
  close.boolean("clean", out.clean);
  close.boolean("wrong-endpoint-is-fatal", out.wrongEndpointIsFatal);
  close.finish();
}

void readInformational(ObjectReader& object, Case& out) {
  const auto node = object.find("informational");
  if (!node) return;
  Informational informational;
  ObjectReader results(*node, "\"informational\"");
  for (const char* verdict : {"OK", "NON-STRICT", "*"}) {
    const auto result = results.find(verdict);
    if (!result) continue;
    if (auto text = result->filledText()) informational.results.emplace_back(verdict, *text);
  }
  results.finish();
  out.informational = std::move(informational);
}

void readFramesSent(ObjectReader& object, Case& out) {
  const auto node = object.find("frames-sent");
  if (!node || !ObjectReader(*node, "\"frames-sent\"").valid()) return;
  std::vector<std::pair<std::uint8_t, std::uint64_t>> counts;
  for (const auto& [key, value] : node->value().items()) {
    const nlohmann::json name = key;
    const auto opcode = readOpcode(node->child(name, key));
    const auto count = node->child(value, key).integer(0, kMostFrames);
    if (opcode && count) counts.emplace_back(*opcode, *count);
  }
  std::sort(counts.begin(), counts.end());
  out.framesSent = std::move(counts);
}

void readMeasure(ObjectReader& object, Case& out) {
  const auto large = object.find("large-message");
  const auto trips = object.find("round-trips");
  if (large && trips) {
    object.node().fail("large-message and round-trips exclude each other");
  } else if (large) {
    out.measure = readLargeMessage(*large);
  } else if (trips) {
    out.measure = readRoundTrips(*trips);
  }
}

void readCost(ObjectReader& object, Case& out) {
  // Without a number of its own, a case costs what its script waits.
  for (const Step& step : out.script) {
    if (const auto* wait = std::get_if<Wait>(&step.action)) out.cost += wait->seconds;
  }
  object.seconds("cost", out.cost);
}

void readKind(ObjectReader& object, Case& out) {
  const auto node = object.find("kind");
  if (!node) return;
  const auto kind = node->word({"waits", "measures", "moves"});
  if (kind == "measures") out.kind = Kind::measures;
  if (kind == "moves") out.kind = Kind::moves;
}

void readRules(ObjectReader& object, Case& out) {
  bool earlyFinish = true;
  object.boolean("early-finish", earlyFinish);
  out.finishEarly = earlyFinish;
  object.boolean("wrong-code-fails", out.wrongCodeFails);
  readInformational(object, out);
  readFramesSent(object, out);
  object.boolean("report-time", out.reportTime);
  object.boolean("report-compression-ratio", out.reportCompressionRatio);
}

}  // namespace

std::optional<Case> readCase(const Scope& scope, const nlohmann::json& value,
                             const std::string& pointer, const FileHeader& header) {
  const std::size_t problemsBefore = scope.problems.added();
  const Node node(scope, value, pointer);
  ObjectReader object(node, "a case");
  if (!object.valid()) return std::nullopt;

  Case out;
  out.suite = header.suite;
  out.onRequest = header.onRequest;
  out.place = scope.problems.place(scope.row == nullptr ? pointer : scope.row->pointer);
  (void)object.find("for");  // template_expansion reads it
  std::string comment;
  object.text("comment", comment);
  readId(object, header, out);
  readProse(object, "description", out.description);
  readProse(object, "expectation", out.expectation);
  readSpec(object, out);
  readScript(object, out);
  readExpect(object, out);
  readClose(object, out.close);
  readRules(object, out);
  readRulesOfLevel(object, out);
  readMeasure(object, out);
  if (const auto deflate = object.find("permessage-deflate")) out.deflate = readDeflate(*deflate);
  readKind(object, out);
  readCost(object, out);
  object.finish();
  // The whole is judged when its parts are right: else one slip would be told twice.
  if (scope.problems.added() == problemsBefore) checkConsistency(out, node);
  if (scope.problems.added() != problemsBefore) return std::nullopt;
  return out;
}

}  // namespace wsgauntlet::suite
