// Reading values of spec files; all errors are collected.
#pragma once

#include "base/json_source.hpp"
#include "cli/spec_keys.hpp"
#include "net/tls.hpp"
#include "roles/connect_spec.hpp"
#include "websocket/options.hpp"
#include "websocket/url.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace wsgauntlet::cli {

/// Reads a spec file. `base` is the JSON pointer of `object`. A key that is absent or null leaves
/// things as they are.
class SpecJson {
 public:
  SpecJson(const JsonSource& source, std::vector<std::string>& warnings)
      : source_(source), warnings_(warnings) {}

  [[nodiscard]] const nlohmann::json& root() const { return source_.root(); }
  [[nodiscard]] Place place(const std::string& pointer) const { return source_.place(pointer); }
  void problem(const std::string& pointer, const std::string& message);
  /// Throws InputError when there was a problem.
  void finish();

  [[nodiscard]] bool isObject();
  /// Warns of keys that look like one of `known`, mistyped. Others are ignored, as by the original.
  void warnOfKeys(const nlohmann::json& object, const std::string& base,
                  std::span<const SpecKey> known);

  [[nodiscard]] std::string text(const nlohmann::json& object, const std::string& base,
                                 const std::string& key, const std::string& otherwise = "");
  [[nodiscard]] std::vector<std::string> texts(const nlohmann::json& object,
                                               const std::string& base, const std::string& key);
  [[nodiscard]] bool flag(const nlohmann::json& object, const std::string& base,
                          const std::string& key, bool otherwise);
  [[nodiscard]] double number(const nlohmann::json& object, const std::string& base,
                              const std::string& key, double otherwise, double minimum,
                              double maximum);
  /// The protocol options in the key `options`.
  void options(const nlohmann::json& object, const std::string& base, websocket::Options& options);
  /// Header fields: the key `headers`.
  void headers(const nlohmann::json& object, const std::string& base,
               websocket::HttpFields& fields);
  [[nodiscard]] std::optional<websocket::Url> url(const nlohmann::json& object,
                                                  const std::string& base, const std::string& key);
  void tls(const nlohmann::json& object, const std::string& base, net::TlsSettings& settings);
  /// Settings of a connection in addition to URL and options: hostname, proxy, origin, protocols,
  /// header fields, credentials.
  void request(const nlohmann::json& object, const std::string& base, roles::ConnectSpec& spec);

 private:
  const JsonSource& source_;
  std::vector<std::string>& warnings_;
  std::vector<Problem> problems_;
};

}  // namespace wsgauntlet::cli
