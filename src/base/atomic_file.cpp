#include "base/atomic_file.hpp"

#include "base/error.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace wsgauntlet {
namespace {

[[noreturn]] void refusePath(std::string_view what, const std::filesystem::path& path, int error) {
  throw InputError(
      fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(error)));
}

/// A name that no pattern of a script matches: no `index.json*`, no `*.json`, no `*.html`.
std::string temporaryName() {
  static std::atomic<unsigned> count{0};
  return fmt::format(".wsgauntlet-{}-{}.tmp", ::getpid(), ++count);
}

/// A descriptor that is kept for the moment when connections have used up all others: results are
/// to be written even then.
class SpareDescriptor {
 public:
  SpareDescriptor() { reserve(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  /// Gives it up; whoever called takes it next.
  void release() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }
  /// Takes another one, where there is one again.
  void reserve() {
    if (file_ < 0) file_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }

 private:
  int file_ = -1;
};

SpareDescriptor& spare() {
  static SpareDescriptor one;
  return one;
}

int openNew(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
}

/// Writes a new file. Returns the error number of the system, 0 when all is well.
int writeNew(const std::filesystem::path& path, std::string_view content) {
  int file = openNew(path);
  if (file < 0 && (errno == EMFILE || errno == ENFILE)) {
    spare().release();
    file = openNew(path);
  }
  if (file < 0) return errno;
  int error = 0;
  while (!content.empty() && error == 0) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (::close(file) != 0 && error == 0) error = errno;
  spare().reserve();
  return error;
}

}  // namespace

void replaceFile(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path temporary = path.parent_path() / temporaryName();
  int error = writeNew(temporary, content);
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  refusePath("cannot write the report", path, error);
}

void makeWritableFolder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  // A link to a folder is fine, and some systems report an error for a folder that exists.
  if (!std::filesystem::is_directory(path)) {
    refusePath("cannot create the report folder", path, error ? error.value() : ENOTDIR);
  }
  const std::filesystem::path probe = path / temporaryName();
  if (const int failure = writeNew(probe, ""); failure != 0) {
    refusePath("cannot write to the report folder", path, failure);
  }
  std::filesystem::remove(probe, error);
}

}  // namespace wsgauntlet
