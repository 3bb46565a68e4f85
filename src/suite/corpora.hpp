// The files whose slices are the messages of the compression cases.
#pragma once

#include "base/octets.hpp"

#include <cstdint>
#include <filesystem>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::suite {

/// One file: its octets, and where its code points begin (found when they are first asked for).
class Corpus {
 public:
  /// Takes octets that are not empty; those of a text are UTF-8.
  Corpus(std::string name, Octets octets)
      : name_(std::move(name)), own_(std::move(octets)), octets_(own_) {}
  /// Looks at octets that outlive it.
  Corpus(std::string name, OctetView octets) : name_(std::move(name)), octets_(octets) {}
  Corpus(const Corpus&) = delete;
  Corpus& operator=(const Corpus&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] OctetView octets() const { return octets_; }
  /// How many units there are to slice: code points or octets.
  [[nodiscard]] std::uint64_t units(bool codePoints) const {
    return codePoints ? offsets().size() - 1 : octets_.size();
  }
  /// `length` units from unit `from` on, which is below `units`; starts over at the end.
  [[nodiscard]] Octets slice(std::uint64_t from, std::uint64_t length, bool codePoints) const;

 private:
  [[nodiscard]] const std::vector<std::uint32_t>& offsets() const;

  std::string name_;
  Octets own_;
  OctetView octets_;
  mutable std::once_flag counted_;
  mutable std::vector<std::uint32_t> offsets_;  ///< of each code point, and of the end
};

/// All corpora of a run. Those of a folder replace the built-in ones for what is sent; case files
/// name them all the same.
class Corpora {
 public:
  /// Reads a file for each built-in corpus from a folder: under the name that the original's
  /// testsuite gives it (`gutenberg_faust.txt`), else under ours (`german.txt`). Throws InputError
  /// with everything that is missing or cannot be used.
  explicit Corpora(const std::filesystem::path& folder);
  /// Those that are built into the program.
  static const Corpora& builtIn();

  /// Throws InputError with the names that exist when there is none such.
  [[nodiscard]] const Corpus& find(std::string_view name) const;

 private:
  Corpora() = default;

  std::list<Corpus> corpora_;
};

}  // namespace wsgauntlet::suite
