#include "cli/request_fields.hpp"

#include "base/error.hpp"
#include "websocket/handshake.hpp"

#include <fmt/format.h>

namespace wsgauntlet::cli {

void addField(websocket::HttpFields& fields, const std::string& name, const std::string& value) {
  websocket::requireField(name, value);
  const std::string lower = websocket::toLower(name);
  if (lower == "upgrade" || lower == "connection" || lower.starts_with("sec-websocket-")) {
    throw InputError(fmt::format(
        "the header field {} belongs to the handshake and cannot be set; subprotocols and version "
        "have settings of their own",
        name));
  }
  std::erase_if(
      fields, [&](const auto& field) { return websocket::equalsIgnoringCase(field.first, name); });
  fields.emplace_back(name, value);
}

void addField(websocket::HttpFields& fields, const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) {
    throw InputError(fmt::format("expected a header field like 'X-Name: value', got '{}'", line));
  }
  addField(fields, line.substr(0, colon), std::string(websocket::trim(line.substr(colon + 1))));
}

void addBasicAuth(websocket::HttpFields& fields, const std::string& credentials) {
  if (credentials.find(':') == std::string::npos) {
    throw InputError("basic authentication: expected user:password");
  }
  addField(fields, "Authorization", websocket::basicAuth(credentials));
}

void addBearerToken(websocket::HttpFields& fields, const std::string& token) {
  addField(fields, "Authorization", "Bearer " + token);
}

}  // namespace wsgauntlet::cli
