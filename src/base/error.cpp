#include "base/error.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wsgauntlet {
std::string format(const Problem& problem) {
  std::string text = problem.place.file;
  if (problem.place.line > 0) text += ":" + std::to_string(problem.place.line);
  if (!text.empty()) text += ": ";
  if (!problem.place.pointer.empty()) text += problem.place.pointer + ": ";
  return terminalText(text) + terminalText(problem.message, Lines::kept);
}

namespace {
std::string joinLines(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += format(problem);
  }
  return text;
}

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}
}  // namespace

InputError::InputError(std::string message)
    : std::runtime_error(message), problems_{{{}, std::move(message)}} {}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(joinLines(problems)), problems_(std::move(problems)) {}

std::string nearest(std::string_view typed, const std::vector<std::string>& candidates) {
  std::string best;
  // More than a third of the letters wrong is another word, not a slip.
  std::size_t bestDistance = std::max<std::size_t>(typed.size() / 3, 2) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = editDistance(typed, candidate);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string hint(std::string_view typed, const std::vector<std::string>& candidates,
                 const std::string& otherwise) {
  std::string near = nearest(typed, candidates);
  if (near.empty()) near = nearest(lowered(typed), candidates);
  return near.empty() ? otherwise : "; did you mean \"" + near + "\"?";
}

std::string listOf(const std::vector<std::string>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && i + 1 == words.size()) {
      text.append(" ").append(last).append(" ");
    } else if (i > 0) {
      text += ", ";
    }
    text += words[i];
  }
  return text;
}

}  // namespace wsgauntlet
