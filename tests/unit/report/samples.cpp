#include "samples.hpp"

#include "base/hex.hpp"

#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace wsgauntlet::report {
namespace {

suite::ExpectedEvents expecting(std::vector<suite::Alternative> alternatives) {
  return {std::move(alternatives), true, std::nullopt};
}

using suite::ExpectMessage;
using suite::ExpectPong;

std::string readSeed(const std::string& name) {
  std::ifstream file(std::string(WSGAUNTLET_SOURCE_DIR) + "/tests/conformance/seeds/" + name);
  if (!file) throw std::runtime_error("no sample " + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

WallTime parseUtc(const std::string& text) {
  std::tm parts{};
  int ms = 0;
  std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
              &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &ms);
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return WallTime{std::chrono::seconds(timegm(&parts)) + std::chrono::milliseconds(ms)};
}

// ---- the wire log of a sample -------------------------------------------------------------------

struct LogRow {
  std::string first;  ///< without the number
  std::string rest;   ///< the continuation lines without indentation
};

std::vector<LogRow> logRows(const std::string& text) {
  std::vector<LogRow> rows;
  std::istringstream lines(text);
  const std::regex numbered("^[0-9]{3} (.*)$");
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, match, numbered)) {
      rows.push_back({match[1], ""});
    } else if (!rows.empty()) {
      const std::size_t start = line.find_first_not_of(' ');
      if (start != std::string::npos) rows.back().rest += line.substr(start);
    }
  }
  return rows;
}

std::string field(const std::string& text, const std::string& name) {
  const std::regex pattern("\\b" + name + "=([^,]*)");
  std::smatch match;
  if (!std::regex_search(text, match, pattern))
    throw std::runtime_error("no " + name + ": " + text);
  return match[1];
}

/// Digits and ` ...`; the samples do not say how long an excerpt is that was cut.
play::Excerpt octetsOf(std::string digits) {
  const bool cut = digits.ends_with(" ...");
  if (cut) digits.resize(digits.size() - 4);
  play::Excerpt excerpt(fromHex(digits).value());
  if (cut) excerpt.length += 100;
  return excerpt;
}

play::Excerpt payloadOf(std::string text, std::uint64_t length) {
  if (text.starts_with("0x")) return octetsOf(text.substr(2));
  if (text.ends_with(" ...")) text.resize(text.size() - 4);
  play::Excerpt excerpt(text);
  excerpt.length = length;
  return excerpt;
}

/// The samples show the mask of a received frame as hex of hex; here it is read as what it was.
std::optional<play::MaskKey> maskOf(const std::string& text) {
  if (text == "None") return std::nullopt;
  std::string octets = fromHex(text).value();
  if (octets.size() == 8) octets = fromHex(octets).value();
  play::MaskKey key{};
  std::copy(octets.begin(), octets.end(), key.begin());
  return key;
}

std::optional<std::uint64_t> numberOf(const std::string& text) {
  if (text == "None") return std::nullopt;
  return std::stoull(text);
}

decltype(play::WireLogRow::what) frameOf(const LogRow& row) {
  const auto opcode = static_cast<std::uint8_t>(std::stoi(field(row.first, "OPCODE")));
  const bool fin = field(row.first, "FIN") == "True";
  const auto rsv = static_cast<std::uint8_t>(std::stoi(field(row.first, "RSV")));
  const std::uint64_t length = std::stoull(field(row.first, "PAYLOAD-LEN"));
  const auto payload = payloadOf(row.rest, length);
  const auto mask = maskOf(field(row.first, "MASK"));
  if (row.first.starts_with("RX")) return play::FrameReceivedRow{payload, opcode, fin, rsv, mask};
  play::FrameSentRow frame{payload, opcode, fin, rsv, mask, {}, {}, false};
  frame.repeatTo = numberOf(field(row.first, "PAYLOAD-REPEAT-LEN"));
  if (const auto chop = numberOf(field(row.first, "CHOPSIZE"))) {
    frame.chop = static_cast<std::uint32_t>(*chop);
  }
  frame.sync = field(row.first, "SYNC") == "True";
  return frame;
}

double secondsOf(const std::string& text) {
  return std::stod(text.substr(text.find_first_of("0123456789")));
}

play::WireLog readLog(const std::string& text) {
  play::WireLog log;
  for (const LogRow& row : logRows(text)) {
    const auto add = [&log](decltype(play::WireLogRow::what) what) {
      log.push_back({std::chrono::milliseconds(log.size()), std::move(what)});
    };
    if (row.first.starts_with("RX OCTETS: ") || row.first.starts_with("TX OCTETS: ")) {
      add(play::OctetsRow{row.first[0] == 'T', octetsOf(row.first.substr(11) + row.rest), false});
    } else if (row.first.find(" FRAME : ") != std::string::npos) {
      add(frameOf(row));
    } else if (row.first.starts_with("DELAY TIMEOUT")) {
      add(play::WaitEndedRow{});
    } else if (row.first.starts_with("DELAY ")) {
      add(play::WaitRow{secondsOf(row.first), {}});
    } else if (row.first.starts_with("FAIL CONNECTION")) {
      add(play::FailAfterRow{secondsOf(row.first)});
    } else if (row.first.starts_with("CLOSE CONNECTION")) {
      add(play::CloseAfterRow{secondsOf(row.first)});
    } else if (row.first == "FAILING CONNECTION") {
      add(play::FailingRow{});
    } else if (row.first == "CLOSING CONNECTION") {
      add(play::ClosingRow{});
    } else if (!row.first.starts_with("TCP DROPPED")) {
      throw std::runtime_error("unknown row: " + row.first);
    }
  }
  return log;
}

// ---- what the samples have in common ------------------------------------------------------------

/// The text between two markers, for what is long and not the point of a test.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

Sample sampleOf(const std::string& seed, std::string_view id, std::string agent,
                const char* started, int durationMs, bool isServer) {
  Sample sample;
  sample.text = readSeed(seed);
  sample.testCase = std::make_unique<suite::Case>();
  sample.testCase->id = suite::CaseId::parse(id).value();
  sample.testCase->spec = {{6455, "5.4"}};
  play::Result& result = sample.result;
  result.testCase = sample.testCase.get();
  result.agent = std::move(agent);
  result.isServer = isServer;
  result.started = parseUtc(started);
  result.duration = std::chrono::milliseconds(durationMs);
  result.opened = true;
  result.wireLog = readLog(sample.text);
  return sample;
}

void describe(Sample& sample, std::string description, std::string expectation) {
  sample.testCase->description = std::move(description);
  sample.testCase->expectation = std::move(expectation);
}

void judge(Sample& sample, play::Behavior behavior, play::BehaviorClose close,
           const char* resultClose) {
  const bool matches = behavior == play::Behavior::ok;
  sample.result.behavior = behavior;
  sample.result.behaviorClose = close;
  sample.result.result = matches ? "Actual events match at least one expected."
                                 : "Actual events differ from any expected.";
  sample.result.resultClose = resultClose;
}

constexpr const char* kUnclean = "The spec requires the connection to be failed cleanly here";
constexpr const char* kDropped =
    "peer dropped the TCP connection without previous WebSocket closing handshake";

play::Event message(std::string text) {
  return play::MessageEvent{play::Excerpt(text), false};
}
play::Event pong(std::string text) {
  return play::PongEvent{play::Excerpt(text)};
}

std::vector<suite::ExpectedEvent> pongsAndMessage() {
  return {ExpectPong{Payload("pongme 1!")}, ExpectPong{Payload("pongme 2!")},
          ExpectMessage{Payload("fragment1fragment2fragment3fragment4fragment5"), false}};
}

/// Headers of the samples that kept their lines.
void readHandshake(Sample& sample) {
  const std::string both = between(sample.text, "Opening Handshake\n\n", "\n\n\nClosing Behavior");
  const std::size_t response = both.find("HTTP/1.1 101");
  sample.result.httpRequest = both.substr(0, response) + "\r\n";
  sample.result.httpResponse = both.substr(response) + "\r\n\r\n";
}

Sample plain(std::string_view id, std::string agent) {
  Sample sample;
  sample.testCase = std::make_unique<suite::Case>();
  suite::Case& testCase = *sample.testCase;
  testCase.id = suite::CaseId::parse(id).value();
  const int major = testCase.id.parts().front();
  testCase.category = std::to_string(major) + " Category";
  testCase.description = "Sends a text message.";
  testCase.expectation = "It comes back.";
  testCase.spec = {{6455, "5.6"}};
  testCase.criterion = expecting({{suite::Rating::ok, {ExpectMessage{Payload("Hello"), false}}}});
  testCase.close = {true, {1000}, true, false};
  play::Result& result = sample.result;
  result.testCase = &testCase;
  result.number = 1;
  result.agent = std::move(agent);
  result.started = parseUtc("2026-11-20T23:55:00.107Z");
  result.duration = std::chrono::milliseconds(2);
  result.opened = true;
  result.closing.closedByMe = true;
  result.httpRequest = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  result.httpResponse = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  const auto at = [](int ms) { return std::chrono::milliseconds(ms); };
  const play::MaskKey mask{1, 2, 3, 4};
  result.wireLog = {
      {at(0), play::OctetsRow{true, play::Excerpt(result.httpRequest), false}},
      {at(1), play::OctetsRow{false, play::Excerpt(result.httpResponse), false}},
      {at(1),
       play::FrameSentRow{play::Excerpt(OctetView("Hello")), 1, true, 0, mask, {}, {}, false}},
      {at(1),
       play::OctetsRow{true, play::Excerpt(OctetView("\x81\x85\x01\x02\x03\x04xxxxx")), false}},
      {at(1), play::FailAfterRow{1}}};
  return sample;
}

}  // namespace

Sample fragmentedWithPings() {
  Sample sample = sampleOf("000_1aa3746e255e4d30.txt", "5.19", "stratus@2",
                           "2026-04-02T15:18:08.966Z", 2003, true);
  describe(sample, between(sample.text, "Case Description\n\n", "\n"),
           between(sample.text, "Case Expectation\n\n", "\n"));
  sample.testCase->criterion = expecting({{suite::Rating::ok, pongsAndMessage()}});
  sample.testCase->close = {true, {1000}, true, false};
  judge(sample, play::Behavior::failed, play::BehaviorClose::unclean, kUnclean);
  readHandshake(sample);
  sample.result.closing.closedByMe = true;
  sample.result.closing.wasNotCleanReason = kDropped;
  sample.result.stats = {
      {{232, 1}}, {{2, 1}, {11, 7}, {208, 1}}, {}, {{0, 4}, {1, 1}, {8, 1}, {9, 2}}};
  return sample;
}

Sample choppedOctetwise() {
  Sample sample = sampleOf("001_a3b36cf455abb16e.txt", "5.8", "websock secure server",
                           "2026-03-07T18:25:45.833Z", 11, false);
  describe(sample, between(sample.text, "Case Description\n", "\n"),
           between(sample.text, "Case Expectation\n", "\n"));
  sample.testCase->criterion = expecting({{suite::Rating::ok,
                                           {ExpectPong{Payload("ping payload")},
                                            ExpectMessage{Payload("fragment1fragment2"), false}}}});
  judge(sample, play::Behavior::ok, play::BehaviorClose::unclean, kUnclean);
  play::Result& result = sample.result;
  result.received = {pong("ping payload"), message("fragment1fragment2")};
  result.httpRequest =
      "GET /wss HTTP/1.1\r\nUser-Agent: AutobahnTestSuite/25.10.1-0.10.9\r\nHost: "
      "127.0.0.1:8889\r\n"
      "Upgrade: WebSocket\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
      "Sec-WebSocket-Key: eIs5YajIb7qQ9yURQLhTIA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  result.httpResponse =
      "HTTP/1.1 101 Switching Protocols\r\nDate: Sat, 07 Mar 2026 18:25:45 GMT\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-Websocket-Accept: n9JGdOoJZyXfQTzWtD6VXMccj1g=\r\n\r\n";
  result.closing.closedByMe = true;
  result.closing.wasNotCleanReason = kDropped;
  result.closing.localCloseCode = 1000;
  result.stats = {{{14, 1}, {20, 1}, {166, 1}},
                  {{1, 48}, {8, 1}, {245, 1}},
                  {{1, 1}, {10, 1}},
                  {{0, 1}, {1, 1}, {8, 1}, {9, 1}}};
  return sample;
}

Sample closeBehindLargeMessage() {
  Sample sample = sampleOf("002_b39291ba85374e7a.txt", "7.1.6", "collie@1",
                           "2026-04-02T15:05:15.365Z", 13, true);
  describe(sample, "Send 256K message followed by close then a ping",
           between(sample.text, "Case Expectation\n\n", "\n"));
  sample.testCase->criterion =
      expecting({{suite::Rating::ok, {ExpectMessage{Payload("Hello World!"), false}}},
                 {suite::Rating::nonStrict, {}}});
  judge(sample, play::Behavior::informational, play::BehaviorClose::informational,
        "Connection was properly closed");
  readHandshake(sample);
  play::Result& result = sample.result;
  result.received = {
      play::MessageEvent{play::Excerpt(Payload("BAsd7&jh23", std::uint64_t{262144})), false},
      message("Hello World!")};
  result.closing.closedByMe = true;
  result.closing.droppedByMe = true;
  result.closing.wasClean = true;
  result.closing.localCloseCode = 1000;
  result.closing.remoteCloseCode = 1000;
  result.stats = {{{254, 1}, {6184, 1}, {29696, 2}, {65536, 3}},
                  {{2, 1}, {4, 1}, {14, 1}, {208, 1}, {262154, 1}},
                  {{1, 2}, {8, 1}},
                  {{1, 2}, {8, 1}, {9, 1}}};
  return sample;
}

Sample fragmentedSynchronously() {
  Sample sample = sampleOf("003_32658fb35a06e2a2.txt", "5.20", "UnknownServer",
                           "2023-03-11T01:20:37.313Z", 1005, false);
  describe(sample, between(sample.text, "Case Description\n\n", "\n"),
           between(sample.text, "Case Expectation\n\n", "\n"));
  sample.testCase->criterion = expecting({{suite::Rating::ok, pongsAndMessage()}});
  judge(sample, play::Behavior::ok, play::BehaviorClose::ok, "Connection was properly closed");
  readHandshake(sample);
  play::Result& result = sample.result;
  result.received = {pong("pongme 1!"), pong("pongme 2!"),
                     message("fragment1fragment2fragment3fragment4fragment5")};
  result.closing.closedByMe = true;
  result.closing.wasClean = true;
  result.closing.localCloseCode = 1000;
  result.stats = {{{2, 1}, {11, 2}, {47, 1}, {129, 1}},
                  {{8, 1}, {15, 7}, {240, 1}},
                  {{1, 1}, {8, 1}, {10, 2}},
                  {{0, 4}, {1, 1}, {8, 1}, {9, 2}}};
  return sample;
}

Sample reservedBits() {
  Sample sample = sampleOf("004_8744436108273a4e.txt", "3.2", "stratus@2",
                           "2026-04-02T15:17:18.866Z", 1001, true);
  describe(sample, between(sample.text, "Case Description\n", "\n"),
           between(sample.text, "Case Expectation\n", "\n"));
  sample.testCase->criterion =
      expecting({{suite::Rating::ok, {ExpectMessage{Payload("Hello, world!"), false}}},
                 {suite::Rating::nonStrict, {}}});
  sample.testCase->close = {false, {1002}, false, false};
  judge(sample, play::Behavior::failed, play::BehaviorClose::failed,
        "The connection was failed by the wrong endpoint");
  play::Result& result = sample.result;
  result.received = {message("Hello, world!"), message("Hello, world!"), pong("")};
  result.httpRequest =
      "GET /runCase?case=29&agent=stratus%402 HTTP/1.1\r\nhost: 127.0.0.1:9001\r\n"
      "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: OUJW2Komgp6jQxdV3HsR9A==\r\n"
      "sec-websocket-version: 13\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n";
  result.httpResponse =
      "HTTP/1.1 101 Switching Protocols\r\nServer: AutobahnTestSuite/25.10.1-0.10.9\r\n"
      "X-Powered-By: AutobahnPython/0.10.9\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: tqay4ExYDJIm+N1s/6kvAfuN0VQ=\r\n\r\n";
  result.closing.closedByMe = true;
  result.closing.failedByMe = true;
  result.closing.wasNotCleanReason = kDropped;
  result.closing.localCloseCode = 1001;
  result.closing.localCloseReason = "Going Away";
  result.stats = {{{19, 1}, {25, 1}, {232, 1}},
                  {{2, 1}, {14, 1}, {15, 2}, {208, 1}},
                  {{1, 2}, {10, 1}},
                  {{1, 2}, {8, 1}, {9, 1}}};
  return sample;
}

Sample passed(std::string_view id, std::string agent) {
  Sample sample = plain(id, std::move(agent));
  judge(sample, play::Behavior::ok, play::BehaviorClose::ok, "Connection was properly closed");
  play::Result& result = sample.result;
  result.received = {message("Hello")};
  result.closing.wasClean = true;
  result.closing.localCloseCode = 1000;
  result.closing.remoteCloseCode = 1000;
  return sample;
}

Sample failed(std::string_view id, std::string agent) {
  Sample sample = plain(id, std::move(agent));
  judge(sample, play::Behavior::failed, play::BehaviorClose::unclean, kUnclean);
  sample.result.closing.wasNotCleanReason = kDropped;
  return sample;
}

Sample hostile() {
  const std::string octets(kHostile.data(), kHostile.size());
  Sample sample = failed("1.1.1", octets);
  play::Result& result = sample.result;
  result.received = {message(octets), pong(octets), play::TimeoutEvent{octets}};
  result.httpRequest = octets;
  result.httpResponse = octets;
  result.closing.localCloseReason = octets;
  result.closing.remoteCloseCode = 1000;
  result.closing.remoteCloseReason = octets;
  result.closing.wasNotCleanReason = octets;
  result.result = octets;
  result.resultClose = octets;
  const auto at = std::chrono::milliseconds(3);
  result.wireLog.push_back({at, play::OctetsRow{false, play::Excerpt(octets), false}});
  result.wireLog.push_back(
      {at, play::FrameReceivedRow{play::Excerpt(octets), 1, true, 0, std::nullopt}});
  result.wireLog.push_back(
      {at, play::FrameReceivedRow{play::Excerpt("\x03\xe8" + octets), 8, true, 0, std::nullopt}});
  result.wireLog.push_back({at, play::WaitRow{1, octets}});
  return sample;
}

}  // namespace wsgauntlet::report
