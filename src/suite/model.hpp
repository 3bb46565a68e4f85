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

// ---- events -------------------------------------------------------------------------------------

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
  std::optional<bool> masked;                   ///< with or without a mask, whatever our role
  std::uint8_t lengthOctets = 0;                ///< of the extended length at least: 0, 2 or 8
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

/// Writes octets as they stand.
struct SendOctets {
  Payload octets;
};
/// Goes on with the script when an event has come since the last `await`, or without it after so
/// many seconds: then it is late. Only in cases with an outcome.
struct Await {
  ExpectedEvent event;
  double seconds = 3;
};
/// Ends our direction of TCP and goes on reading.
struct EndSending {};
/// Resets TCP.
struct ResetTcp {};

using Action =
    std::variant<SendFrame, SendMessage, SendClose, StartClosing, BeginMessage, BeginFrame,
                 FrameData, EndMessage, Wait, CloseAfter, FailAfter, SwitchWireLog, SetFragmentSize,
                 SendOctets, Await, EndSending, ResetTcp>;

struct Step {
  Action action;
  Place place;  ///< where it stands in the case file
};

// ---- what is expected ---------------------------------------------------------------------------

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
  /// The case sends data that needs our context takeover and a window of 15 bits.
  bool needsFullWindow = false;
  /// What the fuzzing server accepts: rules in order, each tried with every offer of the client.
  struct Rule {
    bool needsClientMaxWindowBits = false;   ///< fits only an offer with `client_max_window_bits`
    bool clientNoContextTakeover = false;    ///< put into the answer
    std::optional<int> clientMaxWindowBits;  ///< put into the answer
  };
  std::vector<Rule> accept;
};

// ---- cases that are judged by the level of a rule -----------------------------------------------

/// How strongly a clause of an RFC binds (RFC 2119): a broken MUST is FAILED, a broken SHOULD
/// NON-STRICT; a MAY only tells what was seen.
enum class Level { must, should, may };

/// What is to become of the connection.
enum class Course {
  echo,    ///< it opens, all messages come back, Pings are answered, it closes cleanly
  fail,    ///< it opens, and the peer fails it; of `expect`, a beginning may come back
  close,   ///< it opens, and the peer completes the closing handshake, or ends TCP
  refuse,  ///< the peer does not open it
  answer,  ///< it opens or not: only the checks count
};

/// How strongly a clause binds, and which one it is.
struct Binding {
  Level level = Level::must;
  std::string clause;  ///< such as `RFC 6455 section 9.1`
};

struct Outcome {
  Level level = Level::must;
  Course course = Course::echo;
  /// With `fail`: the close codes that suit, see `closeFrame`. With `echo`: codes with which the
  /// peer may fail the connection instead, such as 1009 for what is too long.
  std::vector<std::uint16_t> codes;
  /// What binds the peer to open the connection, where that is not the rule of the case.
  std::optional<Binding> opens;
  /// What binds the peer to send a Close frame, with a code that suits. With `fail`, this is
  /// RFC 6455 section 7.1.7 (SHOULD), with other courses section 5.5.1 (MUST) unless it is said.
  std::optional<Binding> closeFrame;
};

/// A rule beside the outcome.
struct Check {
  enum class Kind {
    answered,    ///< the peer answers the opening handshake with HTTP, whatever the status
    status,      ///< the status code of that answer, if any, is one of `values`: `426` or `4xx`
    field,       ///< the peer's handshake, if any, has the field `name`, with one of the list
                 ///< elements `values` where there are any (the case of letters does not count)
    noField,     ///< it has no such field
    oneField,    ///< it has the field at most once
    wellFormed,  ///< the peer's handshake keeps to the grammar, field by field
    freshKey,    ///< the peer has not used its Sec-WebSocket-Key before
    freshMasks,  ///< the masking keys of the peer's frames follow no simple rule
    closeCode,   ///< the peer's Close frame has one of the codes `values`; none is always right
    oneClose,    ///< the peer sends one Close frame at most
    tcpEnd,      ///< the peer has ended TCP
    noEcho,      ///< no message has come back
  };
  Level level = Level::must;
  Kind kind = Kind::status;
  std::string name;
  std::vector<std::string> values;
  std::optional<std::string> section;  ///< of the RFC, when it is another than that of the case
};

/// The opening handshake that we send, where it is another than the usual one: as client our
/// request, as server our answer. Texts may name `{target}`, `{host}`, `{key}` and `{accept}`.
struct HandshakeEdit {
  enum class Letters { asTheyAre, lower, upper, mixed };
  struct Field {
    std::string name;
    std::vector<std::string> values;  ///< a line for each; none: the field is left out
  };
  std::optional<std::string> startLine;
  std::vector<Field> fields;             ///< in the place of the usual ones, new ones behind them
  std::vector<std::string> before;       ///< whole lines, before all fields
  std::vector<std::string> after;        ///< whole lines, behind all fields
  Letters letters = Letters::asTheyAre;  ///< of the names of fields
  bool reverse = false;                  ///< the fields in reverse order
  std::string lineEnd = "\r\n";
  bool finished = true;               ///< with the empty line
  Payload behind;                     ///< octets behind it, in the same write
  std::optional<std::uint32_t> chop;  ///< in pieces of so many octets
};

/// Which peers a case is for.
enum class AppliesTo { both, servers, clients };

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
  bool onRequest = false;   ///< runs only where its suite is named
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

  AppliesTo appliesTo = AppliesTo::both;
  std::optional<Outcome> outcome;  ///< the case is judged by level; `expect` has one alternative
  std::vector<Check> checks;       ///< only with an outcome
  double patience = 3;             ///< seconds of silence after which the peer is given up
  std::optional<HandshakeEdit> request;
  std::optional<HandshakeEdit> response;
  std::vector<Step> early;  ///< sent behind our request before the answer is there

  bool reportTime = false;
  bool reportCompressionRatio = false;
  Place place;  ///< where it stands in its file
};

}  // namespace wsgauntlet::suite
