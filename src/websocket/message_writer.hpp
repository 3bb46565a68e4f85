// From messages to frames, and from frames to octets (RFC 6455 sections 5 and 6.1, RFC 7692 section
// 6.1).
#pragma once

#include "base/frame_to_send.hpp"
#include "base/octets.hpp"
#include "base/random.hpp"
#include "websocket/deflate.hpp"
#include "websocket/extensions.hpp"
#include "websocket/mask.hpp"
#include "websocket/observer.hpp"
#include "websocket/options.hpp"
#include "websocket/piece_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace wsgauntlet::websocket {

/// Writes frames, legal or not, and messages: fragmented, compressed, masked. Whether anything may
/// be sent at all is for the connection to say.
class MessageWriter {
 public:
  /// `observer` may be null; all outlive the writer. Masks are drawn from `random`.
  MessageWriter(Role role, const Options& options, Random& random, Observer* observer,
                PieceQueue& pieces);

  /// From now on messages are compressed.
  void compress(const DeflateParameters& deflate);

  /// A frame as it is.
  void writeFrame(const FrameToSend& frame);
  /// A frame as it is, after the frame whose payload is just being written piece by piece.
  void writeAfterFrame(FrameToSend frame);
  /// A message: in frames of `fragmentSize` octets (0: in one), compressed where that was
  /// negotiated. A message whose length is a multiple of the fragment size ends with an empty
  /// frame, as the original does it.
  void writeMessage(const Payload& payload, bool binary, std::uint64_t fragmentSize, bool sync);

  /// A message in parts: begin, then frames whose payload is written piece by piece, then an empty
  /// last frame.
  void beginMessage(bool binary);
  void beginFrame(std::uint64_t length);
  void writeFrameData(const Payload& payload, bool sync);
  void endMessage();
  /// A frame was begun, and a part of its payload is still to come.
  [[nodiscard]] bool isInsideFrame() const { return streamed_.left > 0; }

 private:
  struct StreamedMessage {
    bool binary = false;
    bool begun = false;  ///< its first frame was begun
    std::optional<MaskKey> key;
    std::uint64_t phase = 0;
    std::uint64_t left = 0;  ///< of the payload of the frame that was begun
  };

  void writePart(const FrameToSend& frame, std::uint64_t offset, std::uint64_t length);
  void writeFragments(FrameToSend frame, std::uint64_t fragmentSize);
  std::optional<MaskKey> nextMask(const FrameToSend& frame);

  const Role role_;
  const Options& options_;
  Random& random_;
  Observer* observer_;
  PieceQueue& pieces_;
  std::unique_ptr<Deflater> deflater_;
  StreamedMessage streamed_;
  std::optional<FrameToSend> held_;  ///< waits for the end of the frame that was begun
};

}  // namespace wsgauntlet::websocket
