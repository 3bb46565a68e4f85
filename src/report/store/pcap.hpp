// A case as a capture of packets, for Wireshark.
#pragma once

#include "play/result.hpp"

#include <string>

namespace wsgauntlet::report {

/// A pcapng file (draft-ietf-opsawg-pcapng) of the octets that a wire log shows, in TCP segments
/// over IPv4 and Ethernet between 192.0.2.1 (the fuzzer) and 192.0.2.2 (the peer), with sequence
/// numbers that fit, TCP's own handshake first and its end last. A row keeps the first 64
/// octets: a packet has its real length, and what is not known of it is left out, as in a capture
/// with a short snap length. The opening handshake is whole. Reports hold no times of rows; the
/// packets lie 1 ms apart, and waits of the script take their time. Throws InputError when the wire
/// log has no octets.
[[nodiscard]] std::string pcapng(const play::Result& result);

}  // namespace wsgauntlet::report
