#include "suite/case_loader.hpp"

#include "suite/case_reader.hpp"
#include "suite/catalogue.hpp"
#include "suite/template_expansion.hpp"

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

class FileLoader {
 public:
  explicit FileLoader(const JsonSource& source)
      : source_(source), problems_(source), tables_(problems_) {}

  std::vector<Case> load() {
    const Node root(Scope{problems_}, source_.root(), "");
    ObjectReader file(root, "a case file");
    // Another format may be another form of everything: nothing else is worth telling.
    if (!file.valid() || !readFormat(file)) return {};
    std::string ignored;
    file.text("$schema", ignored);
    file.text("comment", ignored);
    readHeader(file);
    if (const auto tables = file.find("tables")) tables_.read(*tables);
    if (const auto cases = file.require("cases")) {
      for (const Node& node : cases->elements("a list of cases")) readCaseOrTemplate(node);
    }
    file.finish();
    tables_.checkUse();
    return std::move(cases_);
  }

  std::vector<Problem> problems() && { return std::move(problems_).sorted(); }

 private:
  static bool readFormat(ObjectReader& file) {
    const auto node = file.require("format");
    if (!node || !node->valid()) return false;
    if (node->value() == kFormat) return true;
    node->fail(fmt::format("this build reads format {}, not {}", kFormat, node->value().dump()));
    return false;
  }

  void readHeader(ObjectReader& file) {
    if (const auto suite = file.require("suite")) {
      header_.suite = suite->text().value_or("");
      if (header_.suite.empty() && suite->valid()) suite->fail("the name of the suite is empty");
    }
    file.boolean("on-request", header_.onRequest);
    if (const auto category = file.require("category")) readCategory(*category);
    const auto subcategories = file.find("subcategories");
    if (!subcategories || !ObjectReader(*subcategories, "\"subcategories\"").valid()) return;
    for (const auto& [key, title] : subcategories->value().items()) {
      const Node node = subcategories->child(title, key);
      const auto id = CaseId::parse(key);
      if (!id) node.fail(fmt::format("\"{}\" is not the id of a subcategory, such as 5.1", key));
      const auto text = node.text();
      if (id && text) header_.subcategories[*id] = *text;
    }
  }

  void readCategory(const Node& node) {
    ObjectReader category(node, "\"category\"");
    if (const auto id = category.require("id")) {
      const auto text = id->text();
      const auto parsed = text ? CaseId::parse(*text) : std::nullopt;
      if (parsed) header_.category = *parsed;
      if (text && !parsed)
        id->fail(fmt::format("\"{}\" is not the id of a category, such as 5", *text));
    }
    if (const auto title = category.require("title")) {
      header_.categoryTitle = title->text().value_or("");
    }
    category.finish();
  }

  void readCaseOrTemplate(const Node& node) {
    if (!node.valid()) return;
    if (!node.value().is_object() || !node.value().contains("for")) {
      addCase(Scope{problems_}, node);
      return;
    }
    // `for` names a table without a dollar sign, so it is no reference to a column.
    const Node rows = node.child(node.value().at("for"), "for");
    Table* table = rows.valid() ? tables_.of(rows) : nullptr;
    if (table == nullptr) return;
    for (const Row& row : table->rows) {
      if (!addCase(Scope{problems_, &row, &table->usedColumns}, node)) table->usable = false;
    }
  }

  bool addCase(const Scope& scope, const Node& node) {
    auto read = readCase(scope, node.value(), node.pointer(), header_);
    if (!read) return false;
    cases_.push_back(std::move(*read));
    return true;
  }

  const JsonSource& source_;
  ProblemList problems_;
  Tables tables_;
  FileHeader header_;
  std::vector<Case> cases_;
};

}  // namespace

std::vector<Case> loadCases(const CaseFile& file, std::vector<Problem>& problems) {
  try {
    const JsonSource source(file.path, file.text);
    FileLoader loader(source);
    auto cases = loader.load();
    auto found = std::move(loader).problems();
    problems.insert(problems.end(), found.begin(), found.end());
    return cases;
  } catch (const InputError& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    return {};
  }
}

}  // namespace wsgauntlet::suite
