// What people and scripts see of a run, whole.
#include "approval.hpp"
#include "gate/comparison_text.hpp"
#include "gate/console.hpp"
#include "gated_run.hpp"
#include "report/assets.hpp"
#include "report/pages/case_page.hpp"
#include "report/pages/index_page.hpp"
#include "report/store/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::gate {
namespace {

/// Style sheets and scripts are files of their own; in a baseline they would be noise.
std::string withoutAssets(std::string page) {
  for (const std::string name : {"style", "script"}) {
    for (std::size_t at = 0; (at = page.find("<" + name + ">", at)) != std::string::npos;) {
      at += name.size() + 2;
      page.replace(at, page.find("</" + name + ">", at) - at, "…");
    }
  }
  return page;
}

/// A run with measured cases too.
GatedRun measured() {
  GatedRun run;
  report::Records& records = run.records;
  const auto& compressed = run.cases.back();
  report::CaseRecord& record = records.at("good/1.0").at(compressed->id);
  record.behavior = play::Behavior::ok;
  record.durationMs = 120;
  record.ratios = {0.25, 0.5};
  record.roundTrips = {std::chrono::microseconds(80), std::chrono::microseconds(400)};
  return run;
}

TEST(Approved, IndexPage) {
  const GatedRun run = measured();
  expectApproved("index.html",
                 withoutAssets(report::indexPage(run.records, run.cases, WallTime{})));
}

TEST(Approved, IndexJson) {
  expectApproved("index.json", report::indexJson(GatedRun().records));
}

TEST(Approved, CasePage) {
  report::Sample sample = report::fragmentedWithPings();
  for (std::size_t i = 0; i < sample.result.wireLog.size(); ++i) {
    sample.result.wireLog[i].at = std::chrono::milliseconds(40 * i);
  }
  sample.result.roundTrips = {std::chrono::microseconds(30), std::chrono::microseconds(70)};
  expectApproved("case.html", withoutAssets(report::casePage(sample.result)));
}

TEST(Approved, CasePageOfAHostilePeer) {
  expectApproved("hostile.html", withoutAssets(report::casePage(report::hostile().result)));
}

TEST(Approved, CaseJson) {
  expectApproved("case.json", report::caseJson(report::fragmentedWithPings().result));
}

TEST(Approved, Console) {
  const GatedRun run;
  expectApproved("summary.txt", summary(run.records, run.cases));
}

TEST(Approved, Differences) {
  const GatedRun run;
  const auto changes = compare(run.baseline, run.records);
  expectApproved("diff.txt", formatChanges(changes, DiffFormat::console));
  expectApproved("diff.md", formatChanges(changes, DiffFormat::markdown));
}

}  // namespace
}  // namespace wsgauntlet::gate
