// Case files: anything as a file gives cases or problems with a line, and cases that can be shown.
#include "base/error.hpp"
#include "fuzz_input.hpp"
#include "suite/case_loader.hpp"
#include "suite/catalogue.hpp"
#include "suite/describe.hpp"

using namespace wsgauntlet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const suite::CaseFile file{"fuzz.json", std::string(input.rest())};
  std::vector<Problem> problems;
  const auto cases = suite::loadCases(file, problems);
  FUZZ_REQUIRE(!cases.empty() || !problems.empty());
  int line = 0;
  for (const Problem& problem : problems) {
    FUZZ_REQUIRE(!problem.message.empty() && problem.place.file == file.path);
    FUZZ_REQUIRE(problem.place.line >= line);
    line = problem.place.line;
    FUZZ_REQUIRE(!format(problem).empty());
  }
  for (const suite::Case& one : cases) {
    FUZZ_REQUIRE(!suite::describe(one).empty());
  }
  return 0;
}
