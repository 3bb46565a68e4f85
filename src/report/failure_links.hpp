// From one failure to the next.
#pragma once

#include "report/records.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace wsgauntlet::report {

/// What stands in a page where its links to other failures go.
[[nodiscard]] std::string noFailureLinks();

/// Puts links into the pages of the cases that failed. Pages are written as cases end, and only
/// later it is known what else fails.
class FailureLinks {
 public:
  /// Changes the pages whose links are not as the records say. A page that cannot be read or
  /// written stays as it is: it only lacks a link.
  void update(const std::filesystem::path& folder, const Records& records);
  /// The page of this result was written anew.
  void forget(const std::string& reportFile) { written_.erase(reportFile); }

 private:
  std::map<std::string, std::string> written_;  ///< by report file
};

}  // namespace wsgauntlet::report
