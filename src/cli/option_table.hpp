// The protocol options of spec files by name.
#pragma once

#include "websocket/options.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace wsgauntlet::cli {

/// The roles that an option is for.
enum class OptionSide { both, server, client };

struct OptionInfo {
  const char* name;
  OptionSide side;
  const char* meaning;
  std::string fallback;  ///< its default, as JSON; empty where there is none
};

/// All options, in the order of the reference.
[[nodiscard]] const std::vector<OptionInfo>& optionInfos();

/// Sets an option; `null` leaves it as it is. Gives back what is wrong with the value, or nothing.
/// `known` says whether there is such an option.
[[nodiscard]] std::string setOption(websocket::Options& options, const std::string& name,
                                    const nlohmann::json& value, bool& known);

}  // namespace wsgauntlet::cli
