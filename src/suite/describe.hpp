// Cases in plain words, for people: `cases show`, and what explains a failure.
#pragma once

#include "suite/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgauntlet::suite {

/// `continuation`, `text`, `binary`, `close`, `ping`, `pong`, or `reserved opcode 11`.
[[nodiscard]] std::string opcodeName(std::uint8_t opcode);

/// Octets of which only the first may be known: `"Hello" (5 octets)`, `hex 00fe (2 octets)`,
/// `"****"… (65536 octets)`, `no payload`. Text is shown as text where it is printable UTF-8.
[[nodiscard]] std::string describeOctets(OctetView head, std::uint64_t length);
/// The same; a repetition as such: `"*" repeated to 65536 octets`.
[[nodiscard]] std::string describe(const Payload& payload);

/// `text message "Hello" (5 octets)`, `pong, no payload`, `timeout "A"`.
[[nodiscard]] std::string describe(const ExpectedEvent& event);
/// The events of an alternative, joined with `, then `; `nothing` when there are none.
[[nodiscard]] std::string describe(const Alternative& alternative);
/// `closed by the fuzzer, cleanly; the peer's code is 1000 or none`.
[[nodiscard]] std::string describe(const CloseExpectation& close);
/// `send text, not final, payload "Hello" (5 octets), in pieces of 1 octet`.
[[nodiscard]] std::string describe(const Action& action);
/// `MUST`, `SHOULD` or `MAY`.
[[nodiscard]] std::string_view name(Level level);
/// `RFC 6455 section 5.4`.
[[nodiscard]] std::string describe(const SpecReference& spec);
/// All of a case in lines, the last one with its line end.
[[nodiscard]] std::string describe(const Case& testCase);

}  // namespace wsgauntlet::suite
