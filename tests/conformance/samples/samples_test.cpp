// The five sample reports: a peer that behaves as the one in the sample drives a real case in
// virtual time, and the text of the page that comes out is that of the sample.
#include "html_to_text.hpp"
#include "report/pages/case_page.hpp"
#include "simulation.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace wsgauntlet {
namespace {

using play::Role;
using play::ScriptedPeer;
using Replies = std::vector<ScriptedPeer::Reply>;

std::string sample(const std::string& name) {
  std::ifstream file(WSGAUNTLET_SOURCE_DIR "/tests/conformance/seeds/" + name + ".txt");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

// ---- what is left out of the comparison ---------------------------------------------------------

std::string replaced(const std::string& text, const char* pattern, const char* by) {
  return std::regex_replace(text, std::regex(pattern), by);
}

/// What differs from run to run, and nothing else: time and duration, keys, masks, and the octets
/// that a mask changes (their number stays).
std::string scrubbed(std::string text, bool clientOctets) {
  text = replaced(text, " - [0-9]+ ms @ [-0-9T:.]+Z", " - TIME");
  text = replaced(text, "([Ss]ec-[Ww]eb[Ss]ocket-([Kk]ey|[Aa]ccept)): [A-Za-z0-9+/]+=*", "$1: KEY");
  text = replaced(text, "MASK=[0-9a-f]+", "MASK=KEY");
  if (clientOctets) {
    // Our own octets behind the handshake are masked.
    std::istringstream lines(text);
    text.clear();
    const std::regex masked("([0-9]{3} TX OCTETS: )([0-9a-f]{1,99})");
    for (std::string line; std::getline(lines, line);) {
      std::smatch match;
      if (std::regex_match(line, match, masked)) {
        line = match[1].str() + std::string(match[2].str().size(), 'x');
      }
      text += line + "\n";
    }
  }
  return text;
}

/// Our catalogue says in its own words what a case is about.
std::string withOurWording(const std::string& text, const suite::Case& testCase) {
  std::string out;
  std::istringstream lines(text);
  std::string previous;
  for (std::string line; std::getline(lines, line); previous = line) {
    if (previous == "Case Description") line = testCase.description;
    if (previous == "Case Expectation") line = testCase.expectation;
    out += line + "\n";
  }
  return out;
}

std::string withoutEmptyLines(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(" \r") + 1);
    if (!line.empty()) out += line + "\n";
  }
  return out;
}

/// The part that the original has: up to the last row of the wire log.
std::string classicPart(const std::string& text) {
  const std::size_t end = text.find('\n', text.find(" TCP DROPPED BY "));
  return text.substr(0, end == std::string::npos ? end : end + 1);
}

// ---- the two layouts of the samples -------------------------------------------------------------

/// Three samples have cells run together and lines of headers one by one.
std::string asRunTogether(const std::string& page) {
  return classicPart(report::htmlToText(page));
}

/// Two samples have tables with bars, no section headings, headers in one line, no indentation.
std::string asBars(const std::string& page) {
  static const std::set<std::string> kHeadings = {"Autobahn WebSocket Testsuite Report",
                                                  "Autobahn WebSocket",
                                                  "Opening Handshake",
                                                  "Closing Behavior",
                                                  "Wire Statistics",
                                                  "Octets Received by Chop Size",
                                                  "Octets Transmitted by Chop Size",
                                                  "Frames Received by Opcode",
                                                  "Frames Transmitted by Opcode",
                                                  "Wire Log"};
  std::istringstream lines(classicPart(report::htmlToText(page, {"| ", " | ", " |"})));
  std::string out;
  bool inHandshake = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Opening Handshake") inHandshake = true;
    if (line == "Closing Behavior") inHandshake = false;
    if (kHeadings.contains(line)) continue;
    if (inHandshake && !line.starts_with("GET ") && !line.starts_with("HTTP/")) out.back() = ' ';
    out += line.substr(line.find_first_not_of(' ')) + "\n";
  }
  return out;
}

enum class Layout { runTogether, bars };

struct Scene {
  const char* sample;
  const char* id;
  Role role;
  Layout layout;
  std::string response;  ///< of a server
  Replies replies;
  std::string agent;
  std::string resource = "/";
  std::uint16_t port = 0;
  const char* userAgent = play::kFuzzer;
};

/// Plays a scene; the first reply of a client is its request.
void expectTheSample(const Scene& scene) {
  SCOPED_TRACE(scene.sample);
  const suite::Case& testCase = play::builtIn(scene.id);
  ScriptedPeer peer(scene.response, scene.replies);
  play::Simulation simulation(testCase, scene.role, peer);
  simulation.setup.agent = scene.agent;
  simulation.request.resource = scene.resource;
  simulation.request.port = scene.port;
  simulation.request.userAgent = scene.userAgent;
  const std::string page = report::casePage(simulation.run());
  const std::string ours = scene.layout == Layout::bars ? asBars(page) : asRunTogether(page);
  const bool clientOctets = scene.role == Role::client;
  const std::string theirs = withOurWording(withoutEmptyLines(sample(scene.sample)), testCase);
  EXPECT_EQ(scrubbed(ours, clientOctets), scrubbed(theirs, clientOctets));
}

// ---- octets of the peers ------------------------------------------------------------------------

Octets masked(std::uint8_t firstOctet, Octets payload, websocket::MaskKey key) {
  websocket::FrameHeader header;
  header.opcode = firstOctet & 0x0FU;
  header.mask = key;
  header.length = payload.size();
  std::array<char, websocket::kMaxHeaderOctets> octets{};
  const std::size_t size = websocket::encodeHeader(header, octets);
  websocket::applyMask(payload, key, 0);
  return Octets(octets.data(), size) + payload;
}

/// The header of a client's request, with a key in place of that of the sample.
std::string request(const std::string& lines) {
  std::string text = replaced(lines, "\n", "\r\n");
  return text + "\r\n";
}

TEST(SampleReports, FragmentsWithPingsAndAClientThatNeverAnswers) {
  const std::uint64_t handshake = 208;
  const std::uint64_t frames = 7 * 11;  // five fragments and two Pings
  expectTheSample({"000_1aa3746e255e4d30",
                   "5.19",
                   Role::server,
                   Layout::runTogether,
                   "",
                   {{0, request("GET /runCase?case=63&agent=stratus%402 HTTP/1.1\n"
                                "host: 127.0.0.1:9001\n"
                                "upgrade: websocket\n"
                                "connection: upgrade\n"
                                "sec-websocket-key: Q3mTXjCP8aCVebaXLA34mA==\n"
                                "sec-websocket-version: 13\n"
                                "sec-websocket-extensions: permessage-deflate\n")},
                    {handshake + frames + 2, "", true}},
                   "stratus@2"});
}

TEST(SampleReports, ReservedBitsThatAClientDoesNotMind) {
  const std::uint64_t sent = 208 + 15 + 15 + 2;
  const Octets hello = "Hello, world!";
  expectTheSample(
      {"004_8744436108273a4e",
       "3.2",
       Role::server,
       Layout::bars,
       "",
       {{0, request("GET /runCase?case=29&agent=stratus%402 HTTP/1.1\n"
                    "host: 127.0.0.1:9001\n"
                    "upgrade: websocket\n"
                    "connection: upgrade\n"
                    "sec-websocket-key: OUJW2Komgp6jQxdV3HsR9A==\n"
                    "sec-websocket-version: 13\n"
                    "sec-websocket-extensions: permessage-deflate\n")},
        {sent, masked(1, hello, {0x4d, 0xd8, 0x92, 0x30})},
        {sent, masked(1, hello, {0xfd, 0x1b, 0xbf, 0x97}) + masked(10, "", {0, 0, 0, 0})},
        {sent + 14, "", true}},
       "stratus@2"});
}

TEST(SampleReports, ALargeMessageThatAClientEchoesBehindItsClose) {
  const Octets large = Payload("BAsd7&jh23", 262144).octets();
  const Octets echoes = masked(1, large, {0x19, 0xff, 0x1e, 0x08}) +
                        masked(1, "Hello World!", {0x8f, 0x14, 0xec, 0x89}) +
                        masked(8, "\x03\xE8", {0xb4, 0xd8, 0xe7, 0xda});
  const std::uint64_t sent = 208 + 262154 + 14 + 4 + 2;
  Replies replies = {{0, request("GET /runCase?case=215&agent=collie@1 HTTP/1.1\n"
                                 "host: 127.0.0.1:9001\n"
                                 "connection: upgrade\n"
                                 "upgrade: websocket\n"
                                 "sec-websocket-key: xzDmZtC7DqvBCyAq50trNQ==\n"
                                 "sec-websocket-version: 13\n"
                                 "sec-websocket-extensions: permessage-deflate; "
                                 "client_max_window_bits\n")}};
  std::size_t at = 0;
  for (const std::size_t read : {65536U, 65536U, 65536U, 29696U, 29696U, 6184U}) {
    replies.push_back({sent, echoes.substr(at, read)});
    at += read;
  }
  ASSERT_EQ(at, echoes.size());
  expectTheSample({"002_b39291ba85374e7a", "7.1.6", Role::server, Layout::runTogether, "",
                   std::move(replies), "collie@1"});
}

TEST(SampleReports, ChopsAndAServerThatEndsTcpWithoutAClose) {
  const std::uint64_t handshake = 245;
  const std::uint64_t first = 15;
  const std::uint64_t ping = 18;
  const std::uint64_t second = 15;
  expectTheSample({"001_a3b36cf455abb16e",
                   "5.8",
                   Role::client,
                   Layout::bars,
                   "HTTP/1.1 101 Switching Protocols\r\n"
                   "Date: Sat, 07 Mar 2026 18:25:45 GMT\r\n"
                   "Upgrade: websocket\r\n"
                   "Connection: Upgrade\r\n"
                   "Sec-Websocket-Accept: KEY\r\n\r\n",
                   {{handshake + first + ping, "\x8a\x0cping payload"},
                    {handshake + first + ping + second,
                     "\x81\x12"
                     "fragment1fragment2"},
                    {handshake + first + ping + second + 8, "", true}},
                   "websock secure server",
                   "/wss",
                   8889});
}

TEST(SampleReports, SynchronousFramesAndAServerThatClosesWithoutACode) {
  const std::uint64_t handshake = 240;
  const std::uint64_t frame = 15;
  expectTheSample({"003_32658fb35a06e2a2",
                   "5.20",
                   Role::client,
                   Layout::runTogether,
                   "HTTP/1.1 101 Switching Protocols\r\n"
                   "Upgrade: WebSocket\r\n"
                   "Connection: Upgrade\r\n"
                   "Sec-WebSocket-Accept: KEY\r\n\r\n",
                   {{handshake + 3 * frame, "\x8a\x09pongme 1!"},
                    {handshake + 6 * frame, "\x8a\x09pongme 2!"},
                    {handshake + 7 * frame,
                     "\x81\x2d"
                     "fragment1fragment2fragment3fragment4fragment5"},
                    {handshake + 7 * frame + 8, Octets("\x88\0", 2), true}},
                   "",
                   "/",
                   7890,
                   "AutobahnTestSuite/0.8.1-0.10.9"});
}

}  // namespace
}  // namespace wsgauntlet
