#include "roles/companions.hpp"

#include <chrono>
#include <utility>

namespace wsgauntlet::roles {
namespace {

/// Between two attempts to connect.
constexpr auto kCompanionRetry = std::chrono::milliseconds(50);

}  // namespace

Companions::Companions(net::Loop& loop, net::ConnectAddress address, std::size_t count,
                       Duration retry, MakeSession makeSession)
    : loop_(loop),
      address_(std::move(address)),
      count_(count),
      retryUntil_(std::chrono::steady_clock::now() + retry),
      makeSession_(std::move(makeSession)) {}

void Companions::open(std::function<void()> ready) {
  ready_ = std::move(ready);
  openNext();
}

void Companions::openNext() {
  if (opened_ == count_) {
    loop_.post(std::exchange(ready_, nullptr));
    return;
  }
  open(opened_++);
}

void Companions::open(std::size_t index) {
  // Its script ends, or its connection, or both: the next one is opened once.
  const auto next = [self = shared_from_this(), index] {
    if (self->opened_ == index + 1 && self->ready_) self->openNext();
  };
  auto session = makeSession_(index, next, [next](const play::Result&) { next(); });
  net::ConnectHandlers handlers;
  handlers.connected = [self = shared_from_this(), raw = session.get()](const std::string&) {
    self->open_.insert(raw);
  };
  handlers.failed = [self = shared_from_this(), index, next](const std::string&, bool refused) {
    if (!refused || std::chrono::steady_clock::now() >= self->retryUntil_) return next();
    self->loop_.after(kCompanionRetry, [self, index] { self->open(index); });
  };
  handlers.ended = [self = shared_from_this(), raw = session.get()] { self->open_.erase(raw); };
  net::connect(loop_, address_, std::move(session), std::move(handlers));
}

void Companions::end() {
  // Each leaves the set when its connection is closed, which may be at once.
  const std::set<play::CaseSession*> all = open_;
  for (play::CaseSession* one : all) one->end();
}

}  // namespace wsgauntlet::roles
