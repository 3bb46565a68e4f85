// A property of every HTTP answer that we write: what the peer sent ends no line of it.
#pragma once

#include "fuzz_input.hpp"
#include "websocket/http.hpp"

#include <string_view>

namespace wsgauntlet::fuzz {

/// One header block with lines that end with CRLF, each with a colon but for the first, printable
/// ASCII alone in the first, and as much body as Content-Length says.
inline void requireWellFormedAnswer(std::string_view answer) {
  const std::size_t end = websocket::findHeaderEnd(answer);
  FUZZ_REQUIRE(end != OctetView::npos);
  std::string_view head = answer.substr(0, end);
  FUZZ_REQUIRE(head.ends_with("\r\n\r\n") && head.starts_with("HTTP/1.1 "));
  head.remove_suffix(2);
  for (bool first = true; !head.empty(); first = false) {
    const std::size_t lineEnd = head.find("\r\n");
    const std::string_view line = head.substr(0, lineEnd);
    head.remove_prefix(lineEnd + 2);
    FUZZ_REQUIRE(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    FUZZ_REQUIRE(first || line.find(": ") != std::string_view::npos);
  }
  const auto length = websocket::parseHead(answer.substr(0, end)).joined("Content-Length");
  if (length) FUZZ_REQUIRE(std::to_string(answer.size() - end) == *length);
}

}  // namespace wsgauntlet::fuzz
