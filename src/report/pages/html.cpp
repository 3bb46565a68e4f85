#include "report/pages/html.hpp"

#include "base/html.hpp"
#include "base/text.hpp"
#include "report/assets.hpp"

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string html(std::string_view text) {
  return htmlEscaped(controlPictures(text));
}

std::string htmlLines(std::string_view text) {
  return htmlEscaped(controlPictures(text, Lines::kept));
}

std::string htmlDescription(std::string_view text) {
  std::string out = htmlLines(text);
  for (const std::string_view lineBreak : {"&lt;br&gt;", "&lt;br/&gt;", "&lt;br /&gt;", "\n"}) {
    replaceAll(out, lineBreak, "<br/>");
  }
  return out;
}

Cell behaviorCell(play::Behavior behavior) {
  switch (behavior) {
    case play::Behavior::ok:
      return {"case_ok", "Pass"};
    case play::Behavior::nonStrict:
      return {"case_non_strict", "Non-Strict"};
    case play::Behavior::informational:
      return {"case_info", "Info"};
    case play::Behavior::unimplemented:
      return {"case_unimplemented", "Unimplemented"};
    case play::Behavior::failed:
      break;
  }
  return {"case_failed", "Fail"};
}

std::string specLinks(const suite::Case& testCase) {
  std::string out;
  for (const suite::SpecReference& reference : testCase.spec) {
    const std::string section = html(reference.section);
    if (!out.empty()) out += ", ";
    out += fmt::format(
        R"(<a href="https://www.rfc-editor.org/rfc/rfc{0}{2}{1}">RFC&nbsp;{0}{3}{1}</a>)",
        reference.rfc, section, section.empty() ? "" : "#section-",
        section.empty() ? "" : " section&nbsp;");
  }
  return out;
}

std::string pageHead(std::string_view title, std::string_view css) {
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<link rel="icon" href="data:,"/>
<title>{}</title>
<style>
{}{}</style>
<script>
{}</script>
</head>
)",
      html(title), asset("base.css"), css, asset("theme.js"));
}

}  // namespace wsgauntlet::report
