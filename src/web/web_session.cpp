#include "web/web_session.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::web {
namespace {

using websocket::Ending;

constexpr std::size_t kMaxRequest = 16384;
constexpr auto kPatience = std::chrono::seconds(10);
/// A stream that is silent says now and then that it is there, and so finds out when the browser
/// is not.
constexpr auto kStreamHeartbeat = std::chrono::seconds(15);
/// A browser that is this far after its events does not read them.
constexpr std::uint64_t kMaxUnsent = std::uint64_t{8} * 1024 * 1024;

std::string_view phrase(int code) {
  switch (code) {
    case 200:
      return "OK";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Internal Server Error";
  }
}

std::string headOf(const WebReply& reply) {
  std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Security-Policy: {}\r\n"
      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
      "Cache-Control: no-store\r\nConnection: close\r\n",
      reply.code, phrase(reply.code), reply.contentType, reply.policy);
  if (!reply.location.empty()) head += fmt::format("Location: {}\r\n", reply.location);
  if (reply.code == 405) head += "Allow: GET, HEAD\r\n";
  return head;
}

WebReply error(int code) {
  WebReply reply;
  reply.code = code;
  reply.body = fmt::format("{} {}\n", code, phrase(code));
  return reply;
}

}  // namespace

WebReply notFound() {
  return error(404);
}

WebSession::~WebSession() {
  if (hub_) hub_->leave(listener_);
}

void WebSession::connected(TimePoint now) {
  wakeAt_ = now + kPatience;
}

void WebSession::received(std::span<char> octets, TimePoint now) {
  if (answered_) return;
  const std::size_t searched = read_.size();
  read_.append(octets.data(), octets.size());
  const std::size_t end = websocket::findHeaderEnd(read_, searched);
  if (end != Octets::npos) {
    answer(websocket::parseHead(OctetView(read_).substr(0, end)), now);
  } else if (read_.size() > kMaxRequest) {
    reply(error(431), true);
  }
}

void WebSession::answer(const websocket::HttpHead& head, TimePoint now) {
  const std::vector<std::string_view> words = websocket::splitWords(head.startLine);
  if (words.size() != 3 || !words[2].starts_with("HTTP/1.")) return reply(error(400), true);
  const bool get = words[0] == "GET";
  if (!get && words[0] != "HEAD") return reply(error(405), true);
  const auto target = websocket::parseTarget(words[1]);
  if (!target) return reply(error(400), get);
  WebAnswer answer = route_(target->path);
  if (auto* hub = std::get_if<EventStream>(&answer); hub != nullptr && get) {
    follow(std::move(*hub), now);
  } else if (const auto* page = std::get_if<WebReply>(&answer)) {
    reply(*page, get);
  } else {
    reply(error(405), false);
  }
}

void WebSession::reply(const WebReply& reply, bool withBody) {
  answered_ = true;
  wakeAt_.reset();
  outbox_.append(headOf(reply) + fmt::format("Content-Length: {}\r\n\r\n", reply.body.size()));
  if (withBody) outbox_.append(reply.body);
  outbox_.end(Ending::close);
}

void WebSession::follow(EventStream hub, TimePoint now) {
  answered_ = true;
  wakeAt_ = now + kStreamHeartbeat;
  WebReply head;
  head.contentType = "text/event-stream; charset=utf-8";
  outbox_.append(headOf(head) + "\r\n");
  hub_ = std::move(hub);
  listener_ = hub_->listen([this](const std::string& octets) {
    events_ += octets;
    requestWake();
  });
  sendEvents();
}

void WebSession::sendEvents() {
  outbox_.append(std::exchange(events_, {}));
  if (outbox_.waiting() > kMaxUnsent) outbox_.end(Ending::reset);
}

void WebSession::woken(TimePoint now) {
  if (!hub_) {
    if (!answered_) outbox_.end(Ending::reset);
    return;
  }
  if (wakeAt_ && *wakeAt_ <= now) {
    wakeAt_ = now + kStreamHeartbeat;
    events_ += ":\n\n";
  }
  sendEvents();
}

}  // namespace wsgauntlet::web
