#include "net/proxy.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "websocket/handshake.hpp"
#include "websocket/http.hpp"
#include "websocket/url.hpp"

#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

[[noreturn]] void refuseProxy(std::string_view why) {
  // The URL itself may hold a password.
  throw InputError(
      fmt::format("proxy: {}; expected http://host:port or http://user:password@host:port", why));
}

/// `%xx` as octets, anything else as it is.
std::string percentDecode(std::string_view text) {
  std::string query = "x=";
  for (const char c : text) query += c == '+' ? "%2B" : c == '&' ? "%26" : std::string(1, c);
  const websocket::FormFields fields = websocket::decodeForm(query);
  return fields.empty() ? "" : fields.front().second;
}

}  // namespace

Proxy parseProxy(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) refuseProxy("the URL does not begin with http://");
  std::string_view authority = url.substr(kScheme.size());
  authority = authority.substr(0, authority.find('/'));
  Proxy proxy;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view credentials = authority.substr(0, at);
    const std::size_t colon = credentials.find(':');
    if (colon == std::string_view::npos) refuseProxy("the password is missing");
    proxy.credentials = percentDecode(credentials.substr(0, colon)) + ":" +
                        percentDecode(credentials.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  try {
    const websocket::Url place = websocket::parseUrl(fmt::format("ws://{}/", authority));
    proxy.host = place.host;
    proxy.port = place.port;
  } catch (const InputError&) {
    refuseProxy(fmt::format("'{}' is not a host and port", terminalText(authority)));
  }
  return proxy;
}

std::string connectRequest(const Proxy& proxy, std::string_view authority) {
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
  if (!proxy.credentials.empty()) {
    request += fmt::format("Proxy-Authorization: {}\r\n", websocket::basicAuth(proxy.credentials));
  }
  return request + "\r\n";
}

}  // namespace wsgauntlet::net
