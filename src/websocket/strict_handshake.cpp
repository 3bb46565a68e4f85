#include "websocket/strict_handshake.hpp"

#include "base/text.hpp"
#include "websocket/http.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

constexpr std::string_view kRequestSection = "RFC 6455 section 4.1";
constexpr std::string_view kLines = "RFC 7230 section 3";
constexpr std::string_view kFieldNames = "RFC 7230 section 3.2.4";

/// The 22nd character of a key carries four bits that are zero.
constexpr std::string_view kLastKeyCharacters = "AQgw";
constexpr std::size_t kKeyCharacters = 24;

class Inspection {
 public:
  explicit Inspection(OctetView block) : block_(block), head_(parseHead(block)) {}

  void must(std::string_view clause, std::string what) {
    violations_.push_back({0, std::move(what), clause});
  }
  void should(std::string_view clause, std::string what) {
    violations_.push_back({0, std::move(what), clause, true});
  }

  [[nodiscard]] const HttpHead& head() const { return head_; }
  std::vector<Violation> take() { return std::move(violations_); }

  /// The lines as such: their ends, and what precedes the colon.
  void inspectLines() {
    OctetView rest = block_;
    for (bool first = true; !rest.empty(); first = false) {
      const std::size_t end = rest.find('\n');
      OctetView line = rest.substr(0, end);
      rest.remove_prefix(end == OctetView::npos ? rest.size() : end + 1);
      if (!line.ends_with('\r')) {
        must(kLines, fmt::format("ended the line '{}' with LF only", terminalText(line)));
        return;
      }
      line.remove_suffix(1);
      if (line.empty()) break;
      if (!first && !inspectField(line)) return;
    }
  }

  void atMostOnce(std::string_view name, std::string_view clause) {
    if (head_.find(name).size() > 1) must(clause, fmt::format("sent {} more than once", name));
  }

  /// The value of a field that must occur exactly once.
  std::optional<std::string> once(std::string_view name, std::string_view clause) {
    const auto values = head_.find(name);
    if (values.size() == 1) return std::string(values.front());
    must(clause, values.empty() ? fmt::format("left out {}", name)
                                : fmt::format("sent {} more than once", name));
    return std::nullopt;
  }

  void has(std::string_view name, std::string_view token, std::string_view clause) {
    const std::string value = head_.joined(name).value_or("");
    const auto tokens = splitList(value, ',');
    if (std::any_of(tokens.begin(), tokens.end(),
                    [&](std::string_view each) { return equalsIgnoringCase(each, token); })) {
      return;
    }
    must(clause, head_.find(name).empty()
                     ? fmt::format("left out {}", name)
                     : fmt::format("sent {}: {}, without {}", name, terminalText(value), token));
  }

 private:
  bool inspectField(OctetView line) {
    if (line.front() == ' ' || line.front() == '\t') {
      must(kFieldNames, fmt::format("folded a field: '{}'", terminalText(line)));
      return false;
    }
    const std::size_t colon = line.find(':');
    if (colon != OctetView::npos && isToken(line.substr(0, colon))) return true;
    must(kFieldNames, fmt::format("sent the line '{}', which is not a field", terminalText(line)));
    return false;
  }

  OctetView block_;
  HttpHead head_;
  std::vector<Violation> violations_;
};

void inspectRequestLine(Inspection& seen) {
  const std::string& line = seen.head().startLine;
  const auto words = splitWords(line);
  if (words.size() != 3 || fmt::format("{} {} {}", words[0], words[1], words[2]) != line) {
    seen.must("RFC 7230 section 3.1.1",
              fmt::format("sent the request line '{}'", terminalText(line)));
    return;
  }
  if (words[0] != "GET") {
    seen.must(kRequestSection, fmt::format("sent the method {}", terminalText(words[0])));
  }
  if (words[2] != "HTTP/1.1") {
    seen.must(kRequestSection, fmt::format("sent the version {}", terminalText(words[2])));
  }
  const auto target = parseTarget(words[1]);
  if (!target || target->fragment) {
    seen.must("RFC 6455 section 3", fmt::format("sent the target {}", terminalText(words[1])));
  }
}

void inspectKey(Inspection& seen) {
  const auto key = seen.once("Sec-WebSocket-Key", "RFC 6455 section 11.3.1");
  if (!key) return;
  const auto isBase64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  const bool good = key->size() == kKeyCharacters && key->ends_with("==") &&
                    std::all_of(key->begin(), key->end() - 2, isBase64) &&
                    kLastKeyCharacters.find((*key)[21]) != std::string_view::npos;
  if (!good) {
    seen.must(kRequestSection, fmt::format("sent the key '{}', which is not 16 octets in base64",
                                           terminalText(*key)));
  }
}

void inspectOfferedProtocols(Inspection& seen) {
  if (seen.head().find("Sec-WebSocket-Protocol").empty()) return;
  const std::string value = seen.head().joined("Sec-WebSocket-Protocol").value_or("");
  const auto protocols = splitList(value, ',');
  std::set<std::string_view> known;
  for (const std::string_view protocol : protocols) {
    if (!isToken(protocol)) {
      seen.must(kRequestSection,
                fmt::format("offered the subprotocol '{}'", terminalText(protocol)));
    } else if (!known.insert(protocol).second) {
      seen.must(kRequestSection, fmt::format("offered the subprotocol {} twice", protocol));
    }
  }
  if (protocols.empty()) seen.must(kRequestSection, "sent an empty Sec-WebSocket-Protocol");
}

void inspectOffers(Inspection& seen) {
  const auto header = seen.head().joined("Sec-WebSocket-Extensions");
  if (!header) return;
  const auto offers = parseExtensions(*header);
  if (!offers.ok()) {
    seen.must("RFC 6455 section 9.1",
              fmt::format("sent Sec-WebSocket-Extensions: {}", terminalText(*header)));
    return;
  }
  if (offers.value->empty()) {
    seen.must("RFC 6455 section 9.1", "sent an empty Sec-WebSocket-Extensions");
  }
  for (const ExtensionElement& offer : *offers.value) {
    if (offer.name != kPermessageDeflate) continue;
    const auto deflate = checkDeflate(offer, DeflateSide::offer);
    if (!deflate.ok()) {
      seen.must("RFC 7692 section 7.1",
                fmt::format("offered '{}': {}", serialize(offer), deflate.error));
    }
  }
}

void inspectAnsweredExtensions(Inspection& seen, const ClientRequest& request) {
  const auto header = seen.head().joined("Sec-WebSocket-Extensions");
  if (!header) return;
  const auto answers = parseExtensions(*header);
  if (!answers.ok() || answers.value->empty()) {
    seen.must("RFC 6455 section 9.1",
              fmt::format("sent Sec-WebSocket-Extensions: {}", terminalText(*header)));
    return;
  }
  for (const ExtensionElement& answer : *answers.value) {
    const bool offered =
        std::any_of(request.extensions.begin(), request.extensions.end(),
                    [&](const ExtensionElement& offer) { return offer.name == answer.name; });
    if (!offered) {
      seen.must("RFC 6455 section 9.1",
                fmt::format("accepted the extension {}, which was not offered", answer.name));
    } else if (answer.name == kPermessageDeflate) {
      const auto deflate = acceptResponse(answer, request.extensions);
      const std::string& fault = deflate.ok() ? deflate.value->mismatch : deflate.error;
      if (!fault.empty()) {
        seen.must("RFC 7692 section 7.1",
                  fmt::format("answered '{}': {}", serialize(answer), fault));
      }
    }
  }
}

}  // namespace

std::vector<Violation> inspectRequest(OctetView block) {
  Inspection seen(block);
  seen.inspectLines();
  inspectRequestLine(seen);
  const auto host = seen.once("Host", kRequestSection);
  if (host && host->empty()) seen.must(kRequestSection, "sent an empty Host");
  seen.has("Upgrade", "websocket", kRequestSection);
  seen.has("Connection", "Upgrade", kRequestSection);
  inspectKey(seen);
  const auto version = seen.once("Sec-WebSocket-Version", "RFC 6455 section 11.3.5");
  if (version && *version != "13") {
    seen.must(kRequestSection, fmt::format("sent the version {}", terminalText(*version)));
  }
  if (!seen.head().find("Sec-WebSocket-Accept").empty()) {
    seen.must("RFC 6455 section 11.3.3", "sent Sec-WebSocket-Accept, which is for servers");
  }
  seen.atMostOnce("Origin", kRequestSection);
  inspectOfferedProtocols(seen);
  inspectOffers(seen);
  return seen.take();
}

std::vector<Violation> inspectResponse(OctetView block, const ClientRequest& request) {
  constexpr std::string_view kSection = "RFC 6455 section 4.2.2";
  Inspection seen(block);
  seen.inspectLines();
  const std::string& line = seen.head().startLine;
  if (!line.starts_with("HTTP/1.1 101 ") && line != "HTTP/1.1 101") {
    seen.must(kSection, fmt::format("sent the status line '{}'", terminalText(line)));
  }
  seen.has("Upgrade", "websocket", kSection);
  const auto upgrades = seen.head().joined("Upgrade");
  if (upgrades && splitList(*upgrades, ',').size() > 1) {
    seen.must(kSection,
              fmt::format("sent Upgrade: {}, more than websocket", terminalText(*upgrades)));
  }
  seen.has("Connection", "Upgrade", kSection);
  (void)seen.once("Sec-WebSocket-Accept", "RFC 6455 section 11.3.3");
  // Section 4.2.2 lets a server split the list, which section 11.3.2 forbids.
  if (seen.head().find("Sec-WebSocket-Extensions").size() > 1) {
    seen.should("RFC 6455 section 11.3.2", "sent Sec-WebSocket-Extensions more than once");
  }
  seen.atMostOnce("Sec-WebSocket-Protocol", "RFC 6455 section 11.3.4");
  for (const auto& [name, clause] : {std::pair{"Content-Length", "RFC 7230 section 3.3.2"},
                                     std::pair{"Transfer-Encoding", "RFC 7230 section 3.3.1"}}) {
    if (seen.head().find(name).empty()) continue;
    seen.must(clause, fmt::format("sent {} with the status 101", name));
  }
  if (!seen.head().find("Sec-WebSocket-Key").empty()) {
    seen.must("RFC 6455 section 11.3.1", "sent Sec-WebSocket-Key, which is for clients");
  }
  const auto protocols = seen.head().find("Sec-WebSocket-Protocol");
  const auto& offered = request.protocols;
  if (!protocols.empty() &&
      std::find(offered.begin(), offered.end(), protocols.front()) == offered.end()) {
    seen.must(kSection, fmt::format("selected the subprotocol '{}', which was not offered",
                                    terminalText(protocols.front())));
  }
  inspectAnsweredExtensions(seen, request);
  return seen.take();
}

}  // namespace wsgauntlet::websocket
