// Report folders on the web.
#pragma once

#include "net/listener.hpp"
#include "net/loop.hpp"
#include "web/web_session.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::web {

/// A file of a report folder. `name` is what follows the last "/" of a path: only a plain
/// name of a report page or JSON file that lies in the folder itself leads anywhere. The pages may
/// run the scripts of this program and no others, and may load nothing.
[[nodiscard]] WebReply reportReply(const std::filesystem::path& folder, std::string_view name);

/// The report folder within a larger site: at "/reports/", and where scripts know it from the
/// original, which serves its whole current folder at "/cwd/".
class ReportPlaces {
 public:
  /// A folder that is not below `current` is at "/reports/" only.
  ReportPlaces(const std::filesystem::path& current, std::filesystem::path folder);

  /// The reply at a path as the browser sent it. `refresh` brings the index up to date, and is
  /// called before it is read.
  [[nodiscard]] WebReply reply(const std::string& path, const std::function<void()>& refresh) const;

 private:
  const std::filesystem::path folder_;
  std::vector<std::string> places_;  ///< percent-encoded, with a "/" at both ends
};

/// Serves a report folder at "/". Reads files as they are asked for, so that pages can be reloaded
/// while a run goes on.
class ReportSite {
 public:
  /// Listens. Throws InputError when the port cannot be used.
  ReportSite(net::Loop& loop, const net::ListenAddress& address, std::filesystem::path folder);

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  net::Listener listener_;
};

}  // namespace wsgauntlet::web
