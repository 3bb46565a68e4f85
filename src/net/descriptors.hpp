// How many sockets and files the process may have open.
#pragma once

#include <cstddef>

namespace wsgauntlet::net {

/// Raises the limit of open file descriptors as far as the system allows without privileges, and
/// returns it. The usual 1024 are too few for a server that is flooded with connections.
std::size_t raiseDescriptorLimit();

}  // namespace wsgauntlet::net
