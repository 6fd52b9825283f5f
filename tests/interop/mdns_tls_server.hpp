#pragma once

#include "tests/harness/ports.hpp"
#include "tests/interop/mdns_certificates.hpp"
#include "tests/interop/mdns_world.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace minidns::mdns::test {

/// An mdns that serves by TLS, too, as ns.primary.test; clients of secondary.test open the world's pool.
struct TlsServer {
  /// `tls` are further lines of the section `tls`, with two spaces before each; `config` of the file.
  TlsServer(World& world, const std::string& tls = {}, const std::string& config = {}) {
    own = authority.issue("ns.primary.test");
    program = world.start_mdns("127.0.0.1", "tls:\n  listen: [{address: 127.0.0.1, port: " + std::to_string(port) +
                                                "}]\n  certificate: " + own.certificate + "\n  key: " + own.key + "\n" +
                                                tls + config);
  }
  /// Lines for `tls` with which clients' certificates are verified.
  static std::string clients(const Authority& clients_authority, const PoolId& pool) {
    return "  client_ca: " + clients_authority.file() + "\n  clients: [{name: Secondary.Test., pools: [" +
           pool.to_string() + "]}]\n";
  }

  Authority authority{"primary-ca"};
  CertificateFiles own;
  std::uint16_t port = harness::free_port();
  std::unique_ptr<harness::Program> program;
};

}  // namespace minidns::mdns::test
