// A test case as data: what is sent, when, and what is expected. Everything that the program knows
// of a case is here; the cases themselves are in `cases/`. docs/cases.md shows the JSON form.
#pragma once

#include "base/error.hpp"
#include "base/frame_to_send.hpp"
#include "base/octets.hpp"
#include "suite/case_id.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wsgauntlet::suite {

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

/// Sends a message, fragmented as it says and compressed where that was negotiated.
struct SendMessage {
  bool binary = false;
  Payload payload;
  /// Payload octets of each frame. A message whose length is a multiple of it ends with an empty
  /// frame. The default is the fragment size of the connection.
  std::optional<std::uint64_t> fragmentSize;
  bool sync = false;
};

/// Starts the closing handshake (RFC 6455 section 7.1.2); does nothing when it has begun. A Close
/// frame that breaks rules, or a second one, is a frame to send.
struct SendClose {
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

/// Goes on with the script after N seconds. A tag makes the end of the wait an event.
struct Wait {
  double seconds = 0;
  std::optional<std::string> tag;
};
/// Sends an empty Close frame after N seconds, if the connection is still open then.
struct CloseAfter {
  double seconds = 0;
};
/// Fails the connection after N seconds, if it is not closed then.
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
/// many seconds: then it is late. Only in cases with a requirement.
struct Await {
  ExpectedEvent event;
  double seconds = 3;
};
/// Ends our direction of TCP and goes on reading.
struct EndSending {};
/// Stops reading, or reads on: meanwhile what the peer sends fills the buffers of TCP.
struct SwitchReading {
  bool on = true;
};
/// Resets TCP.
struct ResetTcp {};

using Action =
    std::variant<FrameToSend, SendMessage, SendClose, BeginMessage, BeginFrame, FrameData,
                 EndMessage, Wait, CloseAfter, FailAfter, SwitchWireLog, SetFragmentSize,
                 SendOctets, Await, EndSending, SwitchReading, ResetTcp>;

struct Step {
  Action action;
  Place place;  ///< where it is in the case file
};

// ---- what is expected ---------------------------------------------------------------------------

/// What a course of events is worth.
enum class Rating { ok, nonStrict };

/// One acceptable course of events and what it is worth.
struct Alternative {
  Rating rating = Rating::ok;
  std::vector<ExpectedEvent> events;
};

/// How the connection is to end.
struct CloseExpectation {
  bool byFuzzer = true;  ///< who sends the first Close frame or fails
  /// Acceptable codes of the peer; the first is what we send.
  std::vector<std::uint16_t> codes = {1000};
  bool clean = true;                  ///< a completed closing handshake is required
  bool wrongEndpointIsFatal = false;  ///< the wrong closer makes the case FAILED
  bool wrongCodeIsFatal = false;      ///< so does a wrong code, with that text as the result
};

/// The informational cases: nothing the peer does is wrong, the result says what it did.
struct Informational {
  struct Text {
    std::optional<Rating> alternative;  ///< the one that matched; nothing: whatever was observed
    std::string text;
  };
  std::vector<Text> results;  ///< the first that applies
};

/// The case is judged by the events that come, as the original does.
struct ExpectedEvents {
  std::vector<Alternative> alternatives;  ///< one of which has to come true
  bool finishEarly = true;                ///< start closing once all that is expected has come
  std::optional<Informational> informational;
};

/// The case is judged by the echo of one large message (9.1 to 9.6).
struct LargeEcho {
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

/// The case is judged by messages that go out one after another, each when the echo of the one
/// before has come.
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
/// NON-STRICT; a MAY only says what was seen.
enum class Level { must, should, may };

/// What the peer is to do with the connection.
enum class Reaction {
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

/// A rule in addition to the reaction.
struct Check {
  enum class Kind {
    answered,    ///< the peer answers the opening handshake with HTTP, whatever the status
    status,      ///< the status code of that answer, if any, is one of `values`: `426` or `4xx`
    field,       ///< the peer's handshake, if any, has the field `name`, with one of the list
                 ///< elements `values` where there are any (the case of letters does not count)
    noField,     ///< it has no such field
    oneField,    ///< it has the field at most once
    wellFormed,  ///< the peer's handshake keeps to the grammar, field by field
    freshKey,    ///< the peer has not used its Sec-WebSocket-Key before; the last of the opening
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

  /// Nothing that comes after the opening handshake counts.
  [[nodiscard]] bool isOfOpening() const { return kind <= Kind::freshKey; }
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
  std::vector<Field> fields;             ///< in place of the usual ones, new ones after them
  std::vector<std::string> before;       ///< whole lines, before all fields
  std::vector<std::string> after;        ///< whole lines, after all fields
  Letters letters = Letters::asTheyAre;  ///< of the names of fields
  bool reverse = false;                  ///< the fields in reverse order
  std::string lineEnd = "\r\n";
  bool finished = true;               ///< with the empty line
  Payload behind;                     ///< octets after it, in the same write
  std::optional<std::uint32_t> chop;  ///< in pieces of N octets
};

/// Opening handshake and first steps of a case where they are others than the usual ones.
struct Opening {
  std::optional<HandshakeEdit> request;   ///< as client
  std::optional<HandshakeEdit> response;  ///< as server
  std::vector<Step> early;                ///< sent after our request, before the answer is there

  [[nodiscard]] bool isUsual() const { return !request && !response && early.empty(); }
};

struct Case;

/// The case is judged by the level of a rule.
struct Requirement {
  Level level = Level::must;
  Reaction reaction = Reaction::echo;
  /// With `fail`: the close codes that suit, see `closeFrame`. With `echo`: codes with which the
  /// peer may fail the connection instead, such as 1009 for what is too long.
  std::vector<std::uint16_t> codes;
  /// What binds the peer to open the connection, where that is not the rule of the case.
  std::optional<Binding> opens;
  /// What binds the peer to send a Close frame, with a code that suits. With `fail`, this is
  /// RFC 6455 section 7.1.7 (SHOULD), with other courses section 5.5.1 (MUST) unless it is said.
  std::optional<Binding> closeFrame;
  /// What comes back, or may come back before the peer fails the connection.
  std::optional<Alternative> expected;
  std::vector<Check> checks;
  double patience = 3;  ///< seconds of silence after which the peer is given up
  Opening opening;
  /// Other connections to the same server. Each plays its script before the case begins, stays open
  /// until the case has ended, and is not judged.
  std::vector<std::shared_ptr<const Case>> companions;
};

/// Which peers a case is for.
enum class AppliesTo { both, servers, clients };

/// What a case does with time, for the scheduler.
enum class Kind {
  waits,     ///< mostly waits; any number runs side by side
  measures,  ///< measures time; runs in isolation
  moves,     ///< moves much data; as many as there are cores
};

struct SpecReference {
  int rfc = 6455;
  std::string section;
};

/// What a case is judged by.
using Criterion = std::variant<ExpectedEvents, LargeEcho, RoundTrips, Requirement>;

/// What a case of the original tolerates in addition, because an RFC allows it.
struct Correction {
  enum class Tolerance {
    unaskedPongs,  ///< Pongs that are not expected
    lastPong,      ///< a Pong for only the last of several Pings, and Pongs after other events
    nonStrict,     ///< the alternatives that the case calls NON-STRICT
    closeCodes,    ///< any code that a Close frame may have, or that we have sent
    limits,        ///< the code 1009 in place of an echo, which is INFORMATIONAL
    pings,         ///< Pings while we send a frame in parts: their Pongs wait for its end
    lateEnds,      ///< a closing handshake that takes longer than the timers of the script
  };
  Tolerance tolerance = Tolerance::unaskedPongs;
  SpecReference spec;  ///< the clause that allows it
  std::string why;     ///< a sentence or two
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
  double cost = 0;  ///< seconds that it lasts with a fast peer, for balancing; 0: unknown

  std::vector<Step> script;
  Criterion criterion;
  CloseExpectation close;  ///< of cases without a requirement
  /// Frames that must have been sent, by opcode, else the case is FAILED.
  std::optional<std::vector<std::pair<std::uint8_t, std::uint64_t>>> framesSent;
  std::optional<Deflate> deflate;
  AppliesTo appliesTo = AppliesTo::both;
  std::vector<Correction> corrections;  ///< see `cases/corrections`

  bool reportTime = false;
  bool reportCompressionRatio = false;
  Place place;  ///< where it is in its file
};

/// The requirement of a case that is judged by level; null for others.
[[nodiscard]] inline const Requirement* requirementOf(const Case& testCase) {
  return std::get_if<Requirement>(&testCase.criterion);
}
/// The alternatives of what is expected; none where the case judges echoes itself.
[[nodiscard]] std::span<const Alternative> alternativesOf(const Case& testCase);
/// The opening handshake of the case.
[[nodiscard]] const Opening& openingOf(const Case& testCase);
/// `OK` or `NON-STRICT`.
[[nodiscard]] std::string_view name(Rating rating);

}  // namespace wsgauntlet::suite
