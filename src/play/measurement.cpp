#include "play/measurement.hpp"

#include "base/hex.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace wsgauntlet::play {
namespace {

const char* kindOf(bool binary) {
  return binary ? "binary" : "text";
}

/// The booleans of the original's phrases.
const char* word(bool value) {
  return value ? "True" : "False";
}

std::string sha1(OctetView octets) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(octets.data(), octets.size(), digest.data(), &length, EVP_sha1(), nullptr);
  return toHex(OctetView(reinterpret_cast<const char*>(digest.data()), length));
}

}  // namespace

LargeEchoCheck::LargeEchoCheck(const suite::LargeEcho& message)
    : message_(message),
      verdict_{Behavior::failed, fmt::format("Did not receive message within {} seconds.",
                                             formatSeconds(message.seconds))} {}

bool LargeEchoCheck::onMessage(OctetView payload, bool binary) {
  if (judged_) return false;
  judged_ = true;
  verdict_.doubt = Doubt::none;
  const char* expected = kindOf(message_.binary);
  if (binary != message_.binary) {
    verdict_.result =
        fmt::format("Expected {} message with payload, but got {}.", expected, kindOf(binary));
  } else if (payload.size() != message_.payload.size()) {
    verdict_.result = fmt::format("Expected {} message with payload of length {}, but got {}.",
                                  expected, message_.payload.size(), payload.size());
  } else if (const auto at = message_.payload.mismatch(payload); at != Payload::npos) {
    verdict_.result = fmt::format(
        "Expected the {} message that was sent, but its payload differs at octet index {}.",
        expected, at);
  } else {
    verdict_ = {Behavior::ok,
                fmt::format("Received {} message of length {}.", expected, payload.size()),
                Doubt::none};
  }
  return true;
}

MessageSource::MessageSource(const suite::RoundTrips& loop, const suite::Corpora& corpora)
    : loop_(loop) {
  if (const auto* slices = std::get_if<suite::CorpusSlices>(&loop.payload)) {
    corpus_ = &corpora.find(slices->corpus);
  }
}

Payload MessageSource::next() {
  if (const auto* fixed = std::get_if<Payload>(&loop_.payload)) return *fixed;
  const auto& slices = std::get<suite::CorpusSlices>(loop_.payload);
  Payload payload(corpus_->slice(at_, slices.length, slices.codePoints));
  at_ = (at_ + slices.length) % corpus_->units(slices.codePoints);
  return payload;
}

RoundTripLoop::RoundTripLoop(const suite::RoundTrips& loop, bool compressed,
                             const suite::Corpora& corpora)
    : loop_(loop),
      compressed_(compressed),
      source_(loop, corpora),
      verdict_{Behavior::failed,
               fmt::format("Case did not finish within {} seconds.", formatSeconds(loop.seconds))} {
  times_.reserve(static_cast<std::size_t>(loop.count));
}

const Payload& RoundTripLoop::next(TimePoint now) {
  current_ = source_.next();
  sentAt_ = now;
  return current_;
}

RoundTripLoop::State RoundTripLoop::onMessage(OctetView payload, bool binary, TimePoint now) {
  if (state_ != State::running) return state_;
  times_.push_back(now - sentAt_);
  if (std::string text = difference(payload, binary); !text.empty()) {
    verdict_.result = std::move(text);
    verdict_.doubt = Doubt::none;
    state_ = State::failed;
  } else if (times_.size() == static_cast<std::size_t>(loop_.count)) {
    verdict_ = {Behavior::ok, "Ok, received all echo'ed messages in time.", Doubt::none};
    state_ = State::succeeded;
  }
  return state_;
}

/// What is wrong with an echo; empty when nothing is.
std::string RoundTripLoop::difference(OctetView payload, bool binary) const {
  const bool typeDiffers = binary != loop_.binary;
  const bool lengthDiffers = payload.size() != current_.size();
  if (!compressed_ && (typeDiffers || lengthDiffers)) {
    return fmt::format(
        "Echo'ed message type or length differs from what I sent (got binary = {}, payload length "
        "= {}).",
        word(binary), payload.size());
  }
  if (typeDiffers) {
    return fmt::format(
        "Echo'ed message type differs from what I sent (got binary {}, expected binary {}).",
        word(binary), word(loop_.binary));
  }
  if (lengthDiffers) {
    return fmt::format(
        "Echo'ed message length differs from what I sent (got length {}, expected length {}).",
        payload.size(), current_.size());
  }
  if (current_.mismatch(payload) != Payload::npos) {
    return fmt::format(
        "Echo'ed message contents differs from what I sent (got SHA1 {}, expected SHA1 {}).",
        sha1(payload), sha1(current_.octets()));
  }
  return "";
}

}  // namespace wsgauntlet::play
