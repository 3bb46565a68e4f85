// The connection state machine of RFC 6455, for both roles: opening, what frames of the peer lead
// to, and the end of the connection.
#pragma once

#include "base/clock.hpp"
#include "base/frame_to_send.hpp"
#include "base/octets.hpp"
#include "base/random.hpp"
#include "websocket/closing.hpp"
#include "websocket/extensions.hpp"
#include "websocket/frame_rules.hpp"
#include "websocket/handshake.hpp"
#include "websocket/message_reader.hpp"
#include "websocket/message_writer.hpp"
#include "websocket/observer.hpp"
#include "websocket/options.hpp"
#include "websocket/outbox.hpp"
#include "websocket/piece_queue.hpp"
#include "websocket/session.hpp"
#include "websocket/timers.hpp"

#include <optional>
#include <span>
#include <string>

namespace wsgauntlet::websocket {

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

/// One connection. Frames and messages are read by a MessageReader and written by a MessageWriter.
class Connection : private MessageReader::Handler {
 public:
  enum class State { connecting, open, closing, closed };

  /// `observer` may be null. Listener and observer outlive the connection.
  Connection(Role role, const Options& options, Random random, Listener& listener,
             Observer* observer);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Opening (RFC 6455 section 4).

  /// Client: sends the request and waits for the answer. A request without a key gets a random one.
  void openAsClient(const ClientRequest& request, TimePoint now);
  /// Server: the request was read and judged elsewhere; `request` holds its octets, `response` the
  /// answer, `deflate` what was negotiated. `rest`: octets that came after the request. `chop`:
  /// the answer goes out in pieces of this many octets.
  void openAsServer(OctetView request, const std::string& response,
                    const std::optional<DeflateParameters>& deflate, std::span<char> rest,
                    TimePoint now, std::optional<std::uint32_t> chop = {});

  // Sending.

  /// Sends a frame as it is, legal or not, until the connection is closed or both ends have sent
  /// their Close frame.
  void sendFrame(const FrameToSend& frame);
  /// Writes octets as they are, as long as frames are sent.
  void sendOctets(const Payload& octets);
  /// Ends our direction of TCP after what was written, and goes on reading.
  void endSending() { outbox().endSending(); }
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

  // What a session passes on.

  void received(std::span<char> octets, TimePoint now);
  void disconnected();
  [[nodiscard]] std::optional<TimePoint> deadline() const { return timers_.next(); }
  void woken(TimePoint now);
  [[nodiscard]] Pieces queuedPieces() const { return pieces_.queued(); }
  void sendNextPiece();
  Outbox& outbox() { return pieces_.outbox(); }

  // State.

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

  // Opening.
  void opened(const std::optional<DeflateParameters>& deflate, TimePoint now);
  void readResponse(std::span<char> octets, TimePoint now);
  void failOpening(const std::string& reason);

  // Sending.
  [[nodiscard]] bool isWritable() const;
  void startAutoPing(TimePoint now);
  void sendAutoPing();

  // What the reader reports.
  void onViolation(const Violation& violation) override;
  void onControlFrame(const FrameHeader& header, OctetView payload) override;
  void onDataFrame(const FrameHeader& header, OctetView payload) override;
  void onWholeMessage(Octets& payload, bool binary) override;
  void pingReceived(OctetView payload);
  void closeReceived(OctetView payload);

  // The end.
  void answerClose(std::optional<std::uint16_t> code, const std::optional<Octets>& reason);
  void sendCloseFrame(std::optional<std::uint16_t> code, const std::optional<Octets>& reason,
                      bool isReply, TimePoint now);
  void awaitEndOfTransport();
  void dropAfterPieces();
  void closed();

  const Role role_;
  Options options_;  ///< the reader and the writer use it, too
  Random random_;
  Listener& listener_;
  Observer* observer_;
  TimePoint now_{};

  State state_ = State::connecting;
  bool wasOpen_ = false;
  Closing closing_;
  Timers<Timer> timers_;

  // Opening.
  ClientRequest request_;
  std::string httpRequest_;
  std::string httpResponse_;
  HttpHead responseHead_;
  Octets unread_;  ///< octets of the answer so far
  std::optional<DeflateParameters> deflate_;

  PieceQueue pieces_;
  MessageWriter writer_;
  MessageReader reader_;
  Ending endAfterPieces_ = Ending::none;
  Octets pingPayload_;
  std::optional<Violation> violation_;  ///< the first one
  bool brokenAgain_ = false;  ///< this frame breaks a rule, and it is not the first breach
};

}  // namespace wsgauntlet::websocket
