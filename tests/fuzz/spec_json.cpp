// Spec files of both fuzzers: anything as a file is read or refused with all that is wrong.
#include "base/error.hpp"
#include "base/json_source.hpp"
#include "cli/spec_reader.hpp"
#include "fuzz_input.hpp"
#include "suite/catalogue.hpp"
#include "suite/selection.hpp"

using namespace wsgauntlet;

namespace {

template <typename Read>
void readWith(Read read, const std::string& text) {
  try {
    const JsonSource source("spec.json", text);
    const cli::CommonSpec spec = read(source);
    // Patterns are the user's too.
    (void)suite::select(suite::Catalogue::builtIn(), spec.cases, spec.excludeCases,
                        spec.casesPlace);
    for (const auto& [agent, patterns] : spec.exclusions) {
      (void)suite::matchesWhole(agent, "MyServer/1.0");
    }
  } catch (const InputError& error) {
    FUZZ_REQUIRE(!std::string(error.what()).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::string text(input.rest());
  readWith(cli::readClientSpec, text);
  readWith(cli::readServerSpec, text);
  return 0;
}
