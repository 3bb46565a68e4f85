// The JSON file of a case, as a folder of anybody may hold it: anything gives a result that can be
// shown and written again, or problems with a place.
#include "base/error.hpp"
#include "fuzz_input.hpp"
#include "report/pages/case_page.hpp"
#include "report/store/json.hpp"
#include "report/store/reader.hpp"
#include "suite/catalogue.hpp"

using namespace wsgauntlet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto& catalogue = suite::Catalogue::builtIn();
  try {
    const auto stored = report::parseResult("fuzz.json", std::string(input.rest()), catalogue);
    FUZZ_REQUIRE(report::casePage(stored.result).ends_with("</html>\n"));
    const std::string written = report::caseJson(stored.result);
    const auto again = report::parseResult("written.json", written, catalogue);
    FUZZ_REQUIRE(report::caseJson(again.result) == written);
  } catch (const InputError& error) {
    FUZZ_REQUIRE(!error.problems().empty());
    for (const Problem& problem : error.problems()) {
      FUZZ_REQUIRE(problem.place.file == "fuzz.json" && !problem.message.empty());
    }
  }
  return 0;
}
