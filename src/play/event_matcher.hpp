// Compares the events of a case with its alternatives, as they come.
#pragma once

#include "base/octets.hpp"
#include "suite/model.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace wsgauntlet::play {

/// Pongs that are tolerated although the case does not expect them.
struct TolerantOfPongs {
  bool unasked = false;  ///< Pongs that are not expected at all
  /// But not these: the answers to Pings that have to be refused.
  std::vector<Payload> refused = {};
  /// A Pong for only the last of several Pings, and Pongs that come later than other events (RFC
  /// 6455 section 5.5.3).
  bool last = false;
};

class EventMatcher {
 public:
  /// The alternatives outlive the matcher.
  explicit EventMatcher(std::span<const suite::Alternative> alternatives,
                        TolerantOfPongs tolerant = {});

  void onMessage(OctetView payload, bool binary);
  void onPong(OctetView payload);
  void onTimeout(std::string_view tag);

  /// All that the alternative expects has come, and nothing that is not tolerated.
  [[nodiscard]] bool matched(std::size_t alternative) const;
  /// For each alternative.
  [[nodiscard]] std::vector<bool> matched() const;
  /// The peer has sent something that fits none of the alternatives.
  [[nodiscard]] bool isContradicted() const;
  /// A Pong that nobody asked for was tolerated.
  [[nodiscard]] bool hasUnaskedPongs() const { return hasUnaskedPongs_; }

 private:
  template <typename IsIt>
  [[nodiscard]] std::size_t due(const std::vector<suite::ExpectedEvent>& events, std::size_t from,
                                bool pong, const IsIt& isIt) const;
  template <typename Expected, typename Matches>
  void came(Matches matches, bool isRefused = false);

  struct Progress {
    std::size_t next = 0;         ///< of the expected events
    std::size_t nextPong = 0;     ///< of the Pongs among them, where these are judged apart
    bool isWrong = false;         ///< something came that is not expected
    bool isContradicted = false;  ///< the first such thing was one of the peer's
  };
  std::span<const suite::Alternative> expected_;
  TolerantOfPongs tolerant_;
  std::vector<Progress> progress_;  ///< by alternative
  bool hasUnaskedPongs_ = false;
};

}  // namespace wsgauntlet::play
