#include "cli/option_table.hpp"

#include "base/json_reader.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

using nlohmann::json;
using websocket::Options;

/// Sets a value, or says what would be right.
using Setter = std::function<std::string(Options&, const json&)>;
/// Gives the value as a spec file would have it.
using Getter = std::function<json(const Options&)>;

struct Access {
  Setter set;
  Getter get;
};

Access flag(bool Options::*member) {
  const Setter set = [member](Options& options, const json& value) -> std::string {
    // The original accepts numbers for flags too.
    if (!value.is_boolean() && !value.is_number_integer()) return "expected true or false";
    options.*member = value.is_boolean() ? value.get<bool>() : value.get<int>() != 0;
    return "";
  };
  return {set, [member](const Options& options) { return json(options.*member); }};
}

Access octets(std::uint64_t Options::*member, std::uint64_t minimum, std::uint64_t maximum) {
  const Setter set = [=](Options& options, const json& value) -> std::string {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < minimum ||
        value.get<std::uint64_t>() > maximum) {
      return fmt::format("expected a whole number from {} to {}", minimum, maximum);
    }
    options.*member = value.get<std::uint64_t>();
    return "";
  };
  return {set, [member](const Options& options) { return json(options.*member); }};
}

Access seconds(Duration Options::*member) {
  const Setter set = [member](Options& options, const json& value) -> std::string {
    if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 86400) {
      return "expected seconds from 0 to 86400, 0 for off";
    }
    options.*member = fromSeconds(value.get<double>());
    return "";
  };
  return {set, [member](const Options& options) {
            return json(std::chrono::duration<double>(options.*member).count());
          }};
}

Access whole(int Options::*member, int minimum, int maximum) {
  const Setter set = [=](Options& options, const json& value) -> std::string {
    if (!value.is_number_integer() || value.get<std::int64_t>() < minimum ||
        value.get<std::int64_t>() > maximum) {
      return fmt::format("expected a whole number from {} to {}", minimum, maximum);
    }
    options.*member = value.get<int>();
    return "";
  };
  return {set, [member](const Options& options) { return json(options.*member); }};
}

std::string setVersion(Options& options, const json& value) {
  static constexpr int kVersions[] = {10, 11, 12, 13, 14, 15, 16, 17, 18};
  if (value.is_number_integer()) {
    const int* found = std::find(std::begin(kVersions), std::end(kVersions), value.get<int>());
    if (found != std::end(kVersions)) {
      options.version = *found;
      return "";
    }
  }
  return "expected a draft version from 10 to 18 (18 is RFC 6455)";
}

std::string setVersions(Options& options, const json& value) {
  std::vector<int> versions;
  for (const json& one : value.is_array() ? value : json::array({nullptr})) {
    if (!one.is_number_integer() || (one != 0 && one != 8 && one != 13)) {
      return "expected a list of 0, 8 and 13";
    }
    versions.push_back(one.get<int>());
  }
  options.versions = versions;
  return "";
}

std::string setAllowedOrigins(Options& options, const json& value) {
  if (!value.is_array() ||
      !std::all_of(value.begin(), value.end(), [](const json& one) { return one.is_string(); })) {
    return "expected a list of texts";
  }
  options.allowedOrigins = value.get<std::vector<std::string>>();
  return "";
}

std::string ignore(Options&, const json&) {
  return "";
}

/// An option that has a setter of its own.
template <typename Value>
Access with(const Setter& set, Value Options::*member) {
  return {set, [member](const Options& options) { return json(options.*member); }};
}

const Access kIgnored = {ignore, nullptr};

struct Entry {
  const char* name;
  OptionSide side;
  const char* about;
  Access access;
};

constexpr std::uint64_t kMaxOctets = std::uint64_t{1} << 40U;

std::vector<Entry> workingEntries() {
  using Side = OptionSide;
  return {
      {"utf8validateIncoming", Side::both, "check text messages for valid UTF-8",
       flag(&Options::utf8validateIncoming)},
      {"applyMask", Side::both, "mask payloads; false sends mask bit and key only",
       flag(&Options::applyMask)},
      {"maxFramePayloadSize", Side::both, "octets of a frame; longer ones fail with 1008; 0: none",
       octets(&Options::maxFramePayloadSize, 0, kMaxOctets)},
      {"maxMessagePayloadSize", Side::both,
       "octets of a message; longer ones fail with 1009; 0: none",
       octets(&Options::maxMessagePayloadSize, 0, kMaxOctets)},
      {"autoFragmentSize", Side::both, "payload octets of each frame of a message; 0: whole",
       octets(&Options::autoFragmentSize, 0, kMaxOctets)},
      {"failByDrop", Side::both, "fail by ending TCP, without a Close frame",
       flag(&Options::failByDrop)},
      {"echoCloseCodeReason", Side::both, "answer a Close frame with its own code and reason",
       flag(&Options::echoCloseCodeReason)},
      {"openHandshakeTimeout", Side::both, "seconds for the opening handshake; 0: off",
       seconds(&Options::openHandshakeTimeout)},
      {"closeHandshakeTimeout", Side::both, "seconds for the answer to a Close frame; 0: off",
       seconds(&Options::closeHandshakeTimeout)},
      {"tcpNoDelay", Side::both, "set TCP_NODELAY", flag(&Options::tcpNoDelay)},
      {"autoPingInterval", Side::server, "seconds between Pings; 0: off",
       seconds(&Options::autoPingInterval)},
      {"autoPingTimeout", Side::server, "seconds for the Pong before TCP is reset; 0: off",
       seconds(&Options::autoPingTimeout)},
      {"autoPingSize", Side::server, "octets of a Ping, 4 to 125",
       octets(&Options::autoPingSize, 4, 125)},
      {"versions", Side::server, "accepted values of Sec-WebSocket-Version",
       with(setVersions, &Options::versions)},
      {"webStatus", Side::server, "answer a plain GET with a page; false: 426",
       flag(&Options::webStatus)},
      {"requireMaskedClientFrames", Side::server, "refuse frames without a mask",
       flag(&Options::requireMaskedClientFrames)},
      {"maskServerFrames", Side::server, "mask our frames, which RFC 6455 forbids",
       flag(&Options::maskServerFrames)},
      {"allowedOrigins", Side::server, "patterns of origins that are accepted",
       with(setAllowedOrigins, &Options::allowedOrigins)},
      {"maxConnections", Side::server, "connections at the same time; more get 503; 0: any",
       octets(&Options::maxConnections, 0, kMaxOctets)},
      {"version", Side::client, "draft of the protocol, 10 to 18; 18 is RFC 6455",
       with(setVersion, &Options::version)},
      {"acceptMaskedServerFrames", Side::client, "accept masked frames of a server",
       flag(&Options::acceptMaskedServerFrames)},
      {"maskClientFrames", Side::client, "mask our frames, which RFC 6455 demands",
       flag(&Options::maskClientFrames)},
      {"serverConnectionDropTimeout", Side::client,
       "seconds for the server to end TCP after the closing handshake; 0: off",
       seconds(&Options::serverConnectionDropTimeout)},
      {"compressionLevel", Side::both, "deflate level of our own messages, 0 to 9",
       whole(&Options::compressionLevel, 0, 9)},
      {"compressionMemLevel", Side::both, "deflate memory level of our own messages, 1 to 9",
       whole(&Options::compressionMemLevel, 1, 9)},
  };
}

/// Options of the original that are accepted and do nothing.
std::vector<Entry> ignoredEntries() {
  using Side = OptionSide;
  return {
      {"allowHixie76", Side::both, "accepted and ignored: that draft is not supported", kIgnored},
      {"serveFlashSocketPolicy", Side::server, "accepted and ignored", kIgnored},
      {"flashSocketPolicy", Side::server, "accepted and ignored", kIgnored},
      {"perMessageCompressionOffers", Side::client, "accepted and ignored", kIgnored},
      {"perMessageCompressionAccept", Side::both, "accepted and ignored", kIgnored},
  };
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> table = [] {
    std::vector<Entry> all = workingEntries();
    const std::vector<Entry> ignored = ignoredEntries();
    all.insert(all.end(), ignored.begin(), ignored.end());
    return all;
  }();
  return table;
}

}  // namespace

const std::vector<OptionInfo>& optionInfos() {
  static const std::vector<OptionInfo> infos = [] {
    std::vector<OptionInfo> list;
    for (const Entry& entry : entries()) {
      list.push_back({entry.name, entry.side, entry.about,
                      entry.access.get ? entry.access.get(Options()).dump() : ""});
    }
    return list;
  }();
  return infos;
}

std::string setOption(Options& options, const std::string& name, const json& value, bool& known) {
  const auto& table = entries();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Entry& entry) { return name == entry.name; });
  known = found != table.end();
  if (!known || value.is_null()) return "";
  std::string problem = found->access.set(options, value);
  if (!problem.empty()) problem += ", got " + shownJson(value);
  return problem;
}

}  // namespace wsgauntlet::cli
