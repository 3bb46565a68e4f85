// HTTP proxies that connect us to a server (RFC 9110 section 9.3.6).
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgauntlet::net {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string credentials;  ///< `user:password`; empty: none
};

/// Takes `http://host:port` or `http://user:password@host:port` apart; user and password may have
/// `%xx`. Throws InputError that says what is wrong.
[[nodiscard]] Proxy parseProxy(std::string_view url);

/// The request to connect to `authority` (`host:port`).
[[nodiscard]] std::string connectRequest(const Proxy& proxy, std::string_view authority);

}  // namespace wsgauntlet::net
