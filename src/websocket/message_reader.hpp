// From octets to frames, and from frames to messages, with every check (RFC 6455 sections 5, 6.2
// and 8.1, RFC 7692 section 6.2).
#pragma once

#include "base/octets.hpp"
#include "websocket/deflate.hpp"
#include "websocket/extensions.hpp"
#include "websocket/frame.hpp"
#include "websocket/frame_rules.hpp"
#include "websocket/options.hpp"
#include "websocket/utf8.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace wsgauntlet::websocket {

/// Reads what the peer sends after the opening handshake, in any pieces.
class MessageReader {
 public:
  /// Receives what was read.
  class Handler {
   public:
    virtual ~Handler() = default;
    /// The frame that is being read breaks a rule. Called at once, and again for further breaches.
    virtual void onViolation(const Violation& violation) = 0;
    /// The end of a Close, Ping or Pong frame. `payload` has at most 125 octets.
    virtual void onControlFrame(const FrameHeader& header, OctetView payload) = 0;
    /// The end of a data frame: what was kept of it, inflated. Nothing once data is ignored.
    virtual void onDataFrame(const FrameHeader& header, OctetView payload) = 0;
    /// A whole message, valid where it is text. The octets may be moved away.
    virtual void onWholeMessage(Octets& payload, bool binary) = 0;
  };

  /// `role` is ours. Options and handler outlive the reader.
  MessageReader(Role role, const Options& options, Handler& handler);

  /// From now on messages may be compressed.
  void inflate(const DeflateParameters& deflate);
  /// Reads the next octets, unmasking them in place, until the handler calls `stop`.
  void read(std::span<char> octets);
  /// Data is neither kept nor checked from now on, for instance after a failure; frames are.
  void ignoreData() { ignoresData_ = true; }
  /// Nothing is read any more.
  void stop() { stopped_ = true; }

 private:
  bool readHeader(OctetView& input);
  void frameBegun();
  [[nodiscard]] std::uint64_t messageLimit() const;
  void payloadReceived(std::span<char> octets);
  void collect(OctetView octets);
  void keepInflated(Inflater::Status status);
  void keep(OctetView octets);
  void frameEnded();
  void dataFrameEnded();
  void checkEndOfMessage();

  const Role role_;
  const Options& options_;
  Handler& handler_;
  bool ignoresData_ = false;
  bool stopped_ = false;

  // The frame.
  FrameHeaderReader header_;
  bool flagsChecked_ = false;
  bool inFrame_ = false;
  std::uint64_t frameLeft_ = 0;
  std::uint64_t frameRead_ = 0;
  std::size_t frameStart_ = 0;  ///< of this frame's octets in `message_`
  Octets control_;

  // The message.
  bool insideMessage_ = false;
  bool messageIsBinary_ = false;
  bool messageIsCompressed_ = false;
  Octets message_;
  std::uint64_t messageWireLength_ = 0;
  std::unique_ptr<Inflater> inflater_;
  Octets inflated_;
  Utf8Validator utf8_;
};

}  // namespace wsgauntlet::websocket
