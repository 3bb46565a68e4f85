#include "websocket/server_response.hpp"

#include "base/html.hpp"
#include "base/text.hpp"
#include "websocket/handshake.hpp"
#include "websocket/server_handshake.hpp"

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

/// A status line and the fields of a header.
class Head {
 public:
  explicit Head(std::string_view statusLine) : text_(fmt::format("HTTP/1.1 {}\r\n", statusLine)) {}

  Head& add(std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(text_), "{}: {}\r\n", name, value);
    return *this;
  }
  Head& addIf(std::string_view name, std::string_view value) {
    return value.empty() ? *this : add(name, value);
  }
  Head& add(const HttpFields& fields) {
    for (const auto& [name, value] : fields) add(name, value);
    return *this;
  }
  [[nodiscard]] std::string with(std::string_view body) const {
    return fmt::format("{}\r\n{}", text_, body);
  }

 private:
  std::string text_;
};

std::string pageText(const StatusPage& page) {
  std::string refresh;
  if (!page.redirectTo.empty()) {
    refresh = fmt::format("<meta http-equiv=\"refresh\" content=\"{};URL='{}'\">\n",
                          page.afterSeconds, htmlEscaped(page.redirectTo));
  }
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"UTF-8\">\n" + refresh +
         "<title>wsgauntlet</title>\n</head>\n<body>\n"
         "<h1>wsgauntlet</h1>\n"
         "<p>This is a WebSocket endpoint, not a web page: it speaks to WebSocket clients only, "
         "and "
         "tests whether they keep to "
         "<a href=\"https://www.rfc-editor.org/rfc/rfc6455\">RFC 6455</a>.</p>\n"
         "</body>\n</html>\n";
}

}  // namespace

std::string buildResponse(const ServerResponse& response) {
  return Head("101 Switching Protocols")
      .addIf("Server", response.server)
      .addIf("X-Powered-By", response.poweredBy)
      .add(response.extraHeaders)
      .add("Upgrade", "WebSocket")
      .add("Connection", "Upgrade")
      .addIf("Sec-WebSocket-Protocol", response.subprotocol)
      .add("Sec-WebSocket-Accept", acceptKey(response.key))
      .addIf("Sec-WebSocket-Extensions", response.extensions)
      .with("");
}

std::string buildRefusal(const Refused& refused) {
  // The reason holds what the peer sent: nothing in it may end the line.
  return Head(fmt::format("{} {}", refused.code, terminalText(refused.reason)))
      .add(refused.headers)
      .add("Content-Length", "0")
      .add("Connection", "close")
      .with("");
}

std::string buildStatusPage(const StatusPage& page, std::string_view server) {
  const std::string body = pageText(page);
  return Head("200 OK")
      .addIf("Server", server)
      .add("Content-Type", "text/html; charset=UTF-8")
      .add("Content-Length", fmt::format("{}", body.size()))
      .add("Connection", "close")
      .with(body);
}

std::string buildRedirect(const Redirect& redirect, std::string_view server) {
  return Head("303 See Other")
      .addIf("Server", server)
      .add("Location", redirect.location)
      .add("Content-Length", "0")
      .add("Connection", "close")
      .with("");
}

}  // namespace wsgauntlet::websocket
