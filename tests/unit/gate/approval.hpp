// Texts that a person has approved: approved/NAME.
#pragma once

#include <string>
#include <string_view>

namespace wsgauntlet::gate {

/// Fails when `text` is not what approved/NAME holds. With WSGAUNTLET_APPROVE=1 in the environment
/// the file is written instead.
void expectApproved(const std::string& name, std::string_view text);

}  // namespace wsgauntlet::gate
