#include "web/run_page.hpp"

#include "base/text.hpp"
#include "report/assets.hpp"
#include "report/explain.hpp"
#include "report/pages/index_table.hpp"
#include "web/assets.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::web {
namespace {

using nlohmann::ordered_json;

/// Nothing from elsewhere; connections go to the WebSocket port, which may be a mapped one and on
/// any host that the user names.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

WebReply own(std::string_view contentType, std::string body) {
  WebReply reply;
  reply.contentType = contentType;
  reply.body = std::move(body);
  return reply;
}

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::filesystem::path currentFolder() {
  std::error_code none;
  return std::filesystem::current_path(none);
}

ordered_json recordJson(const report::CaseRecord& record) {
  ordered_json json;
  json["behavior"] = std::string(play::name(record.behavior));
  json["behaviorClose"] = std::string(play::name(record.behaviorClose));
  json["outcome"] = std::string(report::outcomeWord(report::outcome(record)));
  json["duration"] = record.durationMs;
  if (record.remoteCloseCode) json["closeCode"] = *record.remoteCloseCode;
  json["page"] = report::pageName(record.reportFile);
  const std::string why = report::sentence(record.why);
  if (!why.empty()) json["why"] = why;
  return json;
}

}  // namespace

RunPage::RunPage(net::Loop& loop, RunPageSpec spec, const report::Folder& folder)
    : spec_(std::move(spec)),
      folder_(folder),
      reports_(currentFolder(), folder.path()),
      hub_(std::make_shared<EventBroadcaster>([this] { return greeting(); })),
      listener_(
          loop, spec_.address,
          [this](const std::string&) {
            return std::make_unique<WebSession>(
                [this](const std::string& path) { return answer(path); });
          },
          spec_.tls) {}

WebAnswer RunPage::answer(const std::string& path) const {
  // The last two are the names that the original's page has.
  if (path == "/" || path == "/index.html" || path == "/test_browser.html") {
    WebReply page = own("text/html; charset=utf-8", std::string(asset("run.html")));
    page.policy = kPagePolicy;
    return page;
  }
  if (path == "/run.css") {
    return own("text/css; charset=utf-8",
               std::string(report::asset("base.css")) + std::string(asset("run.css")));
  }
  if (path == "/run.js") return own("text/javascript; charset=utf-8", std::string(asset("run.js")));
  if (path == "/theme.js") {
    return own("text/javascript; charset=utf-8", std::string(report::asset("theme.js")));
  }
  if (path == "/cases.json") return own("application/json; charset=utf-8", casesJson());
  if (path == "/events") return hub_;
  return reports_.reply(path, spec_.refresh);
}

std::string RunPage::casesJson() const {
  ordered_json cases = ordered_json::array();
  for (const suite::Case* one : spec_.cases) {
    cases.push_back({{"id", one->id.str()},
                     {"category", one->category},
                     {"group", one->subcategory},
                     {"description", one->description}});
  }
  return dump({{"program", "wsgauntlet " WSGAUNTLET_VERSION},
               {"scheme", spec_.tls ? "wss" : "ws"},
               {"port", spec_.webSocketPort},
               {"cases", std::move(cases)}});
}

/// Everything so far, for a page that was opened or has lost its connection.
std::string RunPage::greeting() const {
  ordered_json agents = ordered_json::object();
  for (const auto& [agent, records] : folder_.records()) {
    ordered_json& ofAgent = agents[agent];
    for (const auto& [id, record] : records) ofAgent[id.str()] = recordJson(record);
  }
  return "retry: 1000\n" + formatEvent("state", dump({{"agents", std::move(agents)}}));
}

void RunPage::started(const std::string& agent, const suite::CaseId& id) {
  if (!hub_->watched()) return;
  hub_->publish("started", dump({{"agent", replaceInvalid(agent)}, {"id", id.str()}}));
}

void RunPage::ended(const std::string& agent, const suite::CaseId& id) {
  if (!hub_->watched()) return;
  const std::string shown = replaceInvalid(agent);
  const auto record = folder_.record(shown, id);
  if (!record) return;
  ordered_json json = {{"agent", shown}, {"id", id.str()}};
  json.update(recordJson(*record));
  hub_->publish("result", dump(json));
}

void RunPage::skipped(const std::string& agent, const suite::CaseId& id) {
  if (!hub_->watched()) return;
  hub_->publish("skipped", dump({{"agent", replaceInvalid(agent)}, {"id", id.str()}}));
}

}  // namespace wsgauntlet::web
