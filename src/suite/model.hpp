// A test case as data: what is sent, when, and what is expected. Everything that the program knows
// of a case stands here; the cases themselves stand in `cases/`. docs/cases.md shows the JSON form.
#pragma once

#include "base/error.hpp"
#include "base/octets.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wsgauntlet::suite {

/// A case id such as 5.19 or 12.1.7, ordered by its numbers: 2.9 < 2.10.
class CaseId {
 public:
  CaseId() = default;
  explicit CaseId(std::vector<int> parts) : parts_(std::move(parts)) {}
  /// Reads dot-separated numbers; `01.1.1` equals `1.1.1`. Nothing when the text is something else.
  static std::optional<CaseId> parse(std::string_view text);

  [[nodiscard]] const std::vector<int>& parts() const { return parts_; }
  /// The parts joined with `separator`.
  [[nodiscard]] std::string str(char separator = '.') const;
  // clang-tidy 14 sees a null pointer in <=>.
  friend auto operator<=>(const CaseId&, const CaseId&) = default;  // NOLINT(modernize-use-nullptr)

 private:
  std::vector<int> parts_;
};

// ---- steps of a script --------------------------------------------------------------------------

/// Sends one frame, legal or not (RFC 6455 section 5.2). Nothing is checked.
struct SendFrame {
  std::uint8_t opcode = 0;  ///< 0 to 15
  bool fin = true;
  std::uint8_t rsv = 0;  ///< 0 to 7; RSV1 is 4
  Payload payload;
  std::optional<std::uint64_t> repeatTo;        ///< repeat the payload up to this many octets
  std::optional<std::uint64_t> declaredLength;  ///< length in the header, when it shall be wrong
  std::optional<std::uint32_t> mask;            ///< masking key instead of a random one
  std::optional<std::uint32_t> chop;            ///< send in pieces of so many octets
  bool sync = false;                            ///< send as one piece of its own
};

/// Sends a message, fragmented as told and compressed where that was negotiated.
struct SendMessage {
  bool binary = false;
  Payload payload;
  /// Payload octets of each frame. A message whose length is a multiple of it ends with an empty
  /// frame. The default is the fragment size of the connection.
  std::optional<std::uint64_t> fragmentSize;
  bool sync = false;
};

/// Sends a Close frame as it stands, in whatever state (RFC 6455 section 5.5.1).
struct SendClose {
  std::optional<std::uint16_t> code;
  std::optional<Octets> reason;
};

/// Starts the closing handshake (RFC 6455 section 7.1.2); does nothing when it has begun.
struct StartClosing {
  std::optional<std::uint16_t> code;
  std::optional<Octets> reason;
};

/// Begins a message whose frames are written in parts: first the header of its first frame.
struct BeginMessage {
  bool binary = false;
};
/// Writes the header of the next frame of the message, which is not the last one.
struct BeginFrame {
  std::uint64_t length = 0;
};
/// Writes a part of the payload of the frame that was begun.
struct FrameData {
  Payload payload;
  bool sync = false;
};
/// Ends the message with an empty last frame.
struct EndMessage {};

/// Goes on with the script after so many seconds. A tag makes the end of the wait an event.
struct Wait {
  double seconds = 0;
  std::optional<std::string> tag;
};
/// Sends an empty Close frame after so many seconds, if the connection is still open then.
struct CloseAfter {
  double seconds = 0;
};
/// Fails the connection after so many seconds, if it is not closed then.
struct FailAfter {
  double seconds = 0;
};
/// Switches the wire log. `silent`: without a row that says so.
struct SwitchWireLog {
  bool on = true;
  bool silent = false;
};
/// Sets the fragment size of messages of this connection, 0 for none.
struct SetFragmentSize {
  std::uint64_t size = 0;
};

using Action = std::variant<SendFrame, SendMessage, SendClose, StartClosing, BeginMessage,
                            BeginFrame, FrameData, EndMessage, Wait, CloseAfter, FailAfter,
                            SwitchWireLog, SetFragmentSize>;

struct Step {
  Action action;
  Place place;  ///< where it stands in the case file
};

// ---- what is expected ---------------------------------------------------------------------------

struct ExpectMessage {
  Payload payload;
  bool binary = false;
  bool operator==(const ExpectMessage&) const = default;
};
struct ExpectPong {
  Payload payload;
  bool operator==(const ExpectPong&) const = default;
};
struct ExpectTimeout {
  std::string tag;
  bool operator==(const ExpectTimeout&) const = default;
};
/// An event that the peer causes or that the script notes, in the order in which they come.
using ExpectedEvent = std::variant<ExpectMessage, ExpectPong, ExpectTimeout>;

/// One acceptable course of events and what it is worth.
struct Alternative {
  std::string verdict;  ///< `OK` or `NON-STRICT`
  std::vector<ExpectedEvent> events;
};

/// How the connection is to end.
struct CloseExpectation {
  bool byFuzzer = true;               ///< who sends the first Close frame or fails
  std::vector<std::uint16_t> codes;   ///< acceptable codes of the peer; the first is what we send
  bool clean = true;                  ///< a completed closing handshake is required
  bool wrongEndpointIsFatal = false;  ///< the wrong closer makes the case FAILED
};

/// The case echoes one large message and is judged by it (9.1 to 9.6).
struct LargeMessage {
  bool binary = false;
  Payload payload;     ///< what the echo must be
  double seconds = 0;  ///< time for the echo, named in the result
};

/// Slices of a file of `cases/data`, taken one after another and starting over at its end.
struct CorpusSlices {
  std::string corpus;        ///< its name, such as `json`
  std::uint64_t length = 0;  ///< of each slice
  bool codePoints = false;   ///< `length` counts code points and not octets
};

/// Messages that go out one after another, each when the echo of the one before has come.
struct RoundTrips {
  bool binary = false;
  int count = 0;
  std::variant<Payload, CorpusSlices> payload;
  bool asFrame = false;  ///< sent as a single frame and not through the message layer
  double seconds = 0;    ///< time for all, named in the result
};

/// permessage-deflate in a case (RFC 7692 section 7), both roles.
struct Deflate {
  /// What the fuzzing client offers: the elements of Sec-WebSocket-Extensions.
  std::vector<std::string> offers;
  /// What the fuzzing server accepts: rules in order, each tried with every offer of the client.
  struct Rule {
    bool needsClientMaxWindowBits = false;   ///< fits only an offer with `client_max_window_bits`
    bool clientNoContextTakeover = false;    ///< put into the answer
    std::optional<int> clientMaxWindowBits;  ///< put into the answer
  };
  std::vector<Rule> accept;
};

/// What a case does with time, for the scheduler.
enum class Kind {
  waits,     ///< mostly waits; any number runs side by side
  measures,  ///< measures time; runs alone
  moves,     ///< moves much data; as many as there are cores
};

/// The informational cases: nothing the peer does is wrong, the result says what it did.
struct Informational {
  /// Result text by verdict of the matching alternative. `*`: whatever was observed.
  std::vector<std::pair<std::string, std::string>> results;
};

struct SpecReference {
  int rfc = 6455;
  std::string section;
};

struct Case {
  CaseId id;
  int number = 0;           ///< 1-based position in its suite
  std::string suite;        ///< `autobahn`
  std::string category;     ///< `5 Fragmentation`
  std::string subcategory;  ///< `6.1 Valid UTF-8 …`; empty when there is none
  std::string description;
  std::string expectation;
  std::vector<SpecReference> spec;
  Kind kind = Kind::waits;
  double cost = 0;  ///< seconds that it takes with a fast peer, for balancing; 0: unknown

  std::vector<Step> script;
  std::vector<Alternative> expect;
  CloseExpectation close;

  bool finishEarly = true;      ///< start closing as soon as all that is expected has come
  bool wrongCodeFails = false;  ///< WRONG CODE makes the case FAILED, with that text as its result
  std::optional<Informational> informational;
  /// Frames that must have been sent, by opcode, else the case is FAILED.
  std::optional<std::vector<std::pair<std::uint8_t, std::uint64_t>>> framesSent;
  std::variant<std::monostate, LargeMessage, RoundTrips> measure;
  std::optional<Deflate> deflate;

  bool reportTime = false;
  bool reportCompressionRatio = false;
  Place place;  ///< where it stands in its file
};

}  // namespace wsgauntlet::suite
