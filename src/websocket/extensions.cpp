#include "websocket/extensions.hpp"

#include "base/text.hpp"
#include "websocket/http.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

constexpr std::string_view kClientNoContextTakeover = "client_no_context_takeover";
constexpr std::string_view kServerNoContextTakeover = "server_no_context_takeover";
constexpr std::string_view kClientMaxWindowBits = "client_max_window_bits";
constexpr std::string_view kServerMaxWindowBits = "server_max_window_bits";

/// Reads the grammar of RFC 6455 section 9.1 from the front of a header value.
class Reader {
 public:
  explicit Reader(std::string_view text) : whole_(text), rest_(text) {}

  Checked<std::vector<ExtensionElement>> list() {
    std::vector<ExtensionElement> elements;
    do {
      skipBlanks();
      if (rest_.empty() || rest_.front() == ',') continue;  // an empty element
      elements.push_back(element());
    } while (error_.empty() && take(','));
    if (error_.empty() && !rest_.empty()) expected("\",\" or \";\"");
    if (!error_.empty()) return Checked<std::vector<ExtensionElement>>::bad(std::move(error_));
    return Checked<std::vector<ExtensionElement>>::good(std::move(elements));
  }

 private:
  ExtensionElement element() {
    ExtensionElement element{toLower(token("a name")), {}};
    while (error_.empty() && take(';')) element.parameters.push_back(parameter());
    return element;
  }

  ExtensionParameter parameter() {
    ExtensionParameter parameter{toLower(token("the name of a parameter")), std::nullopt};
    if (error_.empty() && take('=')) {
      skipBlanks();
      parameter.value = rest_.starts_with('"') ? quoted() : token("a value");
    }
    return parameter;
  }

  std::string token(std::string_view what) {
    skipBlanks();
    std::size_t length = 0;
    while (length < rest_.size() && isToken(rest_.substr(length, 1))) ++length;
    if (length == 0) expected(what);
    std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return text;
  }

  /// A quoted value, which must be a token once the quotes are off.
  std::string quoted() {
    rest_.remove_prefix(1);
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) break;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) {
      expected("a quote at the end of the value");
    } else {
      rest_.remove_prefix(1);
      if (!isToken(text))
        error_ = fmt::format("the quoted value '{}' is not a token", terminalText(text));
    }
    return text;
  }

  bool take(char mark) {
    skipBlanks();
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skipBlanks() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }

  void expected(std::string_view what) {
    if (!error_.empty()) return;
    error_ = fmt::format("expected {} at offset {} of '{}'", what, whole_.size() - rest_.size(),
                         terminalText(whole_));
  }

  std::string_view whole_;
  std::string_view rest_;
  std::string error_;
};

/// A number from 8 to 15 without leading zeros (RFC 7692 section 7.1.2).
std::optional<int> windowBits(std::string_view digits) {
  const std::optional<int> bits = parseNumber(digits, 15);
  if (!bits || *bits < 8 || digits.front() == '0') return std::nullopt;
  return bits;
}

std::string illegalValue(const ExtensionParameter& parameter) {
  // A missing value is reported as "1": texts that tools know.
  return fmt::format("illegal extension parameter value '{}' for parameter '{}' of extension '{}'",
                     parameter.value.value_or("1"), parameter.name, kPermessageDeflate);
}

/// Takes over one parameter; the result is the rule it breaks, if any.
std::string readParameter(const ExtensionParameter& parameter, DeflateSide side,
                          DeflateElement& out) {
  const std::string& name = parameter.name;
  if (name == kClientNoContextTakeover || name == kServerNoContextTakeover) {
    if (parameter.value) return illegalValue(parameter);
    (name == kClientNoContextTakeover ? out.clientNoContextTakeover : out.serverNoContextTakeover) =
        true;
    return {};
  }
  if (name != kClientMaxWindowBits && name != kServerMaxWindowBits) {
    return fmt::format("illegal extension parameter '{}' for extension '{}'", name,
                       kPermessageDeflate);
  }
  const bool client = name == kClientMaxWindowBits;
  const std::optional<int> bits = parameter.value ? windowBits(*parameter.value) : std::nullopt;
  const bool mayBeBare = client && side == DeflateSide::offer;
  if (!bits && (parameter.value || !mayBeBare)) return illegalValue(parameter);
  (client ? out.clientMaxWindowBits : out.serverMaxWindowBits) = bits;
  if (client) out.hasClientMaxWindowBits = true;
  return {};
}

/// The rule of RFC 7692 section 7.1 that a response breaks as the answer to one offer, if any.
std::string mismatch(const DeflateElement& response, const DeflateElement& offer) {
  if (offer.serverNoContextTakeover && !response.serverNoContextTakeover) {
    return fmt::format("the response lacks '{}', which was offered", kServerNoContextTakeover);
  }
  // 15 is what holds without the parameter: leaving it out says the same.
  constexpr int kMaxBits = 15;
  const int answered = response.serverMaxWindowBits.value_or(kMaxBits);
  if (offer.serverMaxWindowBits.value_or(kMaxBits) < kMaxBits && !response.serverMaxWindowBits) {
    return fmt::format("the response lacks '{}', which was offered", kServerMaxWindowBits);
  }
  if (offer.serverMaxWindowBits && answered > *offer.serverMaxWindowBits) {
    return fmt::format("the response has '{}={}', more than the offered {}", kServerMaxWindowBits,
                       answered, *offer.serverMaxWindowBits);
  }
  if (response.hasClientMaxWindowBits && !offer.hasClientMaxWindowBits) {
    return fmt::format("the response has '{}', which was not offered", kClientMaxWindowBits);
  }
  return {};
}

DeflateParameters parametersOf(const DeflateElement& response) {
  return {response.clientNoContextTakeover, response.serverNoContextTakeover,
          response.clientMaxWindowBits.value_or(15), response.serverMaxWindowBits.value_or(15)};
}

std::optional<Negotiated> accept(const DeflateElement& offer, const AcceptRule& rule) {
  if (rule.needsClientMaxWindowBits && !offer.hasClientMaxWindowBits) return std::nullopt;
  const bool full = !offer.serverNoContextTakeover && offer.serverMaxWindowBits.value_or(15) == 15;
  if (rule.needsFullWindow && !full) return std::nullopt;
  DeflateElement response;
  response.serverNoContextTakeover = offer.serverNoContextTakeover;
  response.serverMaxWindowBits = offer.serverMaxWindowBits;
  response.clientNoContextTakeover =
      rule.clientNoContextTakeover || (rule.followsHint && offer.clientNoContextTakeover);
  // A response may have the parameter only when the offer has it.
  if (rule.clientMaxWindowBits && offer.hasClientMaxWindowBits) {
    response.hasClientMaxWindowBits = true;
    response.clientMaxWindowBits =
        std::min(*rule.clientMaxWindowBits, offer.clientMaxWindowBits.value_or(15));
  }
  return Negotiated{serialize(toElement(response)), parametersOf(response)};
}

std::vector<DeflateElement> legalOffers(std::span<const ExtensionElement> offers) {
  std::vector<DeflateElement> legal;
  for (const ExtensionElement& offer : offers) {
    if (offer.name != kPermessageDeflate) continue;
    if (const auto checked = checkDeflate(offer, DeflateSide::offer); checked.ok()) {
      legal.push_back(*checked.value);
    }
  }
  return legal;
}

std::string quoteIfNeeded(std::string_view value) {
  if (isToken(value)) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

Checked<std::vector<ExtensionElement>> parseExtensions(std::string_view header) {
  return Reader(header).list();
}

std::string serialize(const ExtensionElement& element) {
  std::string out = element.name;
  for (const auto& [name, value] : element.parameters) {
    out += "; " + name;
    if (value) out += "=" + quoteIfNeeded(*value);
  }
  return out;
}

std::string serialize(std::span<const ExtensionElement> elements) {
  std::string out;
  for (const ExtensionElement& element : elements) {
    if (!out.empty()) out += ", ";
    out += serialize(element);
  }
  return out;
}

ExtensionElement toElement(const DeflateElement& deflate) {
  ExtensionElement element{std::string(kPermessageDeflate), {}};
  const auto add = [&](std::string_view name, std::optional<int> value) {
    element.parameters.push_back(
        {std::string(name), value ? std::optional(fmt::format("{}", *value)) : std::nullopt});
  };
  if (deflate.serverNoContextTakeover) add(kServerNoContextTakeover, std::nullopt);
  if (deflate.serverMaxWindowBits) add(kServerMaxWindowBits, deflate.serverMaxWindowBits);
  if (deflate.clientNoContextTakeover) add(kClientNoContextTakeover, std::nullopt);
  if (deflate.hasClientMaxWindowBits) add(kClientMaxWindowBits, deflate.clientMaxWindowBits);
  return element;
}

Checked<DeflateElement> checkDeflate(const ExtensionElement& element, DeflateSide side) {
  DeflateElement out;
  for (std::size_t i = 0; i < element.parameters.size(); ++i) {
    const ExtensionParameter& parameter = element.parameters[i];
    const auto here = element.parameters.begin() + static_cast<std::ptrdiff_t>(i);
    const bool again = std::any_of(element.parameters.begin(), here, [&](const auto& earlier) {
      return earlier.name == parameter.name;
    });
    std::string error =
        again ? fmt::format("multiple occurrence of extension parameter '{}' for extension '{}'",
                            parameter.name, kPermessageDeflate)
              : readParameter(parameter, side, out);
    if (!error.empty()) return Checked<DeflateElement>::bad(std::move(error));
  }
  return Checked<DeflateElement>::good(out);
}

std::optional<Negotiated> negotiate(std::span<const ExtensionElement> offers,
                                    std::span<const AcceptRule> rules) {
  const std::vector<DeflateElement> legal = legalOffers(offers);
  for (const AcceptRule& rule : rules) {
    for (const DeflateElement& offer : legal) {
      if (auto accepted = accept(offer, rule)) return accepted;
    }
  }
  return std::nullopt;
}

Checked<DeflateAnswer> acceptResponse(const ExtensionElement& response,
                                      std::span<const ExtensionElement> offered) {
  const auto checked = checkDeflate(response, DeflateSide::response);
  if (!checked.ok()) return Checked<DeflateAnswer>::bad(checked.error);
  DeflateAnswer answer{parametersOf(*checked.value), {}};
  for (const DeflateElement& offer : legalOffers(offered)) {
    answer.mismatch = mismatch(*checked.value, offer);
    if (!answer.mismatch.empty()) continue;
    // The window that was offered is a hint: a server may ignore it and name a larger one, which
    // the client does not use.
    if (checked.value->clientMaxWindowBits && offer.clientMaxWindowBits) {
      int& bits = answer.parameters.clientMaxWindowBits;
      bits = std::min(bits, *offer.clientMaxWindowBits);
    }
    break;
  }
  return Checked<DeflateAnswer>::good(std::move(answer));
}

}  // namespace wsgauntlet::websocket
