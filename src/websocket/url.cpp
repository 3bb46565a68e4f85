#include "websocket/url.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "websocket/http.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

[[noreturn]] void refuse(std::string_view url, std::string_view why) {
  throw InputError(fmt::format("URL \"{}\": {}", terminalText(url), why));
}

/// Takes the scheme off, colon included.
std::string takeScheme(std::string_view url, std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  std::string scheme =
      colon == std::string_view::npos ? std::string{} : toLower(rest.substr(0, colon));
  if (scheme != "ws" && scheme != "wss" && scheme != "ws+unix") {
    refuse(url, "expected a URL that begins with ws://, wss:// or ws+unix:");
  }
  rest.remove_prefix(colon + 1);
  return scheme;
}

std::uint16_t parsePort(std::string_view url, std::string_view digits) {
  const std::optional<int> port = parseNumber(digits, kMaxPort);
  if (!port) {
    refuse(url,
           fmt::format("the port \"{}\" is not a number from 0 to 65535", terminalText(digits)));
  }
  return static_cast<std::uint16_t>(*port);
}

bool isIpv6(std::string_view address) {
  const std::string_view number = address.substr(0, address.find('%'));  // before a zone
  return std::count(number.begin(), number.end(), ':') >= 2 &&
         number.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

/// `[address]:port`
void readBracketedHost(std::string_view url, std::string_view authority, Url& out) {
  const std::size_t close = authority.find(']');
  if (close == std::string_view::npos) refuse(url, "the bracket of the IPv6 address is not closed");
  out.host = authority.substr(1, close - 1);
  if (!isIpv6(out.host))
    refuse(url, fmt::format("\"{}\" is no IPv6 address", terminalText(out.host)));
  authority.remove_prefix(close + 1);
  if (authority.empty()) return;
  if (authority.front() != ':') refuse(url, "expected \":\" and a port after the IPv6 address");
  out.port = parsePort(url, authority.substr(1));
}

void readAuthority(std::string_view url, std::string_view authority, Url& out) {
  if (authority.find('@') != std::string_view::npos) {
    refuse(url, "user name and password are not supported");
  }
  if (authority.starts_with('[')) return readBracketedHost(url, authority, out);
  if (isIpv6(authority)) refuse(url, "an IPv6 address is in brackets: ws://[::1]:9001");
  const std::size_t colon = authority.find(':');
  out.host = authority.substr(0, colon);
  if (out.host.empty()) refuse(url, "the host is missing");
  if (colon != std::string_view::npos) out.port = parsePort(url, authority.substr(colon + 1));
}

/// `/path/to/socket:/resource`, also with slashes as if there were a host before it.
void readSocket(std::string_view url, std::string_view rest, Url& out) {
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const std::size_t colon = rest.find(':');
  out.socketPath = rest.substr(0, colon);
  if (!out.socketPath.starts_with('/')) {
    refuse(url, "expected the absolute path of a socket: ws+unix:/path/to/socket:/resource");
  }
  out.host = "localhost";
  out.resource = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
}

}  // namespace

Url parseUrl(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
  });
  if (!printable) refuse(text, "blanks and control characters are written as %20 and so on");
  if (text.find('#') != std::string_view::npos) {
    refuse(text, "a WebSocket URL has no fragment; write # as %23");
  }
  Url url;
  std::string_view rest = text;
  const std::string scheme = takeScheme(text, rest);
  url.secure = scheme == "wss";
  url.port = url.secure ? 443 : 80;
  if (scheme == "ws+unix") {
    readSocket(text, rest, url);
  } else {
    if (!rest.starts_with("//")) refuse(text, fmt::format("expected // after {}:", scheme));
    rest.remove_prefix(2);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    readAuthority(text, rest.substr(0, end), url);
    url.resource = rest.substr(end);
  }
  if (!url.resource.starts_with('/')) url.resource.insert(0, "/");
  return url;
}

std::string hostAndPort(std::string_view host, std::uint16_t port) {
  const bool bracketed = host.find(':') != std::string_view::npos && !host.starts_with('[');
  return bracketed ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace wsgauntlet::websocket
