// Header fields that a user adds to the opening handshake.
#pragma once

#include "websocket/http.hpp"

#include <string>

namespace wsgauntlet::cli {

/// Adds a field, in place of one of the same name. Throws InputError when it is not a field, or one
/// that belongs to the handshake itself.
void addField(websocket::HttpFields& fields, const std::string& name, const std::string& value);

/// Adds a field from `Name: value`. Throws InputError.
void addField(websocket::HttpFields& fields, const std::string& line);

/// Add an Authorization field: for `user:password` (RFC 7617), for a token (RFC 6750). Throw
/// InputError.
void addBasicAuth(websocket::HttpFields& fields, const std::string& credentials);
void addBearerToken(websocket::HttpFields& fields, const std::string& token);

}  // namespace wsgauntlet::cli
