#pragma once

namespace wsgauntlet::websocket {

/// Which end of the connection we are.
enum class Role { client, server };

}  // namespace wsgauntlet::websocket
