// The little of HTTP/1.1 (RFC 7230) that the opening handshake needs.
#pragma once

#include "base/octets.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgauntlet::websocket {

/// Header fields in the order of the wire.
using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// The offset just after the blank line that ends a header block, or `npos` when it has not
/// arrived. Lines end with CRLF or a lone LF. Octets before `from` were searched before: pass the
/// length that `octets` had then, so that a header that comes octet by octet costs linear time.
[[nodiscard]] std::size_t findHeaderEnd(OctetView octets, std::size_t from = 0);

/// A header block that was taken apart.
struct HttpHead {
  std::string startLine;
  HttpFields fields;
  /// A field has a blank before its colon, which no server accepts (RFC 7230 section 3.2.4).
  bool blankBeforeColon = false;

  /// The values of all fields of this name, whatever the case of its letters. They are views of
  /// `fields`.
  [[nodiscard]] std::vector<std::string_view> find(std::string_view name) const;
  /// These values joined with ", "; nothing when there is no such field.
  [[nodiscard]] std::optional<std::string> joined(std::string_view name) const;
};

/// Takes a header block apart. Names and values are trimmed; a line without a colon is left out; a
/// line that starts with a blank goes on with the value before it; a CR or NUL inside a line
/// becomes a blank (RFC 9110 section 5.5). Octets above 127 are kept as they are. Never fails.
[[nodiscard]] HttpHead parseHead(OctetView block);

/// True when the letters are the same but for the case of ASCII letters.
[[nodiscard]] bool equalsIgnoringCase(std::string_view a, std::string_view b);
/// ASCII letters as small ones.
[[nodiscard]] std::string toLower(std::string_view text);
/// Without blanks and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
/// The trimmed parts between `separator`s; empty parts are left out.
[[nodiscard]] std::vector<std::string_view> splitList(std::string_view text, char separator);
/// The parts between runs of white space.
[[nodiscard]] std::vector<std::string_view> splitWords(std::string_view text);
/// True for a non-empty sequence of the characters of a token (RFC 7230 section 3.2.6).
[[nodiscard]] bool isToken(std::string_view text);
/// The number in decimal digits and nothing else; nothing when it is above `max`.
[[nodiscard]] std::optional<int> parseNumber(std::string_view digits, int max);

/// A request target (RFC 7230 section 5.3) in its parts, none of them decoded.
struct RequestTarget {
  std::string path;   ///< starts with "/"
  std::string query;  ///< without the "?"
  /// Without the "#"; engaged when there is a "#", which no target may have.
  std::optional<std::string> fragment;
};

/// Takes a target in origin form or absolute form apart; the authority is left out. Nothing when it
/// has another form.
[[nodiscard]] std::optional<RequestTarget> parseTarget(std::string_view target);

/// Decoded pairs of a query, in their order.
using FormFields = std::vector<std::pair<std::string, std::string>>;

/// Decodes `name=value&…`: "+" is a blank, `%xx` an octet, anything else means itself. Pairs
/// with an empty value are left out.
[[nodiscard]] FormFields decodeForm(std::string_view query);
/// The text with everything but unreserved characters (RFC 3986 section 2.3) as `%XX`.
[[nodiscard]] std::string percentEncode(OctetView text);

/// Throws InputError when a header field from the user has a name that is not a token, or a value
/// with a control character, which would end the field early.
void requireField(std::string_view name, std::string_view value);

}  // namespace wsgauntlet::websocket
