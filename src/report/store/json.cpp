#include "report/store/json.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "report/excerpt_text.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::report {
namespace {

/// Keeps the order of insertion: the statistics are ordered by number and not by text.
using Json = nlohmann::ordered_json;

/// Everything that goes into a report is valid UTF-8 by then; `replace` makes sure that no slip can
/// cost a user his report.
template <typename AnyJson>
std::string dump(const AnyJson& json) {
  return json.dump(3, ' ', true, AnyJson::error_handler_t::replace);
}

template <typename Value>
Json orNull(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// How octets and payloads are written.
class Notation {
 public:
  /// `exact`: as they were; else as the original shows them, which cannot always be read back.
  explicit Notation(bool exact) : exact_(exact) {}

  [[nodiscard]] bool exact() const { return exact_; }
  [[nodiscard]] Json octets(const std::string& octets) const {
    return exact_ ? exactOctets(octets) : Json(textOrHex(octets));
  }
  [[nodiscard]] Json octets(const std::optional<std::string>& value) const {
    return value ? octets(*value) : Json(nullptr);
  }
  /// A reason that we sent on purpose although it is not UTF-8 is shown as bare digits, as ever.
  [[nodiscard]] Json sentReason(const std::optional<std::string>& value) const {
    if (value && !exact_ && !isUtf8(*value)) return toHex(*value);
    return octets(value);
  }
  [[nodiscard]] Json header(const std::string& value) const {
    if (exact_) return exactOctets(value);
    return value.empty() ? "?" : headerText(value);
  }
  /// The payload of an event.
  [[nodiscard]] Json event(const play::Excerpt& excerpt) const {
    return exact_ ? exactPayload(excerpt) : Json(excerptText(excerpt).text);
  }
  /// The payload of a frame.
  [[nodiscard]] Json frame(const play::Excerpt& excerpt) const {
    return exact_ ? exactPayload(excerpt)
                  : Json::array({excerpt.length, excerptText(excerpt).text});
  }

 private:
  static Json exactOctets(const std::string& octets) {
    return isUtf8(octets) ? Json::object({{"text", octets}})
                          : Json::object({{"hex", toHex(octets)}});
  }
  static Json exactPayload(const play::Excerpt& excerpt) {
    return Json::object({{"length", excerpt.length}, {"hex", toHex(excerpt.head)}});
  }

  bool exact_;
};

/// 1 and 10 as integers, 0.5 as it is.
Json secondsJson(double value) {
  if (value == std::floor(value)) return Json(static_cast<std::int64_t>(value));
  return Json(value);
}

template <typename Map>
Json countsJson(const Map& map) {
  Json json = Json::object();
  for (const auto& [key, count] : map) json[std::to_string(key)] = count;
  return json;
}

struct EventJson {
  Notation notation;

  Json operator()(const play::MessageEvent& event) const {
    return Json::array({"message", notation.event(event.payload), event.binary});
  }
  Json operator()(const play::PongEvent& event) const {
    return Json::array({"pong", notation.event(event.payload)});
  }
  Json operator()(const play::TimeoutEvent& event) const {
    return Json::array({"timeout", notation.octets(event.tag)});
  }
  Json operator()(const suite::ExpectMessage& event) const {
    return (*this)(play::MessageEvent{play::Excerpt(event.payload), event.binary});
  }
  Json operator()(const suite::ExpectPong& event) const {
    return (*this)(play::PongEvent{play::Excerpt(event.payload)});
  }
  Json operator()(const suite::ExpectTimeout& event) const {
    return (*this)(play::TimeoutEvent{event.tag});
  }
};

template <typename Events>
Json eventList(const Events& events, const Notation& notation) {
  Json json = Json::array();
  for (const auto& event : events) json.push_back(std::visit(EventJson{notation}, event));
  return json;
}

/// The script says at the opening what is expected: without an opening there is nothing.
Json expected(const play::Result& result, const Notation& notation) {
  nlohmann::json sorted = nlohmann::json::object();
  if (!result.opened && !notation.exact()) return Json::object();
  for (const suite::Alternative& alternative : suite::alternativesOf(*result.testCase)) {
    sorted[std::string(suite::name(alternative.rating))] = eventList(alternative.events, notation);
  }
  return sorted;
}

/// Compression cases say how they close before the opening.
Json expectedClose(const play::Result& result, const Notation& notation) {
  const bool known = result.opened || result.testCase->deflate || notation.exact();
  if (!known) return Json::object();
  const suite::CloseExpectation& close = result.testCase->close;
  Json json = {{"closeCode", close.codes}, {"closedByMe", close.byFuzzer}};
  if (close.wrongEndpointIsFatal) json["closedByWrongEndpointIsFatal"] = true;
  json["requireClean"] = close.clean;
  return json;
}

Json maskOrNull(const std::optional<play::MaskKey>& mask) {
  if (!mask) return nullptr;
  return toHex(OctetView(reinterpret_cast<const char*>(mask->data()), mask->size()));
}

struct RowJson {
  Notation notation;

  Json operator()(const play::OctetsRow& row) const {
    Json octets = Json::array({row.octets.length, excerptHex(row.octets)});
    if (!row.sent) return Json::array({"RO", std::move(octets)});
    return Json::array({"TO", std::move(octets), row.sync});
  }
  Json operator()(const play::FrameReceivedRow& row) const {
    return Json::array({"RF", notation.frame(row.payload), row.opcode, row.fin, row.rsv,
                        row.mask.has_value(), maskOrNull(row.mask)});
  }
  Json operator()(const play::FrameSentRow& row) const {
    return Json::array({"TF", notation.frame(row.payload), row.opcode, row.fin, row.rsv,
                        maskOrNull(row.mask), orNull(row.repeatTo), orNull(row.chop), row.sync});
  }
  Json operator()(const play::WaitRow& row) const {
    return Json::array({"CT", secondsJson(row.seconds), notation.octets(row.tag)});
  }
  Json operator()(const play::WaitEndedRow& row) const {
    return Json::array({"CTE", notation.octets(row.tag)});
  }
  Json operator()(const play::FailAfterRow& row) const {
    return Json::array({"KL", secondsJson(row.seconds)});
  }
  Json operator()(const play::FailingRow&) const { return Json::array({"KLE"}); }
  Json operator()(const play::CloseAfterRow& row) const {
    return Json::array({"TI", secondsJson(row.seconds)});
  }
  Json operator()(const play::ClosingRow&) const { return Json::array({"TIE"}); }
  Json operator()(const play::SwitchRow& row) const { return Json::array({"WLM", row.on}); }
};

Json wireLogJson(const play::WireLog& log, const Notation& notation) {
  Json json = Json::array();
  for (const play::WireLogRow& row : log) json.push_back(std::visit(RowJson{notation}, row.what));
  return json;
}

Json quotient(double dividend, double divisor) {
  return divisor == 0 ? Json(nullptr) : Json(dividend / divisor);
}

void addDirection(Json& json, const std::string& name, const play::TrafficStats::Direction& stats) {
  const auto app = static_cast<double>(stats.octetsAppLevel);
  const auto webSocket = static_cast<double>(stats.octetsWebSocketLevel);
  const auto wire = static_cast<double>(stats.octetsWireLevel);
  json[name + "CompressionRatio"] = quotient(webSocket, app);
  json[name + "OctetsAppLevel"] = stats.octetsAppLevel;
  json[name + "OctetsWebSocketLevel"] = stats.octetsWebSocketLevel;
  json[name + "OctetsWireLevel"] = stats.octetsWireLevel;
  json[name + "WebSocketFrames"] = stats.frames;
  json[name + "WebSocketMessages"] = stats.messages;
  json[name + "WebSocketOverhead"] = quotient(wire - webSocket, webSocket);
}

Json trafficStats(const std::optional<play::TrafficStats>& stats) {
  if (!stats) return nullptr;
  Json json = Json::object();
  addDirection(json, "incoming", stats->incoming);
  addDirection(json, "outgoing", stats->outgoing);
  json["preopenIncomingOctetsWireLevel"] = stats->preopenIncomingOctetsWireLevel;
  json["preopenOutgoingOctetsWireLevel"] = stats->preopenOutgoingOctetsWireLevel;
  return json;
}

Json caseObject(const play::Result& result, const Notation& notation) {
  const suite::Case& testCase = *result.testCase;
  const websocket::Closing& closing = result.closing;
  Json json = Json::object();
  json["agent"] = notation.exact() ? notation.octets(result.agent) : Json(agentText(result));
  json["behavior"] = play::name(result.behavior);
  json["behaviorClose"] = play::name(result.behaviorClose);
  json["case"] = result.number;
  json["closedByMe"] = closing.closedByMe;
  json["createStats"] = true;
  json["createWirelog"] = result.wireLogOn;
  json["description"] = notation.octets(testCase.description);
  json["droppedByMe"] = closing.droppedByMe;
  json["duration"] = notation.exact() ? result.duration.count() : durationMs(result);
  json["expectation"] = notation.octets(testCase.expectation);
  json["expected"] = expected(result, notation);
  json["expectedClose"] = expectedClose(result, notation);
  json["failedByMe"] = closing.failedByMe;
  json["httpRequest"] = notation.header(result.httpRequest);
  json["httpResponse"] = notation.header(result.httpResponse);
  json["id"] = testCase.id.str();
  json["isServer"] = result.isServer;
  json["localCloseCode"] = orNull(closing.localCloseCode);
  json["localCloseReason"] = notation.sentReason(closing.localCloseReason);
  json["received"] = eventList(result.received, notation);
  json["remoteCloseCode"] = orNull(closing.remoteCloseCode);
  json["remoteCloseReason"] = notation.octets(closing.remoteCloseReason);
  json["reportCompressionRatio"] = testCase.reportCompressionRatio;
  json["reportTime"] = testCase.reportTime;
  json["result"] = notation.octets(result.result);
  json["resultClose"] = notation.octets(result.resultClose);
  json["rxFrameStats"] = countsJson(result.stats.framesReceived);
  json["rxOctetStats"] = countsJson(result.stats.octetsReceived);
  json["started"] = formatUtc(result.started);
  json["trafficStats"] = trafficStats(result.traffic);
  json["txFrameStats"] = countsJson(result.stats.framesSent);
  json["txOctetStats"] = countsJson(result.stats.octetsSent);
  json["wasClean"] = closing.wasClean;
  json["wasCloseHandshakeTimeout"] = closing.wasCloseHandshakeTimeout;
  json["wasNotCleanReason"] = notation.octets(closing.wasNotCleanReason);
  json["wasOpenHandshakeTimeout"] = closing.wasOpenHandshakeTimeout;
  json["wasServerConnectionDropTimeout"] = closing.wasServerConnectionDropTimeout;
  json["wirelog"] = wireLogJson(result.wireLog, notation);
  return json;
}

}  // namespace

std::string caseJson(const play::Result& result) {
  return dump(caseObject(result, Notation(false)));
}

Json exactCaseJson(const play::Result& result) {
  const Notation exact(true);
  const suite::Case& testCase = *result.testCase;
  Json json = caseObject(result, exact);
  json["suite"] = exact.octets(testCase.suite);
  json["category"] = exact.octets(testCase.category);
  json["subcategory"] = exact.octets(testCase.subcategory);
  Json& spec = json["spec"] = Json::array();
  for (const suite::SpecReference& reference : testCase.spec) {
    spec.push_back(Json::array({reference.rfc, exact.octets(reference.section)}));
  }
  json["judgedByLevel"] = suite::requirementOf(testCase) != nullptr;
  return json;
}

std::string indexJson(const Records& records) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [agent, cases] : records) {
    nlohmann::json& ofAgent = json[agent] = nlohmann::json::object();
    for (const auto& [id, record] : cases) {
      nlohmann::json& entry = ofAgent[id.str()];
      entry["behavior"] = play::name(record.behavior);
      entry["behaviorClose"] = play::name(record.behaviorClose);
      entry["duration"] = record.durationMs;
      entry["remoteCloseCode"] =
          record.remoteCloseCode ? nlohmann::json(*record.remoteCloseCode) : nlohmann::json();
      entry["reportfile"] = record.reportFile;
    }
  }
  return dump(json);
}

}  // namespace wsgauntlet::report
