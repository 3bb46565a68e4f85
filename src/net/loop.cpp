#include "net/loop.hpp"

#include <csignal>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

namespace wsgauntlet::net {

struct Loop::State {
  // One thread runs the loop: Asio need not lock.
  asio::io_context context{1};
  asio::signal_set signals{context};
};

Loop::Loop() : state_(std::make_unique<State>()) {}
Loop::~Loop() = default;

void Loop::run() {
  state_->context.run();
}
void Loop::stop() {
  state_->context.stop();
}
asio::io_context& Loop::context() {
  return state_->context;
}

void Loop::post(std::function<void()> task) {
  asio::post(state_->context, std::move(task));
}

void Loop::after(Duration delay, std::function<void()> task) {
  auto timer = std::make_shared<asio::steady_timer>(state_->context, delay);
  timer->async_wait([timer, task = std::move(task)](const std::error_code& error) {
    if (!error) task();
  });
}

void Loop::onTermination(std::function<void(int)> handler) {
  asio::signal_set& signals = state_->signals;
  signals.clear();
  signals.add(SIGINT);
  signals.add(SIGTERM);
  signals.async_wait([handler = std::move(handler)](const std::error_code& error, int number) {
    if (!error) handler(number);
  });
}

void Loop::forgetSignals() {
  state_->signals.cancel();
}

}  // namespace wsgauntlet::net
