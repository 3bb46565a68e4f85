#include "cli/version.hpp"

#include "cli/build_commit.hpp"
#include "suite/catalogue.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <zlib.h>

namespace wsgauntlet::cli {

namespace {

/// `517 autobahn, 974 rfc`.
std::string caseCounts() {
  const suite::Catalogue& all = suite::Catalogue::everything();
  std::vector<std::string> counts;
  for (const std::string& name : all.suites()) {
    counts.push_back(fmt::format("{} {}", all.of({name}).cases().size(), name));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

}  // namespace

std::string versionText() {
  return fmt::format("wsgauntlet " WSGAUNTLET_VERSION
                     "\n"
                     "commit     " WSGAUNTLET_COMMIT
                     "\n"
                     "build      " WSGAUNTLET_BUILD ", " WSGAUNTLET_COMPILER ", " WSGAUNTLET_SYSTEM
                     "\n"
                     "libraries  OpenSSL {}, zlib {}, fmt {}.{}.{}\n"
                     "cases      {}",
                     OpenSSL_version(OPENSSL_VERSION_STRING), zlibVersion(), FMT_VERSION / 10000,
                     FMT_VERSION / 100 % 100, FMT_VERSION % 100, caseCounts());
}

}  // namespace wsgauntlet::cli
