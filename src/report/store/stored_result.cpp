#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/json_source.hpp"
#include "base/text.hpp"
#include "report/excerpt_text.hpp"
#include "report/store/reader.hpp"
#include "report/store/stored_case.hpp"
#include "report/store/stored_json.hpp"

#include <cstdio>
#include <limits>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLongestDuration = std::numeric_limits<std::int64_t>::max();

play::Behavior behavior(const StoredJson& word) {
  const auto value = behaviorOf(word.text());
  if (!value) word.fail("expected OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or FAILED");
  return *value;
}

play::BehaviorClose behaviorClose(const StoredJson& word) {
  const auto value = behaviorCloseOf(word.text());
  if (!value) {
    word.fail("expected OK, INFORMATIONAL, FAILED BY CLIENT, WRONG CODE, UNCLEAN or FAILED");
  }
  return *value;
}

/// `?` stands for a handshake that did not take place.
std::string readHeader(const StoredJson& text) {
  return text.text() == "?" ? "" : text.text();
}

/// A reason that we sent although it is not UTF-8 stands as bare digits.
std::optional<std::string> readSentReason(const StoredJson& reason) {
  auto text = reason.textOrNull();
  if (!text) return text;
  const auto octets = fromHex(*text);
  return octets && !isUtf8(*octets) ? octets : text;
}

std::optional<std::string> octetsOrNull(const StoredJson& text) {
  const auto value = text.textOrNull();
  return value ? std::optional(octetsOf(*value)) : std::nullopt;
}

websocket::Closing readClosing(const StoredJson& file) {
  websocket::Closing out;
  out.closedByMe = file.at("closedByMe").boolean();
  out.failedByMe = file.at("failedByMe").boolean();
  out.droppedByMe = file.at("droppedByMe").boolean();
  out.wasClean = file.at("wasClean").boolean();
  out.wasOpenHandshakeTimeout = file.at("wasOpenHandshakeTimeout").boolean();
  out.wasCloseHandshakeTimeout = file.at("wasCloseHandshakeTimeout").boolean();
  out.wasServerConnectionDropTimeout = file.at("wasServerConnectionDropTimeout").boolean();
  out.wasNotCleanReason = octetsOrNull(file.at("wasNotCleanReason"));
  out.localCloseCode = file.at("localCloseCode").integerOrNull<std::uint16_t>(65535);
  out.localCloseReason = readSentReason(file.at("localCloseReason"));
  out.remoteCloseCode = file.at("remoteCloseCode").integerOrNull<std::uint16_t>(65535);
  out.remoteCloseReason = octetsOrNull(file.at("remoteCloseReason"));
  return out;
}

template <typename Key>
std::map<Key, std::uint64_t> readCounts(const StoredJson& file, const char* name) {
  const StoredJson table = file.at(name);
  table.expectObject();
  std::map<Key, std::uint64_t> out;
  for (const auto& [text, unused] : table.value().items()) {
    const StoredJson count = table.at(text);
    const json key = json::parse(text, nullptr, false);
    if (!key.is_number_unsigned() || key.get<std::uint64_t>() > std::numeric_limits<Key>::max()) {
      count.fail("expected a number as key");
    }
    out[key.get<Key>()] = count.integer(kAny);
  }
  return out;
}

play::TrafficStats::Direction direction(const StoredJson& stats, const std::string& name) {
  const auto number = [&](const char* key) { return stats.at(name + key).integer(kAny); };
  play::TrafficStats::Direction out;
  out.octetsAppLevel = number("OctetsAppLevel");
  out.octetsWebSocketLevel = number("OctetsWebSocketLevel");
  out.octetsWireLevel = number("OctetsWireLevel");
  out.frames = number("WebSocketFrames");
  out.messages = number("WebSocketMessages");
  return out;
}

std::optional<play::TrafficStats> traffic(const StoredJson& stats) {
  if (stats.isNull()) return std::nullopt;
  play::TrafficStats out;
  out.incoming = direction(stats, "incoming");
  out.outgoing = direction(stats, "outgoing");
  out.preopenIncomingOctetsWireLevel = stats.at("preopenIncomingOctetsWireLevel").integer(kAny);
  out.preopenOutgoingOctetsWireLevel = stats.at("preopenOutgoingOctetsWireLevel").integer(kAny);
  return out;
}

/// The lengths of the data messages in a wire log, which shows them whole where events do not.
std::vector<std::uint64_t> messageLengths(const play::WireLog& log) {
  std::vector<std::uint64_t> lengths;
  std::optional<std::uint64_t> message;
  for (const play::WireLogRow& row : log) {
    const auto* frame = std::get_if<play::FrameReceivedRow>(&row.what);
    if (frame == nullptr || frame->opcode > 2) continue;
    if (frame->opcode != 0) message = 0;
    if (!message) continue;
    *message += frame->payload.length;
    if (frame->fin) lengths.push_back(*std::exchange(message, std::nullopt));
  }
  return lengths;
}

/// The excerpt of an event. The length of one that was cut is known from the wire log, or it is
/// that of an expected event that reads the same.
play::Excerpt eventExcerpt(const std::string& text, std::optional<std::uint64_t> logged,
                           const suite::Case& testCase) {
  play::Excerpt excerpt = excerptOf(text);
  if (!excerpt.cut()) return excerpt;
  if (logged && *logged > play::Excerpt::kOctets) return excerptOf(text, logged);
  for (const suite::Alternative& alternative : suite::alternativesOf(testCase)) {
    for (const suite::ExpectedEvent& event : alternative.events) {
      const auto* message = std::get_if<suite::ExpectMessage>(&event);
      if (message == nullptr) continue;
      play::Excerpt whole(message->payload);
      if (excerptText(whole).text == text) return whole;
    }
  }
  return excerpt;
}

std::vector<play::Event> events(const StoredJson& received, const play::Result& result) {
  received.expectArray();
  const std::vector<std::uint64_t> lengths = messageLengths(result.wireLog);
  std::size_t messages = 0;
  std::vector<play::Event> out;
  for (std::size_t i = 0; i < received.size(); ++i) {
    const StoredJson event = received.at(i);
    const std::string& kind = event.at(std::size_t{0}).text();
    const std::string& text = event.at(1).text();
    if (kind == "message") {
      const auto logged =
          messages < lengths.size() ? std::optional(lengths[messages]) : std::nullopt;
      ++messages;
      out.emplace_back(
          play::MessageEvent{eventExcerpt(text, logged, *result.testCase), event.at(2).boolean()});
    } else if (kind == "pong") {
      out.emplace_back(play::PongEvent{excerptOf(text)});
    } else if (kind == "timeout") {
      out.emplace_back(play::TimeoutEvent{octetsOf(text)});
    } else {
      event.fail("expected an event: message, pong or timeout");
    }
  }
  return out;
}

/// A case notes at the opening what it expects; one without expectations has sent something.
bool wasOpened(const StoredJson& file, const play::Result& result) {
  if (file.at("expected").size() > 0) return true;
  if (!suite::alternativesOf(*result.testCase).empty()) return false;
  return result.duration.count() > 0 || !result.stats.framesSent.empty() ||
         !result.stats.framesReceived.empty();
}

play::Result resultOf(const StoredJson& file, const suite::Case* testCase) {
  play::Result result;
  result.testCase = testCase;
  result.number = static_cast<int>(file.at("case").integer(1'000'000));
  result.agent = file.at("agent").text();
  result.isServer = file.at("isServer").boolean();
  result.behavior = behavior(file.at("behavior"));
  result.behaviorClose = behaviorClose(file.at("behaviorClose"));
  result.result = octetsOf(file.at("result").text());
  result.resultClose = octetsOf(file.at("resultClose").text());
  result.started = wallTimeOf(file.at("started"));
  result.duration = std::chrono::milliseconds(
      static_cast<std::int64_t>(file.at("duration").integer(kLongestDuration)));
  result.httpRequest = readHeader(file.at("httpRequest"));
  result.httpResponse = readHeader(file.at("httpResponse"));
  result.closing = readClosing(file);
  result.stats = {readCounts<std::uint64_t>(file, "rxOctetStats"),
                  readCounts<std::uint64_t>(file, "txOctetStats"),
                  readCounts<std::uint8_t>(file, "rxFrameStats"),
                  readCounts<std::uint8_t>(file, "txFrameStats")};
  result.traffic = traffic(file.at("trafficStats"));
  result.wireLog = readWireLog(file.at("wirelog"));
  result.wireLogOn = file.at("createWirelog").boolean();
  result.received = events(file.at("received"), result);
  result.opened = wasOpened(file, result);
  return result;
}

}  // namespace

StoredResult parseResult(const std::string& name, const std::string& text,
                         const suite::Catalogue& catalogue) {
  const json root = json::parse(text, nullptr, false);
  // The slower reader knows the line.
  if (root.is_discarded()) static_cast<void>(JsonSource(name, text));
  const StoredJson file(name, text, root);
  file.expectObject();
  StoredResult out;
  const suite::Case* testCase = caseOf(file, catalogue, out.ownCase);
  out.result = resultOf(file, testCase);
  return out;
}

}  // namespace wsgauntlet::report
