// The header Sec-WebSocket-Extensions (RFC 6455 section 9.1) and the negotiation of
// permessage-deflate (RFC 7692 section 7.1).
#pragma once

#include "websocket/checked.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::websocket {

inline constexpr std::string_view kPermessageDeflate = "permessage-deflate";

struct ExtensionParameter {
  std::string name;                  ///< in small letters
  std::optional<std::string> value;  ///< without quotes

  friend bool operator==(const ExtensionParameter&, const ExtensionParameter&) = default;
};

/// One extension with its parameters, as offered or as accepted.
struct ExtensionElement {
  std::string name;  ///< in small letters
  std::vector<ExtensionParameter> parameters;

  friend bool operator==(const ExtensionElement&, const ExtensionElement&) = default;
};

/// Parses the value of the header. Empty elements of the list are passed over, so an empty value is
/// an empty list. Anything else that the grammar does not allow is an error.
[[nodiscard]] Checked<std::vector<ExtensionElement>> parseExtensions(std::string_view header);

/// `name; parameter=value; …`; values that are not tokens are quoted.
[[nodiscard]] std::string serialize(const ExtensionElement& element);
/// The elements joined with ", ".
[[nodiscard]] std::string serialize(std::span<const ExtensionElement> elements);

/// What both ends agreed on.
struct DeflateParameters {
  bool clientNoContextTakeover = false;
  bool serverNoContextTakeover = false;
  int clientMaxWindowBits = 15;  ///< 8 to 15
  int serverMaxWindowBits = 15;  ///< 8 to 15

  friend bool operator==(const DeflateParameters&, const DeflateParameters&) = default;
};

/// The parameters of one permessage-deflate element, each as written.
struct DeflateElement {
  bool clientNoContextTakeover = false;
  bool serverNoContextTakeover = false;
  bool hasClientMaxWindowBits = false;  ///< with or without a value
  std::optional<int> clientMaxWindowBits;
  std::optional<int> serverMaxWindowBits;
};

/// The element of an offer or of a response that says the same.
[[nodiscard]] ExtensionElement toElement(const DeflateElement& deflate);

enum class DeflateSide { offer, response };

/// Checks the parameters of a permessage-deflate element: known, at most once, values legal. In an
/// offer `client_max_window_bits` may be without a value, in a response not.
[[nodiscard]] Checked<DeflateElement> checkDeflate(const ExtensionElement& element,
                                                   DeflateSide side);

/// One way in which our server accepts an offer.
struct AcceptRule {
  bool needsClientMaxWindowBits = false;  ///< fits only offers that have the parameter
  bool clientNoContextTakeover = false;   ///< asks the client to forget its window
  std::optional<int> clientMaxWindowBits =
      std::nullopt;  ///< asks for it; never above what the offer says
  /// Fits only offers that leave the server its context takeover and a window of 15 bits.
  bool needsFullWindow = false;
  /// Asks for `client_no_context_takeover` where the offer hints at it (RFC 7692 section 7.1.1.2):
  /// some clients do not open the connection otherwise.
  bool followsHint = false;
};

struct Negotiated {
  std::string header;  ///< value for the Sec-WebSocket-Extensions header of the response
  DeflateParameters parameters;
};

/// Tries the rules in their order, each over all offers in the client's order, and accepts the
/// first offer that fits. Offers of other extensions and offers with illegal parameters are
/// declined (RFC 7692 section 7.1). Nothing when no offer fits.
[[nodiscard]] std::optional<Negotiated> negotiate(std::span<const ExtensionElement> offers,
                                                  std::span<const AcceptRule> rules);

/// A server's permessage-deflate response that has legal parameters.
struct DeflateAnswer {
  DeflateParameters parameters;
  /// Empty when the response fits one of the offers, else the rule of RFC 7692 section 7.1 that it
  /// breaks (against the last offer). The parameters can be used all the same.
  std::string mismatch;
};

/// Judges a permessage-deflate response against what was offered (elements of other extensions are
/// passed over). An error is the text with which the handshake fails.
[[nodiscard]] Checked<DeflateAnswer> acceptResponse(const ExtensionElement& response,
                                                    std::span<const ExtensionElement> offered);

}  // namespace wsgauntlet::websocket
