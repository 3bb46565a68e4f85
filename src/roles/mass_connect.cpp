#include "roles/mass_connect.hpp"

#include "net/connector.hpp"
#include "roles/simple_session.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::roles {
namespace {

/// How often the run looks whether anything still happens.
constexpr auto kLook = std::chrono::milliseconds(250);

TimePoint now() {
  return std::chrono::steady_clock::now();
}

double inMilliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// Opens, stays, and leaves when it is asked to.
class HeldSession : public SimpleSession {
 public:
  HeldSession(const websocket::Options& options, Random random, websocket::ClientRequest request,
              std::function<void(HeldSession&)> opened)
      : SimpleSession(options, random, std::move(request)),
        startedAt_(now()),
        opened_(std::move(opened)) {}

  void leave() {
    leaves_ = true;
    requestWake();
  }
  void woken(TimePoint time) override {
    SimpleSession::woken(time);
    if (leaves_) connection_.sendClose(1000, std::nullopt, time);
  }
  [[nodiscard]] Duration timeToOpen() const { return openedAt_ - startedAt_; }
  [[nodiscard]] bool wasOpen() const { return openedAt_ != TimePoint{}; }
  [[nodiscard]] const websocket::Closing& closing() const { return connection_.closing(); }

 private:
  void onOpen() override {
    openedAt_ = now();
    opened_(*this);
  }

  const TimePoint startedAt_;
  TimePoint openedAt_{};
  bool leaves_ = false;
  const std::function<void(HeldSession&)> opened_;
};

}  // namespace

/// The connections to one server.
class MassRound : public std::enable_shared_from_this<MassRound> {
 public:
  MassRound(net::Loop& loop, const MassConnectSpec& spec, const MassConnectSpec::Server& server,
            RunLog& log, std::function<void(MassConnectFigures)> done)
      : loop_(loop),
        spec_(spec),
        server_(server),
        log_(log),
        random_(spec.seed),
        done_(std::move(done)) {
    figures_.name = server.name;
    figures_.url = server.urlText;
    figures_.wanted = spec.connections;
    times_.reserve(spec.connections);
  }

  void start() {
    startedAt_ = progressAt_ = now();
    startBatch();
    look();
  }

 private:
  enum class Phase { connecting, holding, leaving, over };

  void startBatch() {
    if (phase_ != Phase::connecting) return;
    for (std::size_t i = 0; i < spec_.batchSize && started_ < spec_.connections; ++i) {
      ++started_;
      open();
    }
    if (started_ == spec_.connections) return;
    loop_.after(spec_.batchDelay, [self = shared_from_this()] { self->startBatch(); });
  }

  void open() {
    auto session = std::make_unique<HeldSession>(
        server_.options, random_.fork(++tries_), requestOf(server_, ""),
        [self = shared_from_this()](HeldSession& one) { self->opened(one); });
    HeldSession* const one = session.get();
    net::ConnectHandlers handlers;
    handlers.failed = [self = shared_from_this()](const std::string& reason, bool) {
      ++self->figures_.failed;
      self->again(reason);
    };
    handlers.ended = [self = shared_from_this(), one] { self->ended(*one); };
    net::connect(loop_, addressOf(server_), std::move(session), std::move(handlers));
  }

  void again(const std::string& reason) {
    figures_.lastReason = reason;
    if (phase_ != Phase::connecting) return;
    loop_.after(spec_.retryDelay, [self = shared_from_this()] {
      if (self->phase_ == Phase::connecting) self->open();
    });
  }

  void opened(HeldSession& one) {
    if (phase_ != Phase::connecting) {
      one.leave();
      return;
    }
    progressAt_ = now();
    open_.insert(&one);
    times_.push_back(one.timeToOpen());
    figures_.connected = times_.size();
    if (times_.size() % std::max<std::size_t>(spec_.connections / 10, 1) == 0) {
      log_.line(fmt::format("{} of {} connected", times_.size(), spec_.connections));
    }
    if (times_.size() == spec_.connections) hold();
  }

  void ended(HeldSession& one) {
    if (!one.wasOpen()) {
      ++figures_.lost;
      again(one.closing().wasNotCleanReason.value_or("the handshake was broken off"));
      return;
    }
    if (open_.erase(&one) == 0) return;
    if (phase_ != Phase::leaving) ++figures_.dropped;
    if (phase_ == Phase::leaving && one.closing().wasClean) ++figures_.clean;
    progressAt_ = now();
    if (phase_ == Phase::leaving && open_.empty()) finish();
  }

  void hold() {
    phase_ = Phase::holding;
    tell();
    loop_.after(spec_.hold, [self = shared_from_this()] { self->leave(); });
  }

  /// The line that the original prints; its time is that of its CPU, ours is that of the clock.
  void tell() {
    figures_.seconds = std::chrono::duration<double>(now() - startedAt_).count();
    log_.line(fmt::format(
        " connected {} clients to {} at {} in {:.3f} seconds (retries {} = failed {} + lost {})",
        times_.size(), figures_.name, figures_.url, figures_.seconds,
        figures_.failed + figures_.lost, figures_.failed, figures_.lost));
  }

  void leave() {
    if (phase_ == Phase::leaving) return;
    phase_ = Phase::leaving;
    progressAt_ = now();
    for (HeldSession* one : open_) one->leave();
    if (open_.empty()) finish();
  }

  /// Gives up when nothing happens any more.
  void look() {
    if (phase_ == Phase::over) return;
    if (phase_ != Phase::holding && now() - progressAt_ > spec_.patience) {
      if (phase_ == Phase::connecting) {
        tell();
        log_.line(fmt::format("given up after {:g} seconds without a new connection{}",
                              std::chrono::duration<double>(spec_.patience).count(),
                              figures_.lastReason.empty() ? "" : ": " + figures_.lastReason));
        leave();
      } else {
        finish();
        return;
      }
    }
    loop_.after(kLook, [self = shared_from_this()] { self->look(); });
  }

  void finish() {
    if (std::exchange(phase_, Phase::over) == Phase::over) return;
    std::sort(times_.begin(), times_.end());
    const auto percentile = [&](double part) {
      if (times_.empty()) return 0.0;
      const auto last = static_cast<double>(times_.size() - 1);
      return inMilliseconds(times_[static_cast<std::size_t>(std::lround(part * last))]);
    };
    figures_.p50 = percentile(0.5);
    figures_.p90 = percentile(0.9);
    figures_.p99 = percentile(0.99);
    figures_.longest = percentile(1);
    done_(figures_);
  }

  net::Loop& loop_;
  const MassConnectSpec& spec_;
  const MassConnectSpec::Server& server_;
  RunLog& log_;
  Random random_;
  std::function<void(MassConnectFigures)> done_;
  MassConnectFigures figures_;
  Phase phase_ = Phase::connecting;
  TimePoint startedAt_{};
  TimePoint progressAt_{};
  std::size_t started_ = 0;
  std::uint64_t tries_ = 0;
  std::vector<Duration> times_;
  std::set<HeldSession*> open_;
};

class MassConnect::State : public std::enable_shared_from_this<State> {
 public:
  State(net::Loop& eventLoop, MassConnectSpec description, RunLog& runLog)
      : loop(eventLoop), spec(std::move(description)), log(runLog) {}

  void next() {
    if (figures.size() == spec.servers.size()) {
      done(figures);
      return;
    }
    const auto round =
        std::make_shared<MassRound>(loop, spec, spec.servers[figures.size()], log,
                                    [self = shared_from_this()](MassConnectFigures ofOne) {
                                      self->figures.push_back(std::move(ofOne));
                                      self->loop.post([self] { self->next(); });
                                    });
    round->start();
  }

  net::Loop& loop;
  const MassConnectSpec spec;
  RunLog& log;
  std::vector<MassConnectFigures> figures;
  std::function<void(const std::vector<MassConnectFigures>&)> done;
};

MassConnect::MassConnect(net::Loop& loop, MassConnectSpec spec, RunLog& log)
    : state_(std::make_shared<State>(loop, std::move(spec), log)) {}

MassConnect::~MassConnect() = default;

void MassConnect::start(std::function<void(const std::vector<MassConnectFigures>&)> done) {
  state_->done = std::move(done);
  state_->next();
}

}  // namespace wsgauntlet::roles
