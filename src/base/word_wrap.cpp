#include "base/word_wrap.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace wsgauntlet {

std::string hanging(const std::string& text, std::size_t indent, std::size_t columns) {
  std::string out;
  std::size_t column = indent;
  bool atStart = true;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    const std::string word = text.substr(from, end - from);
    const std::size_t width = countCodePoints(word);
    if (!atStart && column + 1 + width > columns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      atStart = true;
    }
    if (!atStart) out += ' ';
    out += word;
    column += width + (atStart ? 0 : 1);
    atStart = false;
    from = end + 1;
  }
  return out;
}

}  // namespace wsgauntlet
