#include "bench/openssl_speed.hpp"

#include "tests/harness/process.hpp"

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

struct Peer {
  const char* argument;  ///< of `openssl speed`
  const char* line;      ///< what its line of results has
};

Peer peer_of(dnssec::Algorithm algorithm) {
  switch (algorithm) {
    case dnssec::Algorithm::rsasha256:
      return {"rsa2048", "rsa 2048 bits"};
    case dnssec::Algorithm::ecdsap256sha256:
      return {"ecdsap256", "(nistp256)"};
    case dnssec::Algorithm::ecdsap384sha384:
      return {"ecdsap384", "(nistp384)"};
    case dnssec::Algorithm::ed25519:
      return {"ed25519", "(Ed25519)"};
    case dnssec::Algorithm::ed448:
      return {"ed448", "(Ed448)"};
  }
  throw std::invalid_argument("no such algorithm");
}

}  // namespace

double openssl_speed(dnssec::Algorithm algorithm, int seconds) {
  const auto peer = peer_of(algorithm);
  const auto result = harness::run({"openssl", "speed", "-seconds", std::to_string(seconds), peer.argument});
  std::istringstream out(result.out);
  for (std::string line; std::getline(out, line);) {
    if (line.find(peer.line) == std::string::npos) continue;
    std::istringstream words(line);
    std::vector<std::string> columns;
    for (std::string word; words >> word;) columns.push_back(word);
    return std::stod(columns.at(columns.size() - 2));  // sign/s
  }
  throw std::runtime_error("openssl speed " + std::string(peer.argument) + " doesn't say: " + result.err);
}

}  // namespace minidns::bench
