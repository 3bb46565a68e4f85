// Runs that were captured from the original (tests/conformance/captured), played again row for row.
#include "base/hex.hpp"
#include "simulation.hpp"
#include "websocket/utf8.hpp"

#include <fstream>
#include <map>
#include <regex>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::play {
namespace {

using nlohmann::json;

// ---- the captured runs --------------------------------------------------------------------------

struct CapturedRun {
  std::string title;
  std::string verdict;
  int seconds = 0;  ///< whole ones of the duration
  std::map<std::string, std::string> flags;
  std::map<std::size_t, json> rows;  ///< by number; some are left out
};

std::vector<CapturedRun> capturedRuns() {
  std::vector<CapturedRun> runs;
  std::ifstream file(WSGAUNTLET_SOURCE_DIR "/tests/conformance/captured/runs.txt");
  const std::regex head("== (.+) — (.+); ([0-9]+) ms; (closedByMe=.*)");
  const std::regex flag("(\\w+)=(.*?)(?= \\w+=|$)");
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_match(line, match, head)) {
      runs.push_back({match[1], match[2], static_cast<int>(std::stoll(match[3]) / 1000), {}, {}});
      const std::string flags = match[4];
      for (std::sregex_iterator it(flags.begin(), flags.end(), flag), end; it != end; ++it) {
        runs.back().flags[(*it)[1]] = (*it)[2];
      }
    } else if (line.size() > 4 && line[4] == '[') {
      // A text that the original took for UTF-8.
      if (const auto at = line.find("\\ud800edited"); at != std::string::npos) {
        line.replace(at, 12, "…");
      }
      runs.back().rows[std::stoul(line.substr(0, 3))] = json::parse(line.substr(4));
    }
  }
  return runs;
}

// ---- rows ---------------------------------------------------------------------------------------

template <typename Value>
json orNull(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

/// A row in the layout of the reports. Masks are true; payloads stand as hexadecimal digits.
struct RowAsJson {
  static json octets(const Excerpt& excerpt) { return {excerpt.length, toHex(excerpt.head)}; }
  static json mask(const std::optional<MaskKey>& key) { return key ? json(true) : json(nullptr); }

  json operator()(const OctetsRow& row) const {
    if (!row.sent) return {"RO", octets(row.octets)};
    return {"TO", octets(row.octets), row.sync};
  }
  json operator()(const FrameReceivedRow& row) const {
    return {"RF",    octets(row.payload),  row.opcode,    row.fin,
            row.rsv, row.mask.has_value(), mask(row.mask)};
  }
  json operator()(const FrameSentRow& row) const {
    return {"TF",           octets(row.payload),  row.opcode,       row.fin, row.rsv,
            mask(row.mask), orNull(row.repeatTo), orNull(row.chop), row.sync};
  }
  json operator()(const WaitRow& row) const { return {"CT", row.seconds, orNull(row.tag)}; }
  json operator()(const WaitEndedRow& row) const { return {"CTE", orNull(row.tag)}; }
  json operator()(const FailAfterRow& row) const { return {"KL", row.seconds}; }
  json operator()(const FailingRow&) const { return json::array({"KLE"}); }
  json operator()(const CloseAfterRow& row) const { return {"TI", row.seconds}; }
  json operator()(const ClosingRow&) const { return json::array({"TIE"}); }
  json operator()(const SwitchRow& row) const { return {"WLM", row.on}; }
};

/// What is random becomes alike: keys, and octets that depend on them.
json comparable(json row, bool isServer) {
  const std::string kind = row[0];
  if (kind == "TO" && !isServer) row[1][1] = "";
  if (kind == "RO") row[1][1] = "";  // our peer's; the frames in them are compared
  if (kind == "RF" && row[6].is_string()) row[6] = true;
  if (kind == "TF" && row[5].is_string()) row[5] = true;
  return row;
}

/// The text of a captured row against the octets of ours: digits or the text, cut or not.
bool sameText(std::string captured, const std::string& digits) {
  const std::string cut = "…";
  const bool isCut = captured.ends_with(cut);
  if (isCut) captured.resize(captured.size() - cut.size());
  const std::string text = fromHex(digits).value();
  for (const std::string& ours : {"0x" + digits, digits, text}) {
    if (isCut ? ours.starts_with(captured) : ours == captured) return true;
  }
  return false;
}

void expectSameRow(json captured, json ours, bool isServer) {
  captured = comparable(captured, isServer);
  ours = comparable(ours, isServer);
  if (captured[0] == ours[0] && captured.size() > 1 && captured[1].is_array()) {
    EXPECT_TRUE(sameText(captured[1][1], ours[1][1]))
        << captured[1][1] << " and octets " << ours[1][1];
    captured[1][1] = ours[1][1];
  }
  EXPECT_EQ(captured, ours);
}

// ---- the comparison -----------------------------------------------------------------------------

std::string flagText(bool value) {
  return value ? "True" : "False";
}

template <typename Code>
std::string pairText(const std::optional<Code>& code, const std::optional<std::string>& reason) {
  return (code ? std::to_string(*code) : "None") + "/" + reason.value_or("None");
}

std::map<std::string, std::string> flagsOf(const websocket::Closing& closing) {
  return {{"closedByMe", flagText(closing.closedByMe)},
          {"failedByMe", flagText(closing.failedByMe)},
          {"droppedByMe", flagText(closing.droppedByMe)},
          {"wasClean", flagText(closing.wasClean)},
          {"local", pairText(closing.localCloseCode, closing.localCloseReason)},
          {"remote", pairText(closing.remoteCloseCode, closing.remoteCloseReason)},
          {"reason", closing.wasNotCleanReason.value_or("None")}};
}

std::string switching() {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: KEY\r\n\r\n";
}

/// The peer of a run, by its title.
std::unique_ptr<Peer> peerOf(const std::string& title) {
  const Octets echo = "\x81\x7D" + Octets(125, '*');
  const std::uint64_t frameSent = 243 + 131;
  if (title.ends_with("never answers")) {
    return std::make_unique<ScriptedPeer>(switching(), std::vector<ScriptedPeer::Reply>{});
  }
  if (title.ends_with("never answers the close")) {
    return std::make_unique<ScriptedPeer>(switching(),
                                          std::vector<ScriptedPeer::Reply>{{frameSent, echo}});
  }
  if (title.ends_with("never dropped by server")) {
    return std::make_unique<ScriptedPeer>(
        switching(),
        std::vector<ScriptedPeer::Reply>{{frameSent, echo}, {frameSent + 8, "\x88\x02\x03\xE8"}});
  }
  if (title.ends_with("invalid UTF-8")) {
    return std::make_unique<ScriptedPeer>(switching() + "\x81\x03" + "ab\xFF",
                                          std::vector<ScriptedPeer::Reply>{});
  }
  if (title.ends_with("with 400")) {
    return std::make_unique<ScriptedPeer>("HTTP/1.1 400 Bad Request\r\n\r\n",
                                          std::vector<ScriptedPeer::Reply>{});
  }
  websocket::Options options;
  // The original's testee answers a Close frame that breaks a rule by ending TCP.
  options.failByDrop = title.starts_with("7.3.2") || title.starts_with("7.9.5");
  const bool fuzzerIsServer = title.ends_with("server role");
  return std::make_unique<TesteePeer>(fuzzerIsServer ? Role::client : Role::server, options);
}

/// Where we do what is right and not what the original did.
void adaptToOurs(CapturedRun& run) {
  if (run.title.ends_with("invalid UTF-8")) {
    // The original hung up when it found the same breach twice. We wait for the peer's Close frame.
    run.rows[8] = json::array({"KLE"});
    run.flags["reason"] = "None";
    run.seconds = 1;
  } else if (run.title.ends_with("with 400")) {
    run.seconds = 0;  // the original showed the time of day
  } else if (run.title == "1.1.2 server role") {
    run.rows.erase(0);  // another request
  } else if (run.title == "7.1.6") {
    for (std::size_t i = 11; i <= 15; ++i) run.rows.erase(i);  // other reads
  }
}

TEST(CapturedRuns, ArePlayedRowForRow) {
  const std::vector<CapturedRun> runs = capturedRuns();
  ASSERT_EQ(runs.size(), 23U);
  for (CapturedRun run : runs) {
    SCOPED_TRACE(run.title);
    adaptToOurs(run);
    const std::string id = run.title.substr(0, run.title.find_first_of(" ,"));
    const bool isServer = run.title.ends_with("server role");
    const auto peer = peerOf(run.title);
    const Result result =
        Simulation(builtIn(id.c_str()), isServer ? Role::server : Role::client, *peer).run();

    EXPECT_EQ(std::string(name(result.behavior)) + " / " + std::string(name(result.behaviorClose)),
              run.verdict);
    EXPECT_EQ(flagsOf(result.closing), run.flags);
    EXPECT_EQ(result.duration.count() / 1000, run.seconds);
    EXPECT_EQ(result.wireLog.size(), run.rows.rbegin()->first + 1);
    for (const auto& [number, captured] : run.rows) {
      if (number >= result.wireLog.size()) break;
      SCOPED_TRACE(number);
      expectSameRow(captured, std::visit(RowAsJson{}, result.wireLog[number].what), isServer);
    }
  }
}

TEST(CapturedRuns, CountTheSameTraffic) {
  TesteePeer peer(Role::server);
  const Result result = Simulation(builtIn("12.1.1"), Role::client, peer).run();
  ASSERT_TRUE(result.traffic.has_value());
  EXPECT_GE(result.traffic->outgoing.octetsAppLevel, 16000U);  // code points
  EXPECT_EQ(result.traffic->outgoing.octetsAppLevel, result.traffic->incoming.octetsAppLevel);
  EXPECT_EQ(result.traffic->outgoing.messages, 1000U);
  EXPECT_EQ(result.traffic->incoming.messages, 1000U);
  EXPECT_EQ(result.traffic->outgoing.frames, 1000U);
  // Two octets of header, and four of key from the client.
  EXPECT_EQ(result.traffic->outgoing.octetsWireLevel,
            result.traffic->outgoing.octetsWebSocketLevel + 6000);
  EXPECT_EQ(result.traffic->incoming.octetsWireLevel,
            result.traffic->incoming.octetsWebSocketLevel + 2000);
  EXPECT_EQ(result.traffic->preopenOutgoingOctetsWireLevel, 341U);
  EXPECT_EQ(result.traffic->preopenIncomingOctetsWireLevel, 243U);
  EXPECT_EQ(result.roundTrips.size(), 1000U);
}

}  // namespace
}  // namespace wsgauntlet::play
