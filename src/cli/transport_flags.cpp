#include "cli/transport_flags.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/flag_error.hpp"
#include "cli/help.hpp"
#include "cli/option_table.hpp"
#include "cli/output.hpp"
#include "cli/request_fields.hpp"

#include <filesystem>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

void addTlsFlags(CLI::App& app, TlsFlags& flags) {
  beginGroup(app, heading::tls);
  app.add_flag("--tls-verify", flags.verify,
               "Check the peer's certificate; a server then demands one");
  app.add_option("--tls-ca", flags.ca, "Authorities to trust, PEM; turns --tls-verify on")
      ->type_name("FILE");
  app.add_option("--tls-version", flags.version, "Speak only this version: 1.2 or 1.3")
      ->type_name("VERSION")
      ->check(oneOf({"1.2", "1.3"}));
}

void addSharedFlags(CLI::App& app, std::vector<std::string>& protocols,
                    std::vector<std::string>& headers, std::vector<std::string>& options,
                    bool connects) {
  beginGroup(app, heading::requests);
  app.add_option("-H,--header", headers,
                 connects ? "Additional field of requests; Host and User-Agent replace ours"
                          : "Additional field of our answers")
      ->type_name("'NAME: VALUE'")
      ->allow_extra_args(false);
  app.add_option("--protocol", protocols,
                 connects ? "Subprotocols that are offered, joined by commas"
                          : "Subprotocols, joined by commas; the first one of the client's list "
                            "that is among them is selected")
      ->type_name("NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--option", options, "Protocol option; `wsgauntlet reference options` lists them")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

net::TlsSettings withFlags(net::TlsSettings settings, const TlsFlags& flags,
                           const OriginalFlags& original) {
  if (!original.cert.empty()) {
    settings.certFile = original.cert;
    settings.keyFile.clear();
  }
  if (!original.key.empty()) settings.keyFile = original.key;
  if (flags.verify) settings.verify = true;
  if (!flags.ca.empty()) settings.caFile = flags.ca;
  if (!flags.version.empty()) settings.version = flags.version;
  return settings;
}

void setOne(const std::string& assignment, websocket::Options& options) {
  const std::size_t equals = assignment.find('=');
  const std::string name = assignment.substr(0, equals);
  const std::string text = equals == std::string::npos ? "true" : assignment.substr(equals + 1);
  const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  bool known = false;
  const std::string wrong =
      setOption(options, name, value.is_discarded() ? nlohmann::json(text) : value, known);
  if (!known) {
    std::vector<std::string> names;
    for (const OptionInfo& info : optionInfos()) names.emplace_back(info.name);
    const std::string near = suggestion(name, names);
    throw InputError(
        fmt::format("unknown option {}{}", name,
                    near.empty() ? "; `wsgauntlet reference options` lists them" : near));
  }
  if (!wrong.empty()) throw InputError(fmt::format("{}: {}", name, wrong));
}

}  // namespace

void addConnectFlags(CLI::App& app, ConnectFlags& flags) {
  addTlsFlags(app, flags.tls);
  app.add_option("--hostname", flags.hostname,
                 "Name for SNI and for the check of the certificate; default: host of the URL")
      ->type_name("NAME");
  addSharedFlags(app, flags.protocols, flags.headers, flags.options, true);
  app.add_option("--origin", flags.origin, "Value of the Origin field")->type_name("ORIGIN");
  app.add_option("--basic-auth", flags.basicAuth, "Authorization field with user and password")
      ->type_name("USER:PASSWORD");
  app.add_option("--bearer-token", flags.bearerToken, "Authorization field with a token")
      ->type_name("TOKEN");
  app.add_option("--proxy", flags.proxy, "HTTP proxy (CONNECT): http://[user:password@]host:port")
      ->type_name("URL");
}

void addListenFlags(CLI::App& app, ListenFlags& flags, const char* heading) {
  beginGroup(app, heading);
  app.add_option("--listen", flags.address,
                 "Numeric address to listen on; default: all addresses, IPv4 and IPv6")
      ->type_name("ADDRESS");
  app.add_option("--port-file", flags.portFile, "Write the port to this file once we listen")
      ->type_name("FILE");
  addTlsFlags(app, flags.tls);
  app.add_flag("--tls-self-signed", flags.selfSigned,
               "Make a certificate for localhost, in place of -c and -k");
  addSharedFlags(app, flags.protocols, flags.headers, flags.options, false);
}

void applyOptions(const std::vector<std::string>& assignments, websocket::Options& options) {
  for (const std::string& assignment : assignments) {
    forFlag("--option", [&] { setOne(assignment, options); });
  }
}

void applyHeaders(const std::vector<std::string>& lines, websocket::HttpFields& fields) {
  for (const std::string& line : lines) forFlag("--header", [&] { addField(fields, line); });
}

void applyConnectFlags(const ConnectFlags& flags, const OriginalFlags& original,
                       net::TlsSettings settings, roles::ConnectSpec& spec) {
  if (!flags.hostname.empty()) spec.hostname = flags.hostname;
  if (!flags.proxy.empty()) {
    forFlag("--proxy", [&] { spec.proxy = net::parseProxy(flags.proxy); });
  }
  if (spec.proxy && !spec.url.socketPath.empty()) {
    throw InputError(fmt::format("{}: a Unix socket is not reached through a proxy", spec.urlText));
  }
  if (!flags.origin.empty()) {
    forFlag("--origin", [&] { websocket::requireField("Origin", flags.origin); });
    spec.origin = flags.origin;
  }
  for (const std::string& protocol : flags.protocols) {
    if (!websocket::isToken(protocol)) {
      throw InputError(
          fmt::format("--protocol: a subprotocol is a token without blanks, got '{}'", protocol));
    }
  }
  if (!flags.protocols.empty()) spec.protocols = flags.protocols;
  applyHeaders(flags.headers, spec.headers);
  if (!flags.basicAuth.empty()) {
    forFlag("--basic-auth", [&] { addBasicAuth(spec.headers, flags.basicAuth); });
  }
  if (!flags.bearerToken.empty()) {
    forFlag("--bearer-token", [&] { addBearerToken(spec.headers, flags.bearerToken); });
  }
  applyOptions(flags.options, spec.options);
  if (spec.url.secure) {
    spec.tls = net::TlsContext::forClient(withFlags(std::move(settings), flags.tls, original));
  }
}

std::string Listening::url(std::uint16_t port) const {
  if (!address.socketPath.empty()) return "ws+unix:" + address.socketPath;
  return fmt::format("{}://{}", tls ? "wss" : "ws", websocket::hostAndPort(host, port));
}

Listening listeningAt(const websocket::Url& url, const ListenFlags& flags,
                      const OriginalFlags& original, net::TlsSettings settings,
                      const websocket::Options& options) {
  Listening listening;
  listening.address = {flags.address, url.port, url.socketPath, options.tcpNoDelay};
  const std::string& bound = flags.address;
  if (!bound.empty() && bound != "0.0.0.0" && bound != "::") {
    listening.host = bound;
  } else if (url.host.find(':') != std::string::npos && bound != "0.0.0.0") {
    listening.host = url.host;
  }
  if (!url.socketPath.empty() && !flags.portFile.empty()) {
    throw InputError("--port-file: a Unix socket has no port");
  }
  if (!url.secure) {
    if (flags.selfSigned) throw InputError("--tls-self-signed: the URL must begin with wss://");
    return listening;
  }
  settings = withFlags(std::move(settings), flags.tls, original);
  if (flags.selfSigned) settings.selfSigned = true;
  listening.tls = net::TlsContext::forServer(settings);
  return listening;
}

void announce(const Listening& listening, std::uint16_t port, const ListenFlags& flags) {
  if (listening.tls) say("Certificate = SHA-256 {}\n", listening.tls->fingerprint());
  say("Listening on {}\n", listening.url(port));
  if (flags.portFile.empty()) return;
  forFlag("--port-file", [&] { replaceFile(flags.portFile, fmt::format("{}\n", port)); });
}

roles::ServeSpec serveSpec(const OriginalFlags& original, const ListenFlags& flags,
                           websocket::Options options, Listening& listening) {
  roles::ServeSpec spec;
  spec.options = std::move(options);
  applyOptions(flags.options, spec.options);
  applyHeaders(flags.headers, spec.headers);
  spec.protocols = flags.protocols;
  spec.seed = chooseSeed("");
  listening = listeningAt(requireUrl(original), flags, original, {}, spec.options);
  spec.listen = listening.address;
  spec.tls = listening.tls;
  return spec;
}

}  // namespace wsgauntlet::cli
