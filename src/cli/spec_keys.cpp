#include "cli/spec_keys.hpp"

#include <initializer_list>
#include <vector>

namespace wsgauntlet::cli {
namespace {

using Keys = std::vector<SpecKey>;

const Keys& caseKeys() {
  static const Keys keys = {
      {"cases", "list of patterns", "required", "cases to run: ids, and patterns with `*`"},
      {"suites", "list of suites", "`[\"autobahn\"]`",
       "suites whose cases are run: `autobahn`, `rfc`"},
      {"exclude-cases", "list of patterns", "none", "cases to leave out"},
      {"exclude-agent-cases", "object", "none",
       "agent pattern to list of case patterns that are left out for these agents"},
      {"options", "object", "see the options", "protocol options"},
  };
  return keys;
}

const Keys& tlsKeys() {
  static const Keys keys = {
      {"cert", "file", "none", "our certificate with its chain, PEM"},
      {"key", "file", "in `cert`", "the private key of `cert`, PEM"},
      {"tls-verify", "true or false", "false",
       "check the peer's certificate; a server then demands one"},
      {"tls-ca", "file", "those of the system", "authorities to trust, PEM; turns `tls-verify` on"},
      {"tls-version", "1.2 or 1.3", "both", "speak only this TLS version, as a text"},
  };
  return keys;
}

const Keys& requestKeys() {
  static const Keys keys = {
      {"hostname", "text", "host of the URL", "name for SNI and for the check of the certificate"},
      {"proxy", "URL", "none",
       "HTTP proxy (CONNECT), `http://host:port` or `http://user:password@host:port`"},
      {"origin", "text", "none", "value of the Origin field"},
      {"protocols", "list of texts", "none", "subprotocols that are offered"},
      {"headers", "object", "none",
       "additional fields of the request, name to value; Host and User-Agent replace ours"},
      {"basic-auth", "text", "none", "`user:password` for an Authorization field"},
      {"bearer-token", "text", "none", "token for an Authorization field"},
  };
  return keys;
}

Keys join(std::initializer_list<Keys> parts) {
  Keys keys;
  for (const Keys& part : parts) keys.insert(keys.end(), part.begin(), part.end());
  return keys;
}

}  // namespace

std::span<const SpecKey> fuzzingClientKeys() {
  static const Keys keys =
      join({{{"outdir", "folder", "./reports/servers/", "where reports are written"},
             {"servers", "list of objects", "the URL of -w", "the servers to test"}},
            caseKeys(),
            tlsKeys(),
            requestKeys()});
  return keys;
}

std::span<const SpecKey> serverKeys() {
  static const Keys keys =
      join({{{"url", "URL", "required", "`ws://`, `wss://` or `ws+unix:/path/to/socket:/resource`"},
             {"agent", "text", "Server field of its answer", "name of the server in reports"},
             {"options", "object", "those of the file", "protocol options for this server"},
             {"name", "text", "none", "a remark; ignored"},
             {"desc", "text", "none", "a remark; ignored"}},
            tlsKeys(),
            requestKeys()});
  return keys;
}

std::span<const SpecKey> fuzzingServerKeys() {
  static const Keys keys = join(
      {{{"url", "URL", "required",
         "`ws://`, `wss://` or `ws+unix:/path/to/socket`; the port to listen on, 0 for any free "
         "one; host and path are ignored"},
        {"outdir", "folder", "./reports/clients/", "where reports are written"}},
       caseKeys(),
       {{"protocols", "list of texts", "none",
         "subprotocols; the first one of the client's list that is among them is selected"},
        {"headers", "object", "none", "additional fields of our answers, name to value"},
        {"tls-self-signed", "true or false", "false", "make a certificate for localhost"},
        {"webport", "number", "none", "ignored, as by the original: use -u"}},
       tlsKeys()});
  return keys;
}

std::span<const SpecKey> massConnectKeys() {
  static const Keys keys = {
      {"options", "object", "see below", "how many connections, and how fast"},
      {"servers", "list of objects", "the URL of -w", "the servers, one after another"},
  };
  return keys;
}

std::span<const SpecKey> massConnectOptionKeys() {
  static const Keys keys = {
      {"connections", "number", "10000", "connections to hold in parallel"},
      {"batchsize", "number", "100", "connections that are started together"},
      {"batchdelay", "milliseconds", "10", "pause between batches"},
      {"retrydelay", "milliseconds", "10", "pause before a failed attempt is repeated"},
      {"hold", "seconds", "0", "how long all are held open"},
      {"patience", "seconds", "30", "the run ends when nothing connects for this time"},
  };
  return keys;
}

std::span<const SpecKey> massConnectServerKeys() {
  static const Keys keys =
      join({{{"uri", "URL", "required", "`ws://`, `wss://` or `ws+unix:/path/to/socket:/resource`"},
             {"name", "text", "the URL", "name of the server in the output"},
             {"desc", "text", "none", "a remark; ignored"}},
            tlsKeys(),
            requestKeys()});
  return keys;
}

std::span<const SpecObject> specObjects() {
  static const std::vector<SpecObject> objects = {
      {"The file", "fuzzingclient", fuzzingClientKeys()},
      {"An entry of `servers`", "fuzzingclient", serverKeys()},
      {"The file", "fuzzingserver", fuzzingServerKeys()},
      {"The file", "massconnect", massConnectKeys()},
      {"The object `options`", "massconnect", massConnectOptionKeys()},
      {"An entry of `servers`", "massconnect", massConnectServerKeys()},
  };
  return objects;
}

}  // namespace wsgauntlet::cli
