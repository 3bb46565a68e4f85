// The web page of the fuzzing server: a browser runs the cases against itself, and anybody can
// watch how clients do.
#pragma once

#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/tls_context.hpp"
#include "report/store/folder.hpp"
#include "suite/model.hpp"
#include "web/event_broadcaster.hpp"
#include "web/report_site.hpp"
#include "web/web_session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wsgauntlet::web {

/// What the page has to know.
struct RunPageSpec {
  net::ListenAddress address;
  std::vector<const suite::Case*> cases;
  std::shared_ptr<const net::TlsContext> tls;  ///< of the fuzzing server and the page; none: plain
  std::uint16_t webSocketPort = 0;             ///< where it listens
  std::function<void()> refresh;               ///< brings index.html of the reports up to date
};

/// Serves the page at "/", what happens at "/events", and the report folder (`ReportPlaces`). It
/// only shows: cases are run and reports are written through the WebSocket port, by whoever asks
/// there.
class RunPage {
 public:
  /// Listens. Throws InputError when the port cannot be used.
  RunPage(net::Loop& loop, RunPageSpec spec, const report::Folder& folder);

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  /// A client has asked for a case.
  void started(const std::string& agent, const suite::CaseId& id);
  /// Its result is in the folder.
  void ended(const std::string& agent, const suite::CaseId& id);
  /// It does not run for this agent, by configuration.
  void skipped(const std::string& agent, const suite::CaseId& id);

 private:
  [[nodiscard]] WebAnswer answer(const std::string& path) const;
  [[nodiscard]] std::string casesJson() const;
  [[nodiscard]] std::string greeting() const;

  const RunPageSpec spec_;
  const report::Folder& folder_;
  const ReportPlaces reports_;
  const EventStream hub_;
  net::Listener listener_;
};

}  // namespace wsgauntlet::web
