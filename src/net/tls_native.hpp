// What the files about TLS share of OpenSSL.
#pragma once

#include <memory>
#include <string>

namespace wsgauntlet::net {

/// An object of OpenSSL that is freed by `Free`.
template <typename T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
template <typename T, void (*Free)(T*)>
using Handle = std::unique_ptr<T, Freeing<T, Free>>;

/// The first error that OpenSSL has noted, as text, with the queue of errors emptied.
[[nodiscard]] std::string tlsError();

/// Throws InputError when the file cannot be read, with `what` it should be.
void requireReadable(const std::string& path, const std::string& what);

}  // namespace wsgauntlet::net
