#include "web/report_site.hpp"

#include "base/error.hpp"
#include "report/assets.hpp"
#include "report/store/report_files.hpp"
#include "websocket/http.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace wsgauntlet::web {
namespace {

/// A script as a Content-Security-Policy names it.
std::string sourceHash(std::string_view script) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(script.data(), script.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::array<unsigned char, 4 * EVP_MAX_MD_SIZE / 3 + 4> text{};
  const int written = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(length));
  return fmt::format("'sha256-{}'", std::string(text.begin(), text.begin() + written));
}

/// A page shows what hostile peers have sent. It is escaped, and if it were not, it could do
/// nothing: scripts run only when they are, to the octet, those of the pages.
std::string reportPolicy() {
  std::string scripts;
  for (const std::string_view name : {"theme.js", "index.js", "case.js"}) {
    scripts += " " + sourceHash(fmt::format("\n{}", report::asset(name)));
  }
  scripts += " 'unsafe-hashes' " + sourceHash("toggleClose()");
  return fmt::format(
      "default-src 'none'; script-src{}; style-src 'unsafe-inline'; img-src data:; "
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      scripts);
}

/// Letters and digits, and dots, dashes and underlines inside: no path, no hidden file.
bool isPlainName(std::string_view name) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !name.empty() && name.front() != '.' &&
         name.find_first_not_of(kPlain) == std::string_view::npos;
}

/// The way from `current` down to `folder` as part of a URL, with a "/" after each folder; nothing
/// when it does not lead down.
std::optional<std::string> wayDown(const std::filesystem::path& current,
                                   const std::filesystem::path& folder) {
  std::string way;
  for (const auto& part : (current / folder).lexically_normal().lexically_relative(current)) {
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") way += websocket::percentEncode(part.string()) + "/";
  }
  return way;
}

/// A path in the one spelling that `wayDown` has: browsers differ in what they encode. A "/" that
/// is encoded stays so.
std::string encoded(std::string_view path) {
  std::string out;
  for (const char& c : path) {
    out += c == '/' || c == '%' ? std::string(1, c) : websocket::percentEncode({&c, 1});
  }
  return out;
}

}  // namespace

WebReply reportReply(const std::filesystem::path& folder, std::string_view name) {
  static const std::string policy = reportPolicy();
  const bool page = name.ends_with(".html");
  if (!isPlainName(name) || (!page && !name.ends_with(".json"))) return notFound();
  WebReply reply;
  try {
    reply.body = report::readReportFile(folder, std::string(name));
  } catch (const InputError&) {
    return notFound();
  }
  reply.contentType = page ? "text/html; charset=utf-8" : "application/json; charset=utf-8";
  if (page) reply.policy = policy;
  return reply;
}

ReportPlaces::ReportPlaces(const std::filesystem::path& current, std::filesystem::path folder)
    : folder_(std::move(folder)), places_{"/reports/"} {
  if (const auto way = wayDown(current, folder_)) places_.push_back("/cwd/" + *way);
}

WebReply ReportPlaces::reply(const std::string& path, const std::function<void()>& refresh) const {
  const std::string wanted = encoded(path);
  for (const std::string& place : places_) {
    if (wanted + "/" == place) {
      WebReply elsewhere;
      elsewhere.code = 303;
      elsewhere.location = place;
      return elsewhere;
    }
    if (!wanted.starts_with(place)) continue;
    std::string name = wanted.substr(place.size());
    if (name.empty()) name = "index.html";
    if (name.starts_with("index.")) refresh();
    return reportReply(folder_, name);
  }
  return notFound();
}

ReportSite::ReportSite(net::Loop& loop, const net::ListenAddress& address,
                       std::filesystem::path folder)
    : listener_(loop, address, [folder = std::move(folder)](const std::string&) {
        return std::make_unique<WebSession>([folder](const std::string& path) -> WebAnswer {
          return reportReply(folder, path == "/" ? "index.html" : path.substr(1));
        });
      }) {}

}  // namespace wsgauntlet::web
