// Watches a connection for the report: wire log, statistics, traffic.
#pragma once

#include "play/result.hpp"
#include "play/wire_log.hpp"
#include "websocket/observer.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace wsgauntlet::play {

class Recorder : public websocket::Observer {
 public:
  /// Rows carry the time since `start`.
  void begin(TimePoint start) { start_ = start; }
  /// The time of the rows that follow.
  void setNow(TimePoint now) { now_ = now; }
  /// The opening handshake is done: from here octets count as traffic of the open connection.
  void setOpen() { open_ = true; }

  void octetsReceived(OctetView octets) override;
  void octetsSent(std::uint64_t length, OctetView head, bool piece) override;
  void frameReceived(const websocket::ReceivedFrame& frame) override;
  void frameSent(const websocket::SentFrame& frame) override;
  void messageSent(std::uint64_t length) override;
  void messageReceived(std::uint64_t length) override;

  /// Who else wants to see the frames of the peer.
  void watchFrames(std::function<void(const websocket::ReceivedFrame&)> watch) {
    watch_ = std::move(watch);
  }

  /// A row that does not come from the wire; it is recorded even while the log is off.
  template <typename Row>
  void note(Row row) {
    log_.push_back({now_ - start_, std::move(row)});
    if (log_.size() == kMaxRows && logOn_) {
      logOn_ = false;
      log_.push_back({now_ - start_, SwitchRow{false}});
    }
  }
  /// Switches the rows of octets and frames. Statistics go on.
  void switchLog(bool on) { logOn_ = on; }
  [[nodiscard]] bool logOn() const { return logOn_; }

  [[nodiscard]] const WireStats& stats() const { return stats_; }
  [[nodiscard]] const TrafficStats& traffic() const { return traffic_; }
  /// Hands over what was recorded.
  WireLog takeLog() { return std::move(log_); }

 private:
  /// A log that is longer is nobody's; a flood must not fill the memory. The log says that it ends.
  static constexpr std::size_t kMaxRows = 20000;

  TimePoint start_{};
  TimePoint now_{};
  bool open_ = false;
  bool logOn_ = true;
  WireLog log_;
  WireStats stats_;
  TrafficStats traffic_;
  std::function<void(const websocket::ReceivedFrame&)> watch_;
};

}  // namespace wsgauntlet::play
