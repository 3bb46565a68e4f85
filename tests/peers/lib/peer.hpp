// Shared by the C++ peers: command lines and the list of cases.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace peer {

constexpr std::size_t max_message = 128 * 1024 * 1024;

struct args {
  std::vector<std::string> pos;
  std::set<std::string> flags;
  args(int argc, char** argv) {
    for (int i = 1; i < argc; i++) {
      std::string s = argv[i];
      if (s.rfind("--", 0) == 0)
        flags.insert(s.substr(2));
      else
        pos.push_back(s);
    }
  }
  bool has(std::string const& f) const { return flags.count(f) > 0; }
  long number(std::string const& name, long otherwise) const {
    for (auto const& f : flags)
      if (f.rfind(name + "=", 0) == 0) return std::atol(f.c_str() + name.size() + 1);
    return otherwise;
  }
  bool tls() const { return has("tls") || (!pos.empty() && pos[0].rfind("wss:", 0) == 0); }
  bool deflate() const { return !has("no-deflate"); }
  unsigned short port() const {
    if (pos.empty()) {
      std::fprintf(stderr, "usage: PORT [--tls] [--no-deflate]\n");
      std::exit(2);
    }
    return static_cast<unsigned short>(std::atoi(pos[0].c_str()));
  }
};

// A file of the certificate, in the folder certs/ of the peers' build folder.
inline std::string cert(char const* name) {
  char const* build = std::getenv("PEERS_BUILD");
  return std::string(build ? build : PEERS_BUILD) + "/certs/" + name;
}

inline std::vector<int> pick(std::string const& range, int count) {
  std::vector<int> out;
  std::istringstream in(range.empty() ? "1-" : range);
  for (std::string part; std::getline(in, part, ',');) {
    auto dash = part.find('-');
    int a = std::atoi(part.c_str()), b = a;
    if (dash != std::string::npos)
      b = dash + 1 < part.size() ? std::atoi(part.c_str() + dash + 1) : count;
    for (int i = a; i <= b; i++) out.push_back(i);
  }
  return out;
}

inline std::string quote(std::string const& s) {
  std::string out;
  for (unsigned char c : s) {
    char buf[4];
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.')
      out += static_cast<char>(c);
    else {
      std::snprintf(buf, sizeof buf, "%%%02X", c);
      out += buf;
    }
  }
  return out;
}

struct url {
  std::string host = "127.0.0.1", port, path = "/";
  explicit url(std::string const& s) {
    auto at = s.find("://") + 3, slash = s.find('/', at);
    if (slash != std::string::npos) path = s.substr(slash);
    auto authority = s.substr(at, slash == std::string::npos ? slash : slash - at);
    auto colon = authority.find(':');
    host = authority.substr(0, colon);
    port = colon != std::string::npos ? authority.substr(colon + 1) : s[2] == 's' ? "443" : "80";
  }
};

// talk(url, echo) must return the last message once the connection is over.
inline int run_client(args const& a, std::function<std::string(std::string const&, bool)> talk) {
  if (a.pos.size() < 2) {
    std::fprintf(stderr, "usage: URL AGENT [CASES] [--no-deflate]\n");
    return 2;
  }
  std::string base = a.pos[0], agent = quote(a.pos[1]);
  while (base.back() == '/') base.pop_back();
  int count = std::atoi(talk(base + "/getCaseCount", false).c_str()), ran = 0;
  if (!count) {
    std::fprintf(stderr, "getCaseCount: no count\n");
    return 1;
  }
  for (int i : pick(a.pos.size() > 2 ? a.pos[2] : "", count)) {
    if (a.has("verbose")) std::printf("case %d/%d\n", i, count), std::fflush(stdout);
    talk(base + "/runCase?case=" + std::to_string(i) + "&agent=" + agent, true);
    ran++;
  }
  talk(base + "/updateReports?agent=" + agent, false);
  std::printf("%s: ran %d of %d cases\n", a.pos[1].c_str(), ran, count);
  return 0;
}

}  // namespace peer
