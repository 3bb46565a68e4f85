#include "base/error.hpp"
#include "cli/command_line.hpp"
#include "cli/exit_status.hpp"
#include "cli/output.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  using namespace wsgauntlet;
  cli::prepareOutput();
  try {
    const int status = cli::run({argv + 1, argv + argc});
    return status == cli::success && !cli::outputIsComplete() ? cli::incomplete : status;
  } catch (const InputError& error) {
    cli::say(stderr, "wsgauntlet: error: {}\n", error.what());
    return cli::badInput;
  } catch (const std::exception& error) {
    cli::say(stderr, "wsgauntlet: internal error: {}\n", error.what());
    return cli::internalError;
  }
}
