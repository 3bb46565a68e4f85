#include "suite/selection.hpp"

#include "base/error.hpp"
#include "suite/catalogue.hpp"

#include <algorithm>
#include <optional>
#include <regex>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::string_view kRegexCharacters = "[](){}^$|+?\\";

/// True when all of `text` matches, `*` standing for anything. Goes back to the last `*` only, so
/// the time is at most the product of both lengths.
bool matchesGlob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t starText = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      starText = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

/// The regular expression of a pattern: `.` is a dot and `*` is anything.
std::regex translate(std::string_view pattern) {
  std::string expression;
  for (const char c : pattern) expression += c == '.' ? "\\." : c == '*' ? ".*" : std::string(1, c);
  return std::regex(expression);
}

bool isPlain(std::string_view pattern) {
  return pattern.find_first_of(kRegexCharacters) == std::string_view::npos;
}

/// A pattern with `*` that matches ids from their start on.
class IdPattern {
 public:
  explicit IdPattern(const std::string& pattern) : glob_(pattern + "*") {
    if (!isPlain(pattern)) regex_ = translate(pattern);
  }
  [[nodiscard]] bool matches(const std::string& id) const {
    if (!regex_) return matchesGlob(glob_, id);
    return std::regex_search(id, *regex_, std::regex_constants::match_continuous);
  }

 private:
  std::string glob_;
  std::optional<std::regex> regex_;
};

class Selection {
 public:
  Selection(const Catalogue& catalogue, const Place& where)
      : cases_(catalogue.cases()), catalogue_(catalogue), where_(where), chosen_(cases_.size()) {
    for (const Case& testCase : cases_) ids_.push_back(testCase.id.str());
  }

  void include(const std::string& pattern, std::size_t index) {
    if (isPattern(pattern)) {
      if (!mark(pattern, true)) fail(index, noExpression(pattern));
      return;
    }
    const auto id = CaseId::parse(pattern);
    if (id && catalogue_.find(*id) != nullptr) return set(*id, true);
    fail(index, unknown(pattern, id.has_value()));
  }

  /// What matches nothing excludes nothing, whatever it is.
  void exclude(const std::string& pattern) {
    if (isPattern(pattern)) {
      mark(pattern, false);
    } else if (const auto id = CaseId::parse(pattern)) {
      set(*id, false);
    }
  }

  std::vector<const Case*> result() && {
    if (!problems_.empty()) throw InputError(std::move(problems_));
    std::vector<const Case*> selected;
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (chosen_[i]) selected.push_back(&cases_[i]);
    }
    return selected;
  }

 private:
  static bool isPattern(const std::string& text) { return text.find('*') != std::string::npos; }

  static std::string noExpression(const std::string& pattern) {
    return fmt::format(
        "\"{}\" is not a pattern: \"*\" stands for anything, the rest is read as a "
        "regular expression and is none",
        pattern);
  }

  /// Marks what a pattern matches; false when it is none.
  bool mark(const std::string& pattern, bool value) {
    try {
      const IdPattern matcher(pattern);
      for (std::size_t i = 0; i < ids_.size(); ++i) {
        if (matcher.matches(ids_[i])) chosen_[i] = value;
      }
      return true;
    } catch (const std::regex_error&) {
      return false;
    }
  }

  void set(const CaseId& id, bool value) {
    if (const Case* found = catalogue_.find(id)) {
      chosen_[static_cast<std::size_t>(found - cases_.data())] = value;
    }
  }

  [[nodiscard]] std::string unknown(const std::string& pattern, bool isId) const {
    const std::string group = pattern + ".";
    for (const std::string& id : ids_) {
      if (isId && id.starts_with(group)) {
        return fmt::format("there is no case {}; \"{}.*\" selects the group", pattern, pattern);
      }
    }
    const std::string near = hint(pattern, ids_);
    if (isId) return fmt::format("there is no case {}{}", pattern, near);
    return fmt::format(
        "\"{}\" is not a case id; give an id such as 1.1.1 or a pattern such as "
        "\"1.*\"{}",
        pattern, near);
  }

  void fail(std::size_t index, std::string message) {
    Place place = where_;
    place.pointer += "/" + std::to_string(index);
    problems_.push_back({std::move(place), std::move(message)});
  }

  const std::vector<Case>& cases_;
  const Catalogue& catalogue_;
  const Place& where_;
  std::vector<std::string> ids_;
  std::vector<bool> chosen_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<const Case*> select(const Catalogue& catalogue, const std::vector<std::string>& include,
                                const std::vector<std::string>& exclude, const Place& where) {
  Selection selection(catalogue, where);
  for (std::size_t i = 0; i < include.size(); ++i) selection.include(include[i], i);
  for (const std::string& pattern : exclude) selection.exclude(pattern);
  return std::move(selection).result();
}

bool matchesWhole(std::string_view pattern, std::string_view text) {
  if (matchesGlob(pattern, text)) return true;
  if (isPlain(pattern)) return false;
  try {
    return std::regex_match(text.begin(), text.end(), translate(pattern));
  } catch (const std::regex_error&) {
    return false;
  }
}

}  // namespace wsgauntlet::suite
