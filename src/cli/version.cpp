#include "cli/version.hpp"

#include "cli/build_commit.hpp"
#include "suite/catalogue.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <zlib.h>

namespace wsgauntlet::cli {

std::string versionText() {
  return fmt::format("wsgauntlet " WSGAUNTLET_VERSION
                     "\n"
                     "commit     " WSGAUNTLET_COMMIT
                     "\n"
                     "build      " WSGAUNTLET_BUILD ", " WSGAUNTLET_COMPILER ", " WSGAUNTLET_SYSTEM
                     "\n"
                     "libraries  OpenSSL {}, zlib {}, fmt {}.{}.{}\n"
                     "cases      {} built in",
                     OpenSSL_version(OPENSSL_VERSION_STRING), zlibVersion(), FMT_VERSION / 10000,
                     FMT_VERSION / 100 % 100, FMT_VERSION % 100,
                     suite::Catalogue::builtIn().cases().size());
}

}  // namespace wsgauntlet::cli
