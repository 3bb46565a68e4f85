// The connection state machine of RFC 6455, for both roles: opening, frames and messages in both
// directions, every check, and the end of the connection.
#pragma once

#include "base/clock.hpp"
#include "base/frame_to_send.hpp"
#include "base/octets.hpp"
#include "base/random.hpp"
#include "websocket/closing.hpp"
#include "websocket/deflate.hpp"
#include "websocket/extensions.hpp"
#include "websocket/frame.hpp"
#include "websocket/frame_rules.hpp"
#include "websocket/handshake.hpp"
#include "websocket/options.hpp"
#include "websocket/outbox.hpp"
#include "websocket/session.hpp"
#include "websocket/timers.hpp"
#include "websocket/utf8.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace wsgauntlet::websocket {

/// A frame that was sent, as an observer sees it.
struct SentFrame {
  std::uint8_t opcode = 0;
  bool fin = true;
  std::uint8_t rsv = 0;
  std::optional<MaskKey> mask;
  const Payload& payload;        ///< before repetition
  std::uint64_t offset = 0;      ///< of this frame's part in `payload`
  std::uint64_t length = 0;      ///< of this frame's part
  std::uint64_t wireLength = 0;  ///< payload octets on the wire
  std::optional<std::uint64_t> repeatTo;
  std::optional<std::uint32_t> chop;
  bool sync = false;
};

/// A frame that was received: unmasked and inflated payload as far as it was kept.
struct ReceivedFrame {
  const FrameHeader& header;
  std::uint64_t length = 0;  ///< octets kept; 0 for data frames after a failure
  OctetView head;            ///< their start: at least 64 octets where there are that many
};

/// Watches a connection: wire log, statistics, traffic counters. Knows nothing of the protocol and
/// changes nothing.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void octetsReceived(OctetView octets) = 0;
  /// One write. `head` holds its first octets: at least 64 where there are that many.
  virtual void octetsSent(std::uint64_t length, OctetView head, bool piece) = 0;
  virtual void frameReceived(const ReceivedFrame& frame) = 0;
  virtual void frameSent(const SentFrame& frame) = 0;
  /// A data message was handed to the message layer, before compression.
  virtual void messageSent(std::uint64_t length) = 0;
  virtual void messageReceived(std::uint64_t length) = 0;
};

/// Acts on what happens on a connection.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The opening handshake is done.
  virtual void onOpen() = 0;
  /// A whole message, valid where it is text. The octets may be moved away.
  virtual void onMessage(Octets& payload, bool binary) = 0;
  virtual void onPong(OctetView payload) = 0;
  /// The connection is over for us. Called once, last.
  virtual void onClosed() = 0;
};

class Connection {
 public:
  enum class State { connecting, open, closing, closed };

  /// `observer` may be null. Listener and observer outlive the connection.
  Connection(Role role, const Options& options, Random random, Listener& listener,
             Observer* observer);

  // ---- opening (RFC 6455 section 4)
  // --------------------------------------------------------------

  /// Client: sends the request and waits for the answer. A request without a key gets a random one.
  void openAsClient(const ClientRequest& request, TimePoint now);
  /// Server: the request was read and judged elsewhere; `request` holds its octets, `response` the
  /// answer, `deflate` what was negotiated. `rest`: octets that came after the request. `chop`:
  /// the answer goes out in pieces of this many octets.
  void openAsServer(OctetView request, const std::string& response,
                    const std::optional<DeflateParameters>& deflate, std::span<char> rest,
                    TimePoint now, std::optional<std::uint32_t> chop = {});

  // ---- sending
  // -------------------------------------------------------------------------------------

  /// Sends a frame as it is, legal or not, until the connection is closed or both ends have sent
  /// their Close frame.
  void sendFrame(const FrameToSend& frame);
  /// Writes octets as they are, as long as frames are sent.
  void sendOctets(const Payload& octets);
  /// Ends our direction of TCP after what was written, and goes on reading.
  void endSending() { outbox_.endSending(); }
  /// Sends a message while the connection is open: fragmented by `fragmentSize` (0: the option
  /// autoFragmentSize), compressed where that was negotiated. A message whose length is a multiple
  /// of the fragment size ends with an empty frame, as the original does it.
  void sendMessage(const Payload& payload, bool binary, std::uint64_t fragmentSize = 0,
                   bool sync = false);
  /// A message in parts: begin, then frames whose payload is written piece by piece, then an empty
  /// last frame. Only while the connection is open.
  void beginMessage(bool binary);
  void beginFrame(std::uint64_t length);
  void sendFrameData(const Payload& payload, bool sync);
  void endMessage();
  /// Starts the closing handshake (RFC 6455 section 7.1.2); nothing when it has begun. Codes and
  /// reasons are not checked.
  void sendClose(std::optional<std::uint16_t> code, const std::optional<Octets>& reason,
                 TimePoint now);
  /// Fails the connection (RFC 6455 section 7.1.7); in the closing handshake that ends TCP.
  void fail(std::uint16_t code, const std::string& reason, TimePoint now);
  /// Ends the transport. Pieces that still wait are written before an orderly end.
  void drop(Ending ending);

  void setFragmentSize(std::uint64_t size) { options_.autoFragmentSize = size; }

  // ---- what a session passes on
  // ---------------------------------------------------------------------

  void received(std::span<char> octets, TimePoint now);
  void disconnected();
  [[nodiscard]] std::optional<TimePoint> deadline() const { return timers_.next(); }
  void woken(TimePoint now);
  [[nodiscard]] Pieces queuedPieces() const;
  void sendNextPiece();
  Outbox& outbox() { return outbox_; }

  // ---- state
  // ---------------------------------------------------------------------------------------

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool wasOpen() const { return wasOpen_; }
  [[nodiscard]] const Closing& closing() const { return closing_; }
  /// The first rule that the peer broke.
  [[nodiscard]] const std::optional<Violation>& violation() const { return violation_; }
  [[nodiscard]] const std::string& httpRequest() const { return httpRequest_; }
  [[nodiscard]] const std::string& httpResponse() const { return httpResponse_; }
  /// What was sent (client role).
  [[nodiscard]] const ClientRequest& request() const { return request_; }
  /// The fields of the peer's answer (client role).
  [[nodiscard]] const HttpHead& responseHead() const { return responseHead_; }
  [[nodiscard]] const std::optional<DeflateParameters>& deflate() const { return deflate_; }

 private:
  enum class Timer { openHandshake, closeHandshake, serverDrop, autoPing, autoPong };
  struct Piece {
    Encoded encoded;
    std::uint64_t at = 0;
    std::uint32_t chop = 0;  ///< 0: one piece
    bool sync = false;
    bool closes = false;  ///< the Close frame of the closing handshake
  };

  // connection.cpp
  void opened(const std::optional<DeflateParameters>& deflate, TimePoint now);
  void readResponse(std::span<char> octets, TimePoint now);
  void failOpening(const std::string& reason);
  void closed();
  void startAutoPing(TimePoint now);
  void sendAutoPing();

  // connection_send.cpp
  void sendCloseFrame(std::optional<std::uint16_t> code, const std::optional<Octets>& reason,
                      bool isReply, TimePoint now);
  void emitFrame(const FrameToSend& frame, std::uint64_t offset, std::uint64_t length);
  void emitFragments(const Payload& payload, bool binary, std::uint64_t fragmentSize,
                     bool compressed, bool sync);
  [[nodiscard]] bool isWritable() const;
  void write(const Encoded& encoded, std::optional<std::uint32_t> chop, bool sync);
  void dropWaiting();
  void transmit(const Encoded& encoded, std::uint64_t from, std::uint64_t to, bool piece);
  std::optional<MaskKey> nextMask(const FrameToSend& frame);

  // connection_receive.cpp
  void readFrames(std::span<char> octets);
  bool readHeader(OctetView& input);
  void frameBegun();
  [[nodiscard]] std::uint64_t messageLimit() const;
  void payloadReceived(std::span<char> octets);
  void collect(OctetView octets);
  void keepInflated(Inflater::Status status);
  void keep(OctetView octets);
  void frameEnded();
  void dataFrameEnded();
  void endMessageContent();
  void controlFrameEnded();
  void closeReceived(OctetView payload);
  void answerClose(std::optional<std::uint16_t> code, const std::optional<Octets>& reason);
  void violate(const Violation& violation);

  const Role role_;
  Options options_;
  Random random_;
  Listener& listener_;
  Observer* observer_;
  TimePoint now_{};

  State state_ = State::connecting;
  bool wasOpen_ = false;
  Closing closing_;
  Timers<Timer> timers_;
  Outbox outbox_;

  // Opening.
  ClientRequest request_;
  std::string httpRequest_;
  std::string httpResponse_;
  HttpHead responseHead_;
  Octets unread_;  ///< octets of the answer so far
  std::optional<DeflateParameters> deflate_;
  std::unique_ptr<Deflater> deflater_;
  std::unique_ptr<Inflater> inflater_;

  // Sending.
  std::deque<Piece> pieces_;
  bool draining_ = false;
  Ending endAfterPieces_ = Ending::none;
  struct StreamedMessage {
    bool binary = false;
    bool begun = false;  ///< its first frame was begun
    std::optional<MaskKey> key;
    std::uint64_t phase = 0;
    std::uint64_t left = 0;  ///< of the payload of the frame that was begun
  };
  StreamedMessage streamed_;
  std::optional<FrameToSend> heldPong_;  ///< waits for the end of that frame
  Octets pingPayload_;

  // Receiving.
  FrameHeaderReader header_;
  bool flagsChecked_ = false;
  bool inFrame_ = false;
  std::uint64_t frameLeft_ = 0;
  std::uint64_t frameRead_ = 0;
  bool insideMessage_ = false;
  bool messageIsBinary_ = false;
  bool messageIsCompressed_ = false;
  std::optional<Violation> violation_;  ///< the first one
  bool brokenAgain_ = false;  ///< this frame breaks a rule, and it is not the first breach
  Octets message_;
  std::uint64_t messageWireLength_ = 0;
  std::size_t frameStart_ = 0;  ///< of this frame's octets in `message_`
  Octets inflated_;
  Octets control_;
  Utf8Validator utf8_;
};

}  // namespace wsgauntlet::websocket
