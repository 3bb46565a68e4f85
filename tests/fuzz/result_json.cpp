// The JSON file of a case and its sidecar, as a folder of anybody may hold them: anything gives a
// result that can be shown, and that comes back from a sidecar as it is, or problems with a place.
#include "base/error.hpp"
#include "fuzz_input.hpp"
#include "report/pages/case_page.hpp"
#include "report/store/json.hpp"
#include "report/store/sidecar.hpp"
#include "report/store/stored_result.hpp"
#include "suite/catalogue.hpp"

using namespace wsgauntlet;

namespace {

void requireReport(const play::Result& result) {
  FUZZ_REQUIRE(report::casePage(result).ends_with("</html>\n"));
  const std::string sidecar = report::sidecarJson(result);
  const auto again = report::parseResult("written.json", report::caseJson(result),
                                         suite::Catalogue::builtIn(), sidecar);
  FUZZ_REQUIRE(report::sidecarJson(again.result) == sidecar);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::string text(input.rest());
  const auto& catalogue = suite::Catalogue::builtIn();
  try {
    requireReport(report::parseResult("fuzz.json", text, catalogue).result);
    // A sidecar has all keys of the JSON file, so that one text can be both.
    requireReport(report::parseResult("fuzz.json", text, catalogue, text).result);
  } catch (const InputError& error) {
    FUZZ_REQUIRE(!error.problems().empty());
    for (const Problem& problem : error.problems()) {
      FUZZ_REQUIRE(problem.place.file == "fuzz.json" && !problem.message.empty());
    }
  }
  return 0;
}
