#include "html_to_text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace wsgauntlet::report {
namespace {

using namespace std::string_view_literals;

bool isOneOf(std::string_view tag, std::initializer_list<std::string_view> tags) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::string decoded(std::string_view text) {
  static const std::map<std::string_view, std::string_view> kEntities = {
      {"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
      {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}};
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
    const auto found = end == std::string_view::npos ? kEntities.end()
                                                     : kEntities.find(text.substr(i, end + 1 - i));
    if (found == kEntities.end()) {
      out += text[i++];
    } else {
      out += found->second;
      i = end + 1;
    }
  }
  return out;
}

std::string tidied(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find('\n', i), text.size());
    std::string line = text.substr(i, end - i);
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out += line + "\n";
    i = end + 1;
  }
  return out;
}

}  // namespace

std::string htmlToText(std::string_view page, const TextOptions& options) {
  std::string out;
  bool inPre = false;
  bool firstCell = true;
  for (std::size_t i = page.find("<body"); i < page.size();) {
    if (page[i] != '<') {
      const std::size_t end = std::min(page.find('<', i), page.size());
      std::string text = decoded(page.substr(i, end - i));
      if (!inPre) text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
      out += text;
      i = end;
      continue;
    }
    const std::size_t end = page.find('>', i);
    const std::string_view element = page.substr(i + 1, end - i - 1);
    const bool closes = element.starts_with("/");
    const std::string_view tag =
        element.substr(closes ? 1 : 0, element.find_first_of(" /", 1) - (closes ? 1 : 0));
    i = end + 1;
    if (!closes && isOneOf(tag, {"script", "style", "svg"})) {
      i = page.find("</" + std::string(tag) + ">", i);
    } else if (tag == "tr") {
      out += closes ? options.rowEnd + "\n" : "\n" + options.rowStart;
      firstCell = true;
    } else if (!closes && isOneOf(tag, {"td", "th"})) {
      if (!firstCell) out += options.cellSeparator;
      firstCell = false;
    } else if (isOneOf(tag, {"p", "h1", "h2", "h3", "pre", "div", "table", "section", "header",
                             "br", "nav", "footer", "main", "caption"})) {
      out += "\n";
      inPre = tag == "pre" ? !closes : inPre;
    }
  }
  return tidied(out);
}

}  // namespace wsgauntlet::report
