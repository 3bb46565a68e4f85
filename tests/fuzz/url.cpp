// URLs of the command line and of spec files.
#include "websocket/url.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "fuzz_input.hpp"
#include "websocket/http.hpp"

#include <optional>

using namespace wsgauntlet;
using websocket::Url;

namespace {

std::optional<Url> parse(std::string_view text) {
  try {
    return websocket::parseUrl(text);
  } catch (const InputError& error) {
    FUZZ_REQUIRE(terminalText(error.what()) == error.what());
    return std::nullopt;
  }
}

std::string compose(const Url& url) {
  if (!url.socketPath.empty()) return "ws+unix://" + url.socketPath + ":" + url.resource;
  return (url.secure ? "wss://" : "ws://") + websocket::hostAndPort(url.host, url.port) +
         url.resource;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto url = parse(input.rest());
  if (!url) return 0;
  FUZZ_REQUIRE(!url->host.empty() && url->resource.starts_with('/'));
  // It goes into the request line as it is.
  FUZZ_REQUIRE(url->resource.find_first_of(" \r\n") == std::string::npos);
  FUZZ_REQUIRE(url->host.find_first_of("/?# \r\n@") == std::string::npos);
  const auto again = parse(compose(*url));
  FUZZ_REQUIRE(again && again->secure == url->secure && again->host == url->host);
  FUZZ_REQUIRE(again->port == url->port || !url->socketPath.empty());
  FUZZ_REQUIRE(again->resource == url->resource && again->socketPath == url->socketPath);
  return 0;
}
