#include "base/json_source.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

namespace wsgauntlet {
namespace {

using nlohmann::json;

/// Counts lines while the parser reads.
class LineCounter {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = char;
  using pointer = const char*;
  using reference = const char&;
  using iterator_category = std::input_iterator_tag;

  LineCounter(const char* at, int* line) : at_(at), line_(line) {}
  reference operator*() const { return *at_; }
  LineCounter& operator++() {
    if (*at_ == '\n') ++*line_;
    ++at_;
    return *this;
  }
  LineCounter operator++(int) {
    LineCounter old = *this;
    ++*this;
    return old;
  }
  friend bool operator==(const LineCounter& a, const LineCounter& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  int* line_;
};

/// No spec or case file nests deeper; each level costs a pointer as long as itself.
constexpr std::size_t kMaxLevels = 100;

/// Notes the line of each value, and keys that stand twice.
class PlaceReader : public nlohmann::json_sax<json> {
 public:
  PlaceReader(const std::string& file, const int& line, std::unordered_map<std::string, int>& lines,
              std::vector<Problem>& problems)
      : file_(file), line_(line), lines_(lines), problems_(problems) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& text) override {
    Level& level = levels_.back();
    level.child = pointerBelow(level.pointer, text);
    lines_[level.child] = line_;
    if (!level.keys.insert(text).second) {
      problems_.push_back({{file_, line_, level.child}, "the key occurs twice in this object"});
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    // The library's text is `[json.exception.…] parse error at line L, column C: reason`.
    std::string reason = error.what();
    if (const auto at = reason.find("column "); at != std::string::npos) {
      reason = "not valid JSON at " + reason.substr(at);
    }
    problems_.push_back({{file_, line_, ""}, reason});
    return false;
  }

 private:
  struct Level {
    bool isObject = false;
    std::string pointer;
    std::string child;  ///< pointer of the value that comes next
    std::size_t index = 0;
    std::set<std::string> keys;
  };

  std::string enter() {
    if (levels_.empty()) {
      lines_.emplace("", line_);
      return "";
    }
    Level& level = levels_.back();
    if (level.isObject) return level.child;
    std::string pointer = level.pointer + "/" + std::to_string(level.index++);
    lines_[pointer] = line_;
    return pointer;
  }
  bool value() {
    enter();
    return true;
  }
  bool open(bool isObject) {
    std::string pointer = enter();
    if (levels_.size() == kMaxLevels) {
      problems_.push_back({{file_, line_, pointer}, "nested too deeply"});
      return false;
    }
    levels_.push_back({isObject, std::move(pointer), "", 0, {}});
    return true;
  }
  bool close() {
    levels_.pop_back();
    return true;
  }

  const std::string& file_;
  const int& line_;
  std::unordered_map<std::string, int>& lines_;
  std::vector<Problem>& problems_;
  std::vector<Level> levels_;
};

}  // namespace

JsonSource::JsonSource(std::string name, const std::string& text)
    : name_(std::move(name)), root_(std::make_unique<json>()) {
  int line = 1;
  std::vector<Problem> problems;
  PlaceReader reader(name_, line, lines_, problems);
  json::sax_parse(LineCounter(text.data(), &line), LineCounter(text.data() + text.size(), &line),
                  &reader);
  if (!problems.empty()) throw InputError(std::move(problems));
  *root_ = json::parse(text);
}

JsonSource JsonSource::fromFile(const std::string& path) {
  return {path, readFile(path)};
}

JsonSource::~JsonSource() = default;
JsonSource::JsonSource(JsonSource&&) noexcept = default;
JsonSource& JsonSource::operator=(JsonSource&&) noexcept = default;

Place JsonSource::place(const std::string& pointer) const {
  std::string at = pointer;
  while (true) {
    if (const auto found = lines_.find(at); found != lines_.end()) {
      return {name_, found->second, pointer};
    }
    const auto slash = at.rfind('/');
    if (slash == std::string::npos) return {name_, 0, pointer};
    at.resize(slash);
  }
}

std::string pointerBelow(std::string_view pointer, std::string_view key) {
  std::string below(pointer);
  if (key.find_first_of("~/") == std::string_view::npos) return below.append("/").append(key);
  return below + (json::json_pointer() / std::string(key)).to_string();
}

std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  // An empty file is none that cannot be read, although nothing comes from it.
  const bool isEmpty = in && in.peek() == std::ifstream::traits_type::eof() && !in.bad();
  if (!isEmpty && !(in && text << in.rdbuf())) {
    throw InputError(std::vector<Problem>{
        {{path, 0, ""}, std::string("cannot be read: ") + std::strerror(errno)}});
  }
  return std::move(text).str();
}

}  // namespace wsgauntlet
