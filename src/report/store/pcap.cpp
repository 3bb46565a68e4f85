#include "report/store/pcap.hpp"

#include "base/error.hpp"
#include "report/records.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

/// One packet has at most 65,535 octets of IPv4, 40 of which are headers.
constexpr std::uint64_t kMaxSegment = 65'495;
constexpr std::uint64_t kHeaders = 14 + 20 + 20;
/// A row can claim any length; a capture of a claim helps nobody.
constexpr std::uint64_t kMaxRow = 256ULL * 1024 * 1024;

enum Flags : std::uint8_t { kFin = 1, kSyn = 2, kPush = 8, kAck = 16 };

void big16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value >> 8U & 0xFFU);
  out += static_cast<char>(value & 0xFFU);
}
void big32(std::string& out, std::uint32_t value) {
  big16(out, value >> 16U);
  big16(out, value & 0xFFFFU);
}
void little16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value & 0xFFU);
  out += static_cast<char>(value >> 8U & 0xFFU);
}
void little32(std::string& out, std::uint32_t value) {
  little16(out, value & 0xFFFFU);
  little16(out, value >> 16U);
}
void pad(std::string& out) {
  out.append((4 - out.size() % 4) % 4, '\0');
}

/// The Internet checksum (RFC 1071).
std::uint32_t checksum(std::string_view octets) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<std::uint8_t>(octets[i]);
    sum += i % 2 == 0 ? static_cast<std::uint64_t>(octet) << 8U : octet;
  }
  while (sum > 0xFFFF) sum = (sum & 0xFFFFU) + (sum >> 16U);
  return static_cast<std::uint32_t>(~sum & 0xFFFFU);
}

/// A block has its type, its length, its body, and its length again.
void block(std::string& out, std::uint32_t type, std::string body) {
  pad(body);
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  little32(out, type);
  little32(out, length);
  out += body;
  little32(out, length);
}

void option(std::string& body, std::uint32_t code, std::string_view value) {
  little16(body, code);
  little16(body, static_cast<std::uint32_t>(value.size()));
  body += value;
  pad(body);
}

/// One end of the connection.
struct End {
  std::uint32_t address = 0;
  std::uint16_t port = 0;
  std::uint32_t sequence = 0;  ///< of the next octet
};

class Capture {
 public:
  explicit Capture(const play::Result& result)
      : result_(result),
        start_(std::chrono::duration_cast<std::chrono::microseconds>(
            result.started.time_since_epoch())),
        at_(start_) {
    timed_ = std::any_of(result.wireLog.begin(), result.wireLog.end(),
                         [](const play::WireLogRow& row) { return row.at > Duration::zero(); });
    fuzzer_ = {0xC0000201, result.isServer ? serverPort() : kClientPort, 0x10000000};
    peer_ = {0xC0000202, result.isServer ? kClientPort : serverPort(), 0x20000000};
  }

  std::string run() {
    head();
    openTcp();
    for (const play::WireLogRow& row : result_.wireLog) {
      if (timed_)
        at_ = std::max(at_, start_ + std::chrono::floor<std::chrono::microseconds>(row.at));
      std::visit(*this, row.what);
    }
    closeTcp();
    return std::move(out_);
  }

  void operator()(const play::OctetsRow& row) {
    send(row.sent, whole(row), std::min(row.octets.length, kMaxRow));
  }
  void operator()(const play::WaitRow& row) { wait_ = row.seconds; }
  void operator()(const play::WaitEndedRow&) { pass(std::exchange(wait_, 0)); }
  void operator()(const play::FailAfterRow& row) { last_ = row.seconds; }
  void operator()(const play::CloseAfterRow& row) { last_ = row.seconds; }
  void operator()(const play::FailingRow&) { pass(last_); }
  void operator()(const play::ClosingRow&) { pass(last_); }
  void operator()(const auto&) {}

 private:
  static constexpr std::uint16_t kClientPort = 50'000;

  /// The port in the Host header, or that of http.
  [[nodiscard]] std::uint16_t serverPort() const {
    const std::string& request = result_.httpRequest;
    const std::size_t host = request.find("\nHost: ");
    if (host == std::string::npos) return 80;
    const std::string line = request.substr(host, request.find('\r', host) - host);
    const int port = std::atoi(line.c_str() + std::min(line.rfind(':') + 1, line.size()));
    return port > 0 && port < 65536 ? static_cast<std::uint16_t>(port) : 80;
  }

  void head() {
    std::string section;
    little32(section, 0x1A2B3C4D);
    little16(section, 1);
    little16(section, 0);
    section.append(8, '\xFF');  // the length of the section is not said
    option(section, 1,
           fmt::format("case {}, made from a report{}", result_.testCase->id.str(),
                       timed_ ? "" : ": times of packets are not those of the run"));
    option(section, 4, "wsgauntlet " WSGAUNTLET_VERSION);
    option(section, 0, "");
    block(out_, 0x0A0D0D0A, std::move(section));
    std::string interface;
    little16(interface, 1);  // Ethernet
    little16(interface, 0);
    little32(interface, 0);  // no limit
    block(out_, 1, std::move(interface));
  }

  void pass(double seconds) {
    if (timed_) return;
    constexpr double kMaxLength = 86'400;
    at_ += std::chrono::microseconds(
        static_cast<std::int64_t>(std::clamp(seconds, 0.0, kMaxLength) * 1e6));
  }

  /// The octets of a row, and all of the opening handshake, whose text the report has.
  [[nodiscard]] std::string_view whole(const play::OctetsRow& row) {
    bool& seen = row.sent ? sentSeen_ : receivedSeen_;
    const std::string& header =
        row.sent == result_.isServer ? result_.httpResponse : result_.httpRequest;
    const bool isHandshake = !seen && header.size() == row.octets.length &&
                             std::string_view(header).starts_with(row.octets.head);
    seen = true;
    return isHandshake ? std::string_view(header) : std::string_view(row.octets.head);
  }

  void openTcp() {
    const bool byFuzzer = !result_.isServer;
    packet(byFuzzer, kSyn, "", 0);
    packet(!byFuzzer, kSyn | kAck, "", 0);
    packet(byFuzzer, kAck, "", 0);
  }

  void closeTcp() {
    const bool byFuzzer = result_.closing.droppedByMe;
    packet(byFuzzer, kFin | kAck, "", 0);
    packet(!byFuzzer, kFin | kAck, "", 0);
    packet(byFuzzer, kAck, "", 0);
  }

  void send(bool byFuzzer, std::string_view known, std::uint64_t length) {
    while (length > 0) {
      const std::uint64_t part = std::min(length, kMaxSegment);
      packet(byFuzzer, kPush | kAck, known.substr(0, part), part);
      known.remove_prefix(std::min<std::size_t>(known.size(), part));
      length -= part;
    }
  }

  [[nodiscard]] static std::string ipHeader(const End& from, const End& to, std::uint64_t length) {
    std::string ip = "\x45";
    ip += '\0';
    big16(ip, static_cast<std::uint32_t>(40 + length));
    big32(ip, 0x00004000);  // no identification, not to be fragmented
    ip += "\x40\x06";       // hops to live, TCP
    big16(ip, 0);
    big32(ip, from.address);
    big32(ip, to.address);
    std::string sum;
    big16(sum, checksum(ip));
    return ip.replace(10, 2, sum);
  }

  [[nodiscard]] static std::string tcpHeader(const End& from, const End& to, std::uint8_t flags,
                                             std::string_view known, bool complete) {
    std::string tcp;
    big16(tcp, from.port);
    big16(tcp, to.port);
    big32(tcp, from.sequence);
    big32(tcp, (flags & kAck) != 0 ? to.sequence : 0);
    big16(tcp, 0x5000U | flags);
    big16(tcp, 0xFFFF);
    big32(tcp, 0);
    if (!complete) return tcp;
    std::string pseudo;
    big32(pseudo, from.address);
    big32(pseudo, to.address);
    big32(pseudo, static_cast<std::uint32_t>(0x060000U + tcp.size() + known.size()));
    std::string sum;
    big16(sum, checksum(pseudo + tcp + std::string(known)));
    return tcp.replace(16, 2, sum);
  }

  void packet(bool byFuzzer, std::uint8_t flags, std::string_view known, std::uint64_t length) {
    End& from = byFuzzer ? fuzzer_ : peer_;
    const End& to = byFuzzer ? peer_ : fuzzer_;
    std::string frame;
    for (const bool mac : {!byFuzzer, byFuzzer}) {
      frame += std::string("\x02\x00\x00\x00\x00", 5) + (mac ? '\x01' : '\x02');
    }
    big16(frame, 0x0800);
    frame += ipHeader(from, to, length);
    frame += tcpHeader(from, to, flags, known, known.size() == length);
    frame += known;
    const auto time = static_cast<std::uint64_t>(at_.count());
    std::string body;
    little32(body, 0);
    little32(body, static_cast<std::uint32_t>(time >> 32U));
    little32(body, static_cast<std::uint32_t>(time & 0xFFFFFFFFU));
    little32(body, static_cast<std::uint32_t>(frame.size()));
    little32(body, static_cast<std::uint32_t>(kHeaders + length));
    block(out_, 6, body + frame);
    from.sequence += static_cast<std::uint32_t>(length) + ((flags & (kSyn | kFin)) != 0 ? 1 : 0);
    // Packets of one moment keep their order.
    at_ += timed_ ? std::chrono::microseconds(1) : std::chrono::milliseconds(1);
  }

  const play::Result& result_;
  std::string out_;
  bool timed_ = false;  ///< the times of the rows are known
  std::chrono::microseconds start_{};
  std::chrono::microseconds at_{};
  End fuzzer_;
  End peer_;
  bool sentSeen_ = false;
  bool receivedSeen_ = false;
  double wait_ = 0;
  double last_ = 0;
};

}  // namespace

std::string pcapng(const play::Result& result) {
  const bool hasOctets =
      std::any_of(result.wireLog.begin(), result.wireLog.end(), [](const play::WireLogRow& row) {
        return std::holds_alternative<play::OctetsRow>(row.what);
      });
  if (!hasOctets) {
    throw InputError(
        fmt::format("case {}: its wire log holds no octets, so there is nothing to "
                    "capture",
                    result.testCase->id.str()));
  }
  return Capture(result).run();
}

}  // namespace wsgauntlet::report
