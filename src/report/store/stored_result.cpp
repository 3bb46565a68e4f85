#include "report/store/stored_result.hpp"

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "report/excerpt_text.hpp"
#include "report/store/report_files.hpp"
#include "report/store/sidecar.hpp"
#include "report/store/stored_case.hpp"
#include "report/store/stored_json.hpp"
#include "report/store/stored_wire_log.hpp"

#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace wsgauntlet::report {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxDuration = std::numeric_limits<std::int64_t>::max();

/// `?` means a handshake that did not take place.
std::string readHeader(const StoredJson& json) {
  return json.value().is_object() ? json.octets() : json.text() == "?" ? "" : json.text();
}

/// A reason that we sent although it is not UTF-8 is shown as bare digits.
std::optional<std::string> readSentReason(const StoredJson& json) {
  const auto digits = json.value().is_string() ? fromHex(json.text()) : std::nullopt;
  return digits && !isUtf8(*digits) ? digits : json.octetsOrNull();
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
  out.wasNotCleanReason = file.at("wasNotCleanReason").octetsOrNull();
  out.localCloseCode = file.at("localCloseCode").integerOrNull<std::uint16_t>();
  out.localCloseReason = readSentReason(file.at("localCloseReason"));
  out.remoteCloseCode = file.at("remoteCloseCode").integerOrNull<std::uint16_t>();
  out.remoteCloseReason = file.at("remoteCloseReason").octetsOrNull();
  return out;
}

template <typename Key>
std::map<Key, std::uint64_t> readCounts(const StoredJson& file, const char* name) {
  const StoredJson table = file.at(name);
  table.expectObject();
  std::map<Key, std::uint64_t> out;
  for (const auto& [text, value] : table.value().items()) {
    const StoredJson count = table.child(value, text);
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

play::Result resultOf(const StoredJson& file, const suite::Case* testCase) {
  play::Result result;
  result.testCase = testCase;
  result.number = static_cast<int>(file.at("case").integer(1'000'000));
  result.agent = file.at("agent").octets();
  result.isServer = file.at("isServer").boolean();
  result.behavior = readBehavior(file.at("behavior"));
  result.behaviorClose = readBehaviorClose(file.at("behaviorClose"));
  result.result = file.at("result").octets();
  result.resultClose = file.at("resultClose").octets();
  result.started = wallTimeOf(file.at("started"));
  result.duration = std::chrono::milliseconds(
      static_cast<std::int64_t>(file.at("duration").integer(kMaxDuration)));
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
  for (const StoredJson& event : file.at("received").elements()) {
    result.received.push_back(event.event());
  }
  return result;
}

/// Messages that were cut have lost their length: it is that of an expected one that looks the
/// same.
void guessLengths(play::Result& result) {
  for (play::Event& event : result.received) {
    auto* message = std::get_if<play::MessageEvent>(&event);
    if (message == nullptr || !message->payload.cut()) continue;
    const std::string text = excerptText(message->payload).text;
    for (const suite::Alternative& alternative : suite::alternativesOf(*result.testCase)) {
      for (const suite::ExpectedEvent& expected : alternative.events) {
        const auto* known = std::get_if<suite::ExpectMessage>(&expected);
        if (known == nullptr) continue;
        const play::Excerpt whole(known->payload);
        if (excerptText(whole).text == text) message->payload = whole;
      }
    }
  }
}

/// Without a sidecar.
StoredResult shownResult(const StoredJson& file, const suite::Catalogue& catalogue) {
  StoredResult out;
  const suite::Case* testCase = caseOf(file, catalogue, out.ownCase);
  out.result = resultOf(file, testCase);
  // A case says at the opening what it expects, if it expects anything.
  out.result.opened = file.at("expected").size() > 0 || out.result.duration.count() > 0;
  guessLengths(out.result);
  return out;
}

/// Nothing when the sidecar is of another run or version, or broken.
std::optional<StoredResult> exactResult(const std::string& sidecarText, const std::string& started,
                                        const suite::Catalogue& catalogue) {
  if (sidecarText.empty()) return std::nullopt;
  try {
    StoredFile file("sidecar", sidecarText);
    const StoredJson sidecar = file.root();
    if (!isSidecarOf(sidecar, started)) return std::nullopt;
    StoredResult out;
    out.ownCase = exactCase(sidecar, catalogue);
    out.result = resultOf(sidecar, out.ownCase.get());
    addFromSidecar(sidecar, out.result);
    return out;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace

StoredResult parseResult(const std::string& name, const std::string& text,
                         const suite::Catalogue& catalogue, const std::string& sidecarText) {
  StoredFile file(name, text);
  auto exact = exactResult(sidecarText, file.root().at("started").text(), catalogue);
  return exact ? *std::move(exact) : shownResult(file.root(), catalogue);
}

StoredResult readStored(const std::filesystem::path& folder, const std::string& reportFile,
                        const suite::Catalogue& catalogue) {
  return parseResult((folder / reportFile).string(), readReportFile(folder, reportFile), catalogue,
                     readSidecar(folder, reportFile));
}

}  // namespace wsgauntlet::report
