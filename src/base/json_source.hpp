// JSON text with places: which line a value is on, and keys that occur twice.
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace wsgauntlet {

/// A parsed JSON file that remembers where its values stand. Syntax errors, duplicate keys and
/// invalid UTF-8 are problems with a line; the parser of the library keeps the last of two equal
/// keys without a word, which would hide a slip in a case file.
class JsonSource {
 public:
  /// Parses `text`. `name` appears in the places of problems. Throws InputError on bad syntax and
  /// on keys that stand twice in one object.
  JsonSource(std::string name, const std::string& text);
  /// Reads and parses a file. Throws InputError when it cannot be read.
  static JsonSource fromFile(const std::string& path);
  ~JsonSource();
  JsonSource(JsonSource&&) noexcept;
  JsonSource& operator=(JsonSource&&) noexcept;

  [[nodiscard]] const nlohmann::json& root() const { return *root_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// The place of the value at a JSON pointer (RFC 6901); the line of its nearest ancestor when
  /// the value itself is missing.
  [[nodiscard]] Place place(const std::string& pointer) const;

 private:
  std::string name_;
  std::unique_ptr<nlohmann::json> root_;
  std::unordered_map<std::string, int> lines_;
};

/// The JSON pointer of the value of a key (or of an index, as a text) of the value at `pointer`.
[[nodiscard]] std::string pointerBelow(std::string_view pointer, std::string_view key);

/// Reads a whole file. Throws InputError with the reason of the system.
[[nodiscard]] std::string readFile(const std::string& path);

}  // namespace wsgauntlet
