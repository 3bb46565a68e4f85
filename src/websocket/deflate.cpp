#include "websocket/deflate.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

// What a sender leaves out at the end of a message (RFC 7692 section 7.2.1).
constexpr OctetView kTail("\x00\x00\xff\xff", 4);
// Counts of zlib have 32 bits; larger input goes in pieces.
constexpr std::size_t kMaxInput = std::size_t{1} << 30U;
constexpr std::size_t kOutputBlock = 16384;

void require(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK) throw std::invalid_argument("parameters of zlib out of range");
}

void giveInput(z_stream& stream, OctetView& in) {
  const std::size_t count = std::min(in.size(), kMaxInput);
  // zlib reads only; without ZLIB_CONST its pointer is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(count);
  in.remove_prefix(count);
}

}  // namespace

void Deflater::End::operator()(z_stream* stream) const {
  deflateEnd(stream);
  delete stream;
}

Deflater::Deflater(int windowBits, bool noContextTakeover, int level, int memLevel)
    : noContextTakeover_(noContextTakeover) {
  if (windowBits < 8 || windowBits > 15) throw std::invalid_argument("window bits not 8 to 15");
  auto stream = std::make_unique<z_stream>();
  require(deflateInit2(stream.get(), level, Z_DEFLATED, -std::max(windowBits, 9), memLevel,
                       Z_DEFAULT_STRATEGY));
  stream_.reset(stream.release());
}

void Deflater::compress(OctetView payload, Octets& out) {
  append(payload, out);
  finish(out);
}

void Deflater::append(OctetView part, Octets& out) {
  if (part.empty()) return;
  empty_ = false;
  run(part, Z_NO_FLUSH, out);
}

void Deflater::finish(Octets& out) {
  if (empty_) {
    // zlib does nothing when it is asked to flush twice in a row: RFC 7692 section 7.2.3.6.
    out.push_back('\0');
    return;
  }
  run({}, Z_SYNC_FLUSH, out);
  out.resize(out.size() - kTail.size());  // a flush ends with these four octets
  if (noContextTakeover_) deflateReset(stream_.get());
  empty_ = true;
}

void Deflater::run(OctetView in, int flush, Octets& out) {
  z_stream& stream = *stream_;
  char block[kOutputBlock];
  do {
    giveInput(stream, in);
    do {
      stream.next_out = reinterpret_cast<Bytef*>(block);
      stream.avail_out = kOutputBlock;
      deflate(&stream, flush);
      out.append(block, kOutputBlock - stream.avail_out);
    } while (stream.avail_out == 0);
  } while (!in.empty());
}

void Inflater::End::operator()(z_stream* stream) const {
  inflateEnd(stream);
  delete stream;
}

Inflater::Inflater(int windowBits, bool noContextTakeover) : noContextTakeover_(noContextTakeover) {
  if (windowBits < 8 || windowBits > 15) throw std::invalid_argument("window bits not 8 to 15");
  // No distance of deflate is longer than a window of 15 bits.
  if (windowBits < 15) window_ = std::make_unique<WindowCheck>(windowBits);
  auto stream = std::make_unique<z_stream>();
  require(inflateInit2(stream.get(), -windowBits));
  stream_.reset(stream.release());
}

Inflater::Status Inflater::feed(OctetView in, Octets& out, std::uint64_t limit) {
  if (window_ && status_ == Status::ok) {
    if (const auto distance = window_->feed(in)) {
      return fail(fmt::format("distance {} is beyond the window", *distance));
    }
  }
  while (status_ == Status::ok && !in.empty()) {
    giveInput(*stream_, in);
    status_ = drain(out, limit);
  }
  return status_;
}

Inflater::Status Inflater::finishMessage(Octets& out, std::uint64_t limit) {
  // Behind a final block without the empty one that section 7.2.3.4 adds, the tail is not a block:
  // the message is whole all the same, and what the tail does to the next one is its sender's
  // doing.
  const bool whole = finalBlockEnded_;
  if (feed(kTail, out, limit) != Status::ok) return status_;
  // zlib's mark: 128 is the end of a block, the low bits are bits of an octet not yet used. After a
  // final block it has none.
  constexpr int kEndOfBlock = 128;
  if (!whole && !finalBlockEnded_ && stream_->data_type != kEndOfBlock) {
    return fail("message ends within a deflate block");
  }
  if (noContextTakeover_) {
    inflateReset(stream_.get());
    if (window_) window_->restart();
  }
  finalBlockEnded_ = false;
  size_ = 0;
  return status_;
}

Inflater::Status Inflater::drain(Octets& out, std::uint64_t limit) {
  z_stream& stream = *stream_;
  char block[kOutputBlock];
  finalBlockEnded_ = false;
  for (;;) {
    const std::uint64_t allowed = limit > size_ ? limit - size_ : 0;
    // One octet more than is allowed shows whether there is more.
    const std::size_t room =
        allowed < kOutputBlock ? static_cast<std::size_t>(allowed) + 1 : kOutputBlock;
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    const std::size_t produced = room - stream.avail_out;
    out.append(block, static_cast<std::size_t>(std::min<std::uint64_t>(produced, allowed)));
    size_ += std::min<std::uint64_t>(produced, allowed);
    if (produced > allowed) return Status::tooLarge;
    if (result == Z_STREAM_END) {
      // A block with BFINAL set (RFC 7692 section 7.2.3.4): the stream goes on with the same
      // window, which this function keeps as it is. Copying it out and in would let a peer burn
      // 64 KiB of copying for every three octets.
      inflateResetKeep(&stream);
      finalBlockEnded_ = stream.avail_in == 0;
      if (finalBlockEnded_) return Status::ok;
      continue;
    }
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_BUF_ERROR) {
      return fail(stream.msg != nullptr ? stream.msg : "invalid deflate data");
    }
    if (stream.avail_out != 0) return Status::ok;  // all input is used, all output is out
  }
}

Inflater::Status Inflater::fail(std::string why) {
  error_ = std::move(why);
  return status_ = Status::corrupt;
}

}  // namespace wsgauntlet::websocket
