// Compression of messages (RFC 7692 section 7.2).
#pragma once

#include "base/octets.hpp"
#include "websocket/window_check.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <zlib.h>

namespace wsgauntlet::websocket {

/// Compresses messages, one after another.
///
/// zlib has no raw deflate for a window of 8 bits. It never looks back further than the window less
/// 262 octets, which is 250 for 9 bits: so a stream of 9 bits is valid for 8 bits too, and is what
/// 8 bits give.
class Deflater {
 public:
  /// `windowBits` is 8 to 15, `level` and `memLevel` are those of zlib. Throws
  /// std::invalid_argument when one of them is out of range, std::bad_alloc without memory.
  Deflater(int windowBits, bool noContextTakeover, int level = Z_DEFAULT_COMPRESSION,
           int memLevel = 8);

  /// Appends a whole compressed message to `out`. An empty payload is the one octet 0.
  void compress(OctetView payload, Octets& out);

  /// The same for a payload that comes in parts: `append` for each, then `finish`. What they append
  /// to `out` may be taken away in between.
  void append(OctetView part, Octets& out);
  void finish(Octets& out);

 private:
  void run(OctetView in, int flush, Octets& out);

  struct End {
    void operator()(z_stream* stream) const;
  };
  std::unique_ptr<z_stream, End> stream_;
  bool noContextTakeover_;
  bool empty_ = true;  // no octet of the message has come yet
};

/// Decompresses messages, one after another, with the memory of one window and the output asked
/// for.
class Inflater {
 public:
  enum class Status {
    ok,
    tooLarge,  ///< the message is longer than the limit; what is within the limit was put out
    corrupt,   ///< not deflate data, or it looks back beyond the window, see `error`
  };

  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

  /// `windowBits` is 8 to 15. Throws std::invalid_argument when it is not, std::bad_alloc without
  /// memory.
  Inflater(int windowBits, bool noContextTakeover);

  /// Decompresses the next octets of a message and appends what they give to `out`. `limit` is the
  /// greatest length that the whole message may have; it is never exceeded, whatever `out` holds or
  /// held. After another status than `ok` the object stays with it.
  Status feed(OctetView in, Octets& out, std::uint64_t limit);
  /// Ends the message: feeds the four octets that its sender left out, and checks that a deflate
  /// block ends there, or a final one before them. The next `feed` begins another message.
  Status finishMessage(Octets& out, std::uint64_t limit);

  /// Octets of the current message so far.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// What is wrong with the data; empty unless the status is `corrupt`.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  Status drain(Octets& out, std::uint64_t limit);
  Status fail(std::string why);

  struct End {
    void operator()(z_stream* stream) const;
  };
  std::unique_ptr<z_stream, End> stream_;
  std::unique_ptr<WindowCheck> window_;  // for windows that a distance can exceed
  bool noContextTakeover_;
  bool finalBlockEnded_ = false;  // with the last octet that came
  std::uint64_t size_ = 0;
  Status status_ = Status::ok;
  std::string error_;
};

}  // namespace wsgauntlet::websocket
