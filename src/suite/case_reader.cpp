#include "suite/case_reader.hpp"

#include "suite/consistency.hpp"
#include "suite/measure_reader.hpp"
#include "suite/requirement_reader.hpp"
#include "suite/step_reader.hpp"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::uint64_t kMaxFrames = 100000000;

constexpr std::pair<const char*, Rating> kRatings[] = {{"OK", Rating::ok},
                                                       {"NON-STRICT", Rating::nonStrict}};

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
        fmt::format("\"{}\" is not a case id; an id is two or more numbers with dots, such as 5.12",
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

std::vector<Alternative> readExpect(ObjectReader& object) {
  std::vector<Alternative> alternatives;
  const auto node = object.find("expect");
  if (!node) return alternatives;
  ObjectReader expect(*node, "\"expect\"");
  for (const auto& [key, rating] : kRatings) {
    const auto events = expect.find(key);
    if (!events) continue;
    Alternative alternative{rating, {}};
    for (const Node& element : events->elements("a list of events", 0)) {
      std::uint64_t times = 1;
      if (const auto event = readEvent(element, &times)) {
        alternative.events.insert(alternative.events.end(), times, *event);
      }
    }
    alternatives.push_back(std::move(alternative));
  }
  expect.finish();
  if (expect.valid() && !expect.has("OK")) node->fail("\"OK\" is missing in \"expect\"");
  return alternatives;
}

void readClose(ObjectReader& object, CloseExpectation& out) {
  object.boolean("wrong-code-fails", out.wrongCodeIsFatal);
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

std::optional<Informational> readInformational(ObjectReader& object) {
  const auto node = object.find("informational");
  if (!node) return std::nullopt;
  Informational informational;
  ObjectReader results(*node, "\"informational\"");
  const auto read = [&](const char* key, std::optional<Rating> alternative) {
    const auto result = results.find(key);
    const auto text = result ? result->filledText() : std::nullopt;
    if (text) informational.results.push_back({alternative, std::string(*text)});
  };
  for (const auto& [key, rating] : kRatings) read(key, rating);
  read("*", std::nullopt);
  results.finish();
  return informational;
}

void readAppliesTo(ObjectReader& object, Case& out) {
  const auto node = object.find("applies-to");
  const auto who = node ? node->word({"servers", "clients"}) : std::nullopt;
  if (who) out.appliesTo = *who == "servers" ? AppliesTo::servers : AppliesTo::clients;
}

void readFramesSent(ObjectReader& object, Case& out) {
  const auto node = object.find("frames-sent");
  if (!node || !ObjectReader(*node, "\"frames-sent\"").valid()) return;
  std::vector<std::pair<std::uint8_t, std::uint64_t>> counts;
  for (const auto& [key, value] : node->value().items()) {
    const nlohmann::json name = key;
    const auto opcode = readOpcode(node->child(name, key));
    const auto count = node->child(value, key).integer(0, kMaxFrames);
    if (opcode && count) counts.emplace_back(*opcode, *count);
  }
  std::sort(counts.begin(), counts.end());
  out.framesSent = std::move(counts);
}

/// Refuses keys that make no sense in this kind of case.
void refuseKeys(ObjectReader& object, std::initializer_list<const char*> keys,
                std::string_view why) {
  for (const char* key : keys) {
    if (const auto node = object.find(key)) node->fail(std::string(why));
  }
}

/// What a case is judged by that has no requirement.
Criterion readOriginalCriterion(ObjectReader& object) {
  const auto large = object.find("large-message");
  const auto trips = object.find("round-trips");
  std::vector<Alternative> expect = readExpect(object);
  ExpectedEvents events;
  object.boolean("early-finish", events.finishEarly);
  events.informational = readInformational(object);
  if (large && trips) object.node().fail("large-message and round-trips exclude each other");
  if ((large || trips) && !expect.empty()) {
    object.find("expect")->fail(
        "a case with large-message or round-trips is judged by it; leave expect out");
  }
  if (large) return readLargeEcho(*large);
  if (trips) return readRoundTrips(*trips);
  if (expect.empty() && !object.has("expect")) {
    object.node().fail("nothing is expected: give expect, large-message or round-trips");
  }
  events.alternatives = std::move(expect);
  return events;
}

/// Another connection than the one that is judged. It expects what its script awaits, and nothing
/// that comes of it is wrong.
std::shared_ptr<const Case> readCompanion(const Node& node, const Case& of) {
  const auto out = std::make_shared<Case>();
  ObjectReader object(node, "a companion");
  if (!object.valid()) return out;
  out->id = of.id;
  out->spec = of.spec;
  out->place = of.place;
  readScript(object, *out);
  if (const auto deflate = object.find("permessage-deflate")) out->deflate = readDeflate(*deflate);
  Requirement requirement;
  requirement.level = Level::may;
  requirement.reaction = Reaction::answer;
  Alternative awaited;
  for (const Step& step : out->script) {
    if (const auto* await = std::get_if<Await>(&step.action))
      awaited.events.push_back(await->event);
  }
  requirement.expected = std::move(awaited);
  out->criterion = std::move(requirement);
  object.finish();
  return out;
}

void readCriterion(ObjectReader& object, Case& out) {
  if (object.has("outcome")) {
    Requirement requirement = readRequirement(object);
    std::vector<Alternative> expect = readExpect(object);
    if (expect.size() > 1) {
      object.find("expect")->fail("a case with an outcome has one course of events: \"OK\"");
    }
    if (!expect.empty()) requirement.expected = std::move(expect.front());
    if (const auto node = object.find("companions")) {
      for (const Node& element : node->elements("a list of companions")) {
        requirement.companions.push_back(readCompanion(element, out));
      }
    }
    refuseKeys(object,
               {"large-message", "round-trips", "informational", "early-finish", "close",
                "frames-sent", "wrong-code-fails"},
               "a case with an outcome is judged by it; leave out what else would judge it");
    out.criterion = std::move(requirement);
  } else {
    out.criterion = readOriginalCriterion(object);
    readClose(object, out.close);
    readFramesSent(object, out);
    refuseKeys(object, {"checks", "patience", "request", "response", "early", "companions"},
               "this needs an \"outcome\"");
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
  readAppliesTo(object, out);
  readCriterion(object, out);
  object.boolean("report-time", out.reportTime);
  object.boolean("report-compression-ratio", out.reportCompressionRatio);
  if (const auto deflate = object.find("permessage-deflate")) out.deflate = readDeflate(*deflate);
  readKind(object, out);
  readCost(object, out);
  object.finish();
  // The whole is judged when its parts are right: else one slip would be reported twice.
  if (scope.problems.added() == problemsBefore) checkConsistency(out, node);
  if (scope.problems.added() != problemsBefore) return std::nullopt;
  return out;
}

}  // namespace wsgauntlet::suite
