// An echo peer that deviates on purpose. It shares nothing with the connection of the fuzzer but
// codecs, so that a fault of the one is not hidden by the same fault of the other.
#pragma once

#include "base/random.hpp"
#include "mutants/mutations.hpp"
#include "mutants/server_state.hpp"
#include "websocket/deflate.hpp"
#include "websocket/extensions.hpp"
#include "websocket/frame.hpp"
#include "websocket/http.hpp"
#include "websocket/role.hpp"
#include "websocket/session.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::mutants {

/// What a client asks for.
struct MutantRequest {
  std::string host;  ///< with its port
  std::string target;
  std::string agent;
};

class MutantPeer : public websocket::Session {
 public:
  /// A connection of a server.
  MutantPeer(Mutation mutation, Random random,
             std::shared_ptr<ServerState> server = std::make_shared<ServerState>());
  /// A client.
  MutantPeer(Mutation mutation, Random random, MutantRequest request);
  MutantPeer(const MutantPeer&) = delete;
  MutantPeer& operator=(const MutantPeer&) = delete;
  ~MutantPeer() override;

  void connected(TimePoint now) override;
  void received(std::span<char> octets, TimePoint now) override;
  void disconnected(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  void woken(TimePoint now) override;
  [[nodiscard]] websocket::Pieces queuedPieces() const override;
  void sendNextPiece(TimePoint now) override;
  websocket::Outbox& outbox() override { return outbox_; }

 private:
  struct Delayed {
    TimePoint when;
    std::function<void()> what;
  };

  [[nodiscard]] bool is(Mutation mutation) const { return mutation_ == mutation; }
  [[nodiscard]] bool isServer() const { return !request_; }

  // mutant_peer.cpp: octets in and out
  void read();
  void swapShared();
  [[nodiscard]] bool hasOthers() const { return server_->connections.size() > 1; }
  [[nodiscard]] bool isOtherBlocked() const;
  void write(Octets octets);
  void writeNow(Octets octets);
  void end();
  void endNow();
  void later(double seconds, std::function<void()> what);

  // mutant_handshake.cpp, mutant_client_handshake.cpp
  void readRequest();
  void readResponse();
  void sendRequest();
  void accept(const websocket::HttpHead& head);
  void refuse(int status, const std::string& reason, bool version = false);
  /// The status with which a request is refused.
  [[nodiscard]] std::optional<int> refusalOf(const websocket::HttpHead& head) const;
  [[nodiscard]] bool isTargetFine(const websocket::HttpHead& head) const;
  [[nodiscard]] bool areLinesFine() const;
  [[nodiscard]] bool areListsFine(const websocket::HttpHead& head) const;
  [[nodiscard]] std::optional<std::string> keyOf(const websocket::HttpHead& head) const;
  [[nodiscard]] bool isResponseFine(const websocket::HttpHead& head);
  [[nodiscard]] bool isSubprotocolFine(const std::string& answered) const;
  [[nodiscard]] bool offersSubprotocols() const {
    return is(Mutation::offersSubprotocols) || is(Mutation::anyCaseSubprotocol) ||
           is(Mutation::anyLongerSubprotocol);
  }
  [[nodiscard]] bool areAnsweredExtensionsFine(const websocket::HttpHead& head);
  [[nodiscard]] std::string answeredExtensions(const websocket::HttpHead& head);
  [[nodiscard]] std::optional<std::string> valueOf(const websocket::HttpHead& head,
                                                   std::string_view name) const;
  [[nodiscard]] bool areBlanksFine() const;
  [[nodiscard]] std::string head(const std::string& startLine, websocket::HttpFields fields) const;
  void agree(const websocket::DeflateParameters& parameters);

  // mutant_frames.cpp, mutant_text.cpp: frames in
  void readFrames();
  bool readFrame();
  [[nodiscard]] bool isHeaderFine(const websocket::FrameHeader& header);
  [[nodiscard]] bool isRsvFine(const websocket::FrameHeader& header);
  [[nodiscard]] bool isMaskFine(const websocket::FrameHeader& header);
  [[nodiscard]] bool isControlFine(const websocket::FrameHeader& header);
  [[nodiscard]] bool isOpcodeFine(const websocket::FrameHeader& header);
  [[nodiscard]] bool isPlaceFine(const websocket::FrameHeader& header);
  void unmask(Octets& payload, const websocket::FrameHeader& header);
  void take(const websocket::FrameHeader& header, Octets payload);
  void takeData(const websocket::FrameHeader& header, Octets payload);
  void takePing(const Octets& payload);
  void takePong(const Octets& payload);
  void takeClose(const Octets& payload);
  void endMessage();
  [[nodiscard]] bool inflate(const Octets& in, Octets& out);
  [[nodiscard]] bool isText(const Message& message, Octets& payload);
  [[nodiscard]] bool isUtf8(OctetView octets) const;
  void fail(std::uint16_t code);

  // mutant_echo.cpp: frames out
  void echo(bool binary, Octets payload);
  void echoNow(bool binary, Octets payload);
  void flushHeld();
  void frame(std::uint8_t opcode, OctetView payload, bool fin = true, std::uint8_t rsv = 0);
  [[nodiscard]] std::optional<websocket::MaskKey> nextMask(std::uint8_t opcode, bool empty);
  void answerClose(std::optional<std::uint16_t> code);
  void sendClose(std::optional<std::uint16_t> code, const Octets& reason = {});
  [[nodiscard]] Octets deflate(OctetView payload);

  const Mutation mutation_;
  Random random_;
  std::shared_ptr<ServerState> server_;
  std::optional<MutantRequest> request_;
  std::string key_;
  TimePoint now_{};
  websocket::Outbox outbox_;
  std::vector<Delayed> delayed_;
  std::deque<Octets> pieces_;
  bool endBehindPieces_ = false;

  bool open_ = false;
  Octets unread_;
  Octets block_;  ///< the header of the other side's handshake
  int reads_ = 0;
  std::optional<websocket::DeflateParameters> agreed_;
  std::unique_ptr<websocket::Deflater> deflater_;
  std::shared_ptr<websocket::Inflater> inflater_;
  bool inflaterEnded_ = false;

  websocket::FrameHeaderReader header_;
  bool headerJudged_ = false;
  bool skipFrame_ = false;
  int frames_ = 0;
  int controlFrames_ = 0;
  std::optional<websocket::MaskKey> firstKey_;
  std::size_t maskPhase_ = 0;
  std::optional<Message> message_;
  int messages_ = 0;
  bool firstCompressed_ = false;
  Octets cutCodePoint_;
  bool textSeen_ = false;
  int pings_ = 0;
  std::optional<Octets> heldPong_;
  std::vector<std::pair<bool, Octets>> held_;  ///< echoes that wait for the end of the read
  int sent_ = 0;
  std::uint32_t maskCount_ = 0;
  bool closeSent_ = false;
  bool closeSeen_ = false;
  bool failed_ = false;
  bool deaf_ = false;
};

}  // namespace wsgauntlet::mutants
