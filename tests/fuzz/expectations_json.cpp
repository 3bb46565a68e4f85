// The file of known failures: anything gives expectations that can be written and read again, or
// problems with a place.
#include "base/error.hpp"
#include "fuzz_input.hpp"
#include "gate/expectations_update.hpp"

using namespace wsgauntlet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  try {
    const auto known = gate::parseExpectations("fuzz.json", std::string(input.rest()));
    const std::string written = gate::formatExpectations(known);
    FUZZ_REQUIRE(gate::formatExpectations(gate::parseExpectations("written.json", written)) ==
                 written);
  } catch (const InputError& error) {
    FUZZ_REQUIRE(!error.problems().empty());
    for (const Problem& problem : error.problems()) {
      FUZZ_REQUIRE(problem.place.file == "fuzz.json" && !problem.message.empty());
    }
  }
  return 0;
}
