// Reading values of spec files.
#pragma once

#include "base/json_reader.hpp"
#include "cli/spec_keys.hpp"
#include "net/tls_context.hpp"
#include "roles/connect_spec.hpp"
#include "websocket/options.hpp"
#include "websocket/url.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::cli {

/// A value of a spec file. A key that is null leaves things as they are, like one that is absent.
class SpecNode : public JsonValue {
 public:
  SpecNode(ProblemList& problems, const nlohmann::json& value, std::string pointer = {})
      : JsonValue(problems, &value, std::move(pointer)) {}

  [[nodiscard]] bool leftOut() const { return value().is_null(); }
  [[nodiscard]] SpecNode child(const nlohmann::json& value, std::string_view step) const {
    return {problems(), value, pointerBelow(pointer(), step)};
  }
  [[nodiscard]] std::vector<SpecNode> elements(std::string_view what) const {
    return elementsOf(*this, what, 0);
  }
  /// The texts of a list.
  [[nodiscard]] std::vector<std::string> texts() const;
};

/// Reads the keys of an object of a spec file.
using SpecReader = JsonObjectReader<SpecNode>;

/// Warns of keys that look like one of `known`, mistyped. Others are ignored, as by the original.
void warnOfKeys(const SpecNode& object, std::span<const SpecKey> known,
                std::vector<std::string>& warnings);

/// A list of texts that may be missing.
void readTexts(SpecReader& object, SpecReader::Key key, std::vector<std::string>& target);
/// The protocol options in the key `options`.
void readOptions(SpecReader& object, websocket::Options& options,
                 std::vector<std::string>& warnings);
/// Header fields: the key `headers`.
void readHeaders(SpecReader& object, websocket::HttpFields& fields);
/// A URL that must be there.
[[nodiscard]] std::optional<websocket::Url> readUrl(SpecReader& object, SpecReader::Key key);
void readTls(SpecReader& object, net::TlsSettings& settings);
/// The properties of a connection apart from URL and options: hostname, proxy, origin, protocols,
/// header fields, credentials.
void readRequest(SpecReader& object, roles::ConnectSpec& spec);

}  // namespace wsgauntlet::cli
