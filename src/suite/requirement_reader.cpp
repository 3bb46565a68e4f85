#include "suite/requirement_reader.hpp"

#include "suite/payload_reader.hpp"
#include "suite/step_reader.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::array<std::pair<const char*, Level>, 3> kLevels{
    {{"must", Level::must}, {"should", Level::should}, {"may", Level::may}}};

constexpr std::array<std::pair<const char*, Reaction>, 5> kReactions{
    {{"echo", Reaction::echo},
     {"fail", Reaction::fail},
     {"close", Reaction::close},
     {"refuse", Reaction::refuse},
     {"answer", Reaction::answer}}};

using CheckKind = Check::Kind;
constexpr std::array<std::pair<const char*, CheckKind>, 12> kChecks{
    {{"answered", CheckKind::answered},
     {"status", CheckKind::status},
     {"field", CheckKind::field},
     {"no-field", CheckKind::noField},
     {"one-field", CheckKind::oneField},
     {"well-formed", CheckKind::wellFormed},
     {"fresh-key", CheckKind::freshKey},
     {"fresh-masks", CheckKind::freshMasks},
     {"close-code", CheckKind::closeCode},
     {"one-close", CheckKind::oneClose},
     {"tcp-end", CheckKind::tcpEnd},
     {"no-echo", CheckKind::noEcho}}};

using Letters = HandshakeEdit::Letters;
constexpr std::array<std::pair<const char*, Letters>, 3> kLetters{
    {{"lower", Letters::lower}, {"upper", Letters::upper}, {"mixed", Letters::mixed}}};

/// Reads one of the words of a table.
template <typename Table, typename Value>
void readWord(const Node& node, const Table& table, Value& target) {
  std::vector<std::string> words;
  words.reserve(table.size());
  for (const auto& entry : table) words.emplace_back(entry.first);
  const auto word = node.word(words);
  for (const auto& [name, value] : table) {
    if (word == name) target = value;
  }
}

/// Reads the key `must`, `should` or `may`; `readValue` reads its value.
template <typename ReadValue>
void readLevel(ObjectReader& object, Level& level, ReadValue readValue) {
  int found = 0;
  for (const auto& [name, value] : kLevels) {
    const auto node = object.find(name);
    if (!node) continue;
    ++found;
    level = value;
    readValue(*node);
  }
  if (object.valid() && found != 1) {
    object.node().fail("give one of the keys must, should and may");
  }
}

std::vector<std::string> readTexts(const Node& node, std::string_view what) {
  std::vector<std::string> texts;
  for (const Node& element : node.elements(what, 0)) {
    if (auto octets = readOctets(element)) texts.push_back(std::move(*octets));
  }
  return texts;
}

Binding readBinding(const Node& node) {
  Binding binding;
  ObjectReader object(node, "a binding clause");
  readLevel(object, binding.level,
            [&](const Node& value) { binding.clause = value.text().value_or(""); });
  object.finish();
  return binding;
}

void readOutcome(const Node& node, Requirement& outcome) {
  ObjectReader object(node, "\"outcome\"");
  readLevel(object, outcome.level,
            [&](const Node& value) { readWord(value, kReactions, outcome.reaction); });
  if (const auto codes = object.find("codes")) {
    for (const Node& code : codes->elements("a list of close codes")) {
      outcome.codes.push_back(static_cast<std::uint16_t>(code.integer(1000, 4999).value_or(1000)));
    }
  }
  if (const auto opens = object.find("opens")) outcome.opens = readBinding(*opens);
  if (const auto frame = object.find("close-frame")) outcome.closeFrame = readBinding(*frame);
  object.finish();
}

Check readCheck(const Node& node) {
  Check check;
  ObjectReader object(node, "a check");
  readLevel(object, check.level, [&](const Node& value) { readWord(value, kChecks, check.kind); });
  object.text("name", check.name);
  if (const auto values = object.find("in")) {
    for (const Node& value : values->elements("a list of values")) {
      if (value.valid() && value.value().is_number()) {
        check.values.push_back(std::to_string(value.integer(0, 65535).value_or(0)));
      } else if (auto text = value.text()) {
        check.values.push_back(std::move(*text));
      }
    }
  }
  if (const auto section = object.find("section")) check.section = section->text();
  object.finish();
  const bool named = check.kind == CheckKind::field || check.kind == CheckKind::noField ||
                     check.kind == CheckKind::oneField;
  if (object.valid() && named == check.name.empty()) {
    node.fail(named ? "this check needs the \"name\" of a field" : "this check takes no \"name\"");
  }
  return check;
}

void readFields(const Node& node, HandshakeEdit& edit) {
  if (!ObjectReader(node, "\"fields\"").valid()) return;
  for (const auto& [name, value] : node.value().items()) {
    HandshakeEdit::Field field{name, {}};
    const Node at = node.child(value, name);
    if (at.valid() && at.value().is_array()) {
      field.values = readTexts(at, "a list of values");
    } else if (at.valid() && !at.value().is_null()) {
      if (auto octets = readOctets(at)) field.values.push_back(std::move(*octets));
    }
    edit.fields.push_back(std::move(field));
  }
}

HandshakeEdit readHandshake(const Node& node) {
  HandshakeEdit edit;
  ObjectReader object(node, "a handshake");
  if (const auto line = object.find("line")) edit.startLine = readOctets(*line);
  if (const auto fields = object.find("fields")) readFields(*fields, edit);
  if (const auto lines = object.find("before")) edit.before = readTexts(*lines, "a list of lines");
  if (const auto lines = object.find("after")) edit.after = readTexts(*lines, "a list of lines");
  if (const auto letters = object.find("letters")) readWord(*letters, kLetters, edit.letters);
  object.boolean("reverse", edit.reverse);
  object.text("line-end", edit.lineEnd);
  object.boolean("finished", edit.finished);
  if (const auto behind = object.find("behind")) {
    if (auto payload = readPayload(*behind)) edit.behind = std::move(*payload);
  }
  object.integer("chop", edit.chop, 1);
  object.finish();
  return edit;
}

}  // namespace

Requirement readRequirement(ObjectReader& object) {
  Requirement out;
  if (const auto node = object.find("outcome")) readOutcome(*node, out);
  if (const auto node = object.find("checks")) {
    for (const Node& element : node->elements("a list of checks")) {
      out.checks.push_back(readCheck(element));
    }
  }
  object.seconds("patience", out.patience);
  if (const auto node = object.find("request")) out.opening.request = readHandshake(*node);
  if (const auto node = object.find("response")) out.opening.response = readHandshake(*node);
  if (const auto node = object.find("early")) {
    for (const Node& element : node->elements("a list of steps")) {
      if (auto step = readStep(element)) out.opening.early.push_back(std::move(*step));
    }
  }
  return out;
}

}  // namespace wsgauntlet::suite
