#include "roles/control_sessions.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

namespace wsgauntlet::roles {

std::function<void(const std::string&)> ReplySession::replier() {
  return [weak = std::weak_ptr<ReplySession*>(self_)](const std::string& text) {
    if (const auto self = weak.lock()) (*self)->reply(text);
  };
}

void ReplySession::reply(const std::string& text) {
  text_ = text;
  requestWake();  // the answer goes out when it is known what time it is
}

void ReplySession::woken(TimePoint now) {
  SimpleSession::woken(now);
  answer();
}

void ReplySession::onOpen() {
  answer();
}

void ReplySession::answer() {
  if (!text_ || connection_.state() != websocket::Connection::State::open) return;
  if (!text_->empty()) connection_.sendMessage(Payload(*text_), false);
  connection_.sendClose(std::nullopt, std::nullopt, now_);
}

void ReplySession::onClosed() {
  if (whenClosed_) whenClosed_();
}

namespace {

using nlohmann::json;

/// As much of a text as fits into a Close frame (RFC 6455 section 5.5.1), whole characters only.
std::string closeReason(const std::string& text) {
  constexpr std::size_t kMaxReason = 123;
  std::string reason = replaceInvalid(text);
  if (reason.size() <= kMaxReason) return reason;
  return std::string(wholeCodePoints(std::string_view(reason).substr(0, kMaxReason)));
}

/// A frame as the commands describe it. Throws json::exception or std::invalid_argument.
FrameToSend frameFrom(const json& text) {
  FrameToSend frame;
  const int opcode = text.at("opcode").get<int>();
  const int rsv = text.value("rsv", 0);
  if (opcode < 0 || opcode > 15) throw std::invalid_argument("opcode is not 0 to 15");
  if (rsv < 0 || rsv > 7) throw std::invalid_argument("rsv is not 0 to 7");
  frame.opcode = static_cast<std::uint8_t>(opcode);
  frame.rsv = static_cast<std::uint8_t>(rsv);
  frame.fin = text.value("fin", true);
  frame.payload = Payload(text.value("payload", std::string()));
  frame.sync = text.value("sync", false);
  const auto number = [&](const char* key) -> std::optional<std::uint32_t> {
    if (!text.contains(key) || text[key].is_null()) return std::nullopt;
    return text[key].get<std::uint32_t>();
  };
  frame.repeatTo = number("payload_len");
  frame.chop = number("chopsize");
  if (text.contains("mask") && !text["mask"].is_null()) {
    const auto key = fromHex(text["mask"].get<std::string>());
    if (!key || key->size() != 4) throw std::invalid_argument("mask is not 8 hexadecimal digits");
    frame.mask.emplace();
    std::copy(key->begin(), key->end(), frame.mask->begin());
  }
  return frame;
}

void obey(websocket::Connection& connection, const json& command, TimePoint now) {
  const auto verb = command.at(0).get<std::string>();
  const json& argument = command.at(1);
  if (verb == "sendframe") {
    connection.sendFrame(frameFrom(argument));
  } else if (verb == "sendframes") {
    for (const json& frame : argument) connection.sendFrame(frameFrom(frame));
  } else if (verb == "close") {
    std::optional<std::uint16_t> code;
    std::optional<Octets> reason;
    if (argument.contains("code")) code = argument["code"].get<std::uint16_t>();
    if (argument.contains("reason")) {
      if (!code) throw std::invalid_argument("a reason needs a code");
      reason = closeReason(argument["reason"].get<std::string>());
    }
    connection.sendClose(code, reason, now);
  } else if (verb == "echo") {
    const Payload payload(argument.value("payload", std::string()));
    connection.sendMessage(payload.repeatedTo(argument.value("payload_len", payload.size())),
                           false);
  } else {
    throw std::invalid_argument("unknown command '" + verb + "'");
  }
}

}  // namespace

void DirectCommandSession::onMessage(Octets& payload, bool binary) {
  try {
    if (binary) throw std::invalid_argument("commands are text messages");
    obey(connection_, json::parse(payload), now_);
  } catch (const std::exception& error) {
    connection_.fail(1008, closeReason(error.what()), now_);
  }
}

}  // namespace wsgauntlet::roles
