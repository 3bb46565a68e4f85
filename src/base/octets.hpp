// Octet sequences and described payloads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wsgauntlet {

/// A sequence of octets. No character set is implied.
using Octets = std::string;
/// A view of octets owned by someone else.
using OctetView = std::string_view;

/// Octets that are described and not dumped: a base that is repeated cyclically up to a length.
/// Copies share the base, so a payload of 16 MiB costs as much memory as its base.
class Payload {
 public:
  Payload() : Payload(Octets{}) {}
  /// The octets of `base`, once.
  explicit Payload(Octets base);
  /// `base` repeated cyclically up to `length` octets. An empty base gives an empty payload.
  Payload(Octets base, std::uint64_t length);

  [[nodiscard]] const Octets& base() const { return *base_; }
  [[nodiscard]] std::uint64_t size() const { return length_; }
  [[nodiscard]] bool empty() const { return length_ == 0; }
  /// The same base repeated up to another length.
  [[nodiscard]] Payload repeatedTo(std::uint64_t length) const;

  /// Fills `out` with the octets that start at `offset`. `offset + out.size()` is at most `size()`.
  void copy(std::uint64_t offset, std::span<char> out) const;
  /// The first `count` octets, or all when there are fewer.
  [[nodiscard]] Octets head(std::size_t count) const;
  /// All octets. Costs `size()` octets of memory.
  [[nodiscard]] Octets octets() const { return head(length_); }
  /// Index of the first octet in which `other` differs, or `npos` when both are equal. When one is
  /// a prefix of the other, the index is the length of the shorter one.
  [[nodiscard]] std::uint64_t mismatch(OctetView other) const;

  static constexpr std::uint64_t npos = ~std::uint64_t{0};

  friend bool operator==(const Payload& a, const Payload& b);

 private:
  std::shared_ptr<const Octets> base_;
  std::uint64_t length_ = 0;
};

}  // namespace wsgauntlet
