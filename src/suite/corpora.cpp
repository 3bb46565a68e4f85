#include "suite/corpora.hpp"

#include "base/error.hpp"
#include "base/json_source.hpp"
#include "base/text.hpp"
#include "suite/catalogue.hpp"
#include "suite/embedded_cases.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::suite {
namespace {

namespace fs = std::filesystem;

/// The files of a corpus, and what it holds.
struct CorpusFiles {
  std::string_view name;
  std::string_view original;  ///< its counterpart in the original's testsuite
  std::string_view own;       ///< in cases/data
  bool isText;
};

constexpr CorpusFiles kFiles[] = {
    {"json", "json_data1.json", "json.json", true},
    {"html", "html_data1.html", "html.html", true},
    {"german", "gutenberg_faust.txt", "german.txt", true},
    {"bitmap", "lena512.bmp", "bitmap.bmp", false},
    {"pdf", "ooms.pdf", "pdf.pdf", false},
};

/// Why octets cannot be the corpus; empty when they can.
std::string unusable(const CorpusFiles& files, OctetView octets) {
  if (octets.empty()) return "is empty";
  if (octets.size() > std::numeric_limits<std::uint32_t>::max()) return "is longer than 4 GiB";
  if (files.isText && !isUtf8(octets)) {
    return fmt::format("is not UTF-8, which the corpus \"{}\" has to be", files.name);
  }
  return {};
}

std::optional<fs::path> existing(const fs::path& folder, const CorpusFiles& files) {
  for (const std::string_view name : {files.original, files.own}) {
    std::error_code error;
    fs::path path = folder / name;
    if (fs::is_regular_file(path, error)) return path;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<std::uint32_t>& Corpus::offsets() const {
  std::call_once(counted_, [this] {
    for (std::uint32_t i = 0; i < octets_.size(); ++i) {
      if ((static_cast<unsigned char>(octets_[i]) & 0xC0U) != 0x80U) offsets_.push_back(i);
    }
    offsets_.push_back(static_cast<std::uint32_t>(octets_.size()));
  });
  return offsets_;
}

Octets Corpus::slice(std::uint64_t from, std::uint64_t length, bool codePoints) const {
  const auto offsetOf = [&](std::uint64_t unit) {
    return codePoints ? offsets()[unit] : static_cast<std::size_t>(unit);
  };
  Octets out;
  while (length > 0) {
    const std::uint64_t n = std::min(length, units(codePoints) - from);
    out += octets().substr(offsetOf(from), offsetOf(from + n) - offsetOf(from));
    length -= n;
    from = 0;
  }
  return out;
}

Corpora::Corpora(const fs::path& folder) {
  std::vector<Problem> problems;
  for (const CorpusFiles& files : kFiles) {
    const auto path = existing(folder, files);
    if (!path) {
      problems.push_back({{folder.string(), 0, ""},
                          fmt::format("lacks {} (or {}), the corpus \"{}\"", files.original,
                                      files.own, files.name)});
      continue;
    }
    Octets octets = readFile(path->string());
    if (std::string why = unusable(files, octets); !why.empty()) {
      problems.push_back({{path->string(), 0, ""}, std::move(why)});
      continue;
    }
    corpora_.emplace_back(std::string(files.name), std::move(octets));
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

const Corpora& Corpora::builtIn() {
  static const Corpora corpora = [] {
    Corpora all;
    for (const std::string& name : embeddedCorpusNames()) {
      all.corpora_.emplace_back(name, embeddedCorpus(name));
    }
    return all;
  }();
  return corpora;
}

const Corpus& Corpora::find(std::string_view name) const {
  std::vector<std::string> names;
  for (const Corpus& corpus : corpora_) {
    if (corpus.name() == name) return corpus;
    names.push_back(corpus.name());
  }
  throw InputError(
      fmt::format("no corpus \"{}\"{}", name, hint(name, names, "; there are " + listOf(names))));
}

}  // namespace wsgauntlet::suite
