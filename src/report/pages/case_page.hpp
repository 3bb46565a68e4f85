// The page of one case.
#pragma once

#include "play/result.hpp"
#include "suite/model.hpp"

#include <string>

namespace wsgauntlet::report {

/// The cases before and after this one; null where there is none.
struct Neighbours {
  const suite::Case* previous = nullptr;
  const suite::Case* next = nullptr;
};

/// Where the page's links lead; empty where there is no such page.
struct CaseLinks {
  std::string previous;
  std::string next;
  std::string index = "index.html";
  std::string self{};  ///< this page
};

/// A self-contained HTML page: what the report of a case has always shown, in that order and with
/// those texts, then a sequence diagram, the sections of the standards, and links to its
/// neighbours.
[[nodiscard]] std::string casePage(const play::Result& result, const Neighbours& neighbours = {},
                                   const CaseLinks& links = {});

}  // namespace wsgauntlet::report
