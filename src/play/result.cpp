#include "play/result.hpp"

namespace wsgauntlet::play {

std::string_view name(Behavior behavior) {
  switch (behavior) {
    case Behavior::ok:
      return "OK";
    case Behavior::nonStrict:
      return "NON-STRICT";
    case Behavior::informational:
      return "INFORMATIONAL";
    case Behavior::unimplemented:
      return "UNIMPLEMENTED";
    case Behavior::failed:
      return "FAILED";
  }
  return "";
}

std::string_view name(BehaviorClose behavior) {
  switch (behavior) {
    case BehaviorClose::ok:
      return "OK";
    case BehaviorClose::informational:
      return "INFORMATIONAL";
    case BehaviorClose::failedByClient:
      return "FAILED BY CLIENT";
    case BehaviorClose::wrongCode:
      return "WRONG CODE";
    case BehaviorClose::unclean:
      return "UNCLEAN";
    case BehaviorClose::failed:
      return "FAILED";
  }
  return "";
}

}  // namespace wsgauntlet::play
