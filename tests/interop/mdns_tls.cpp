// Zone transfer over TLS (RFC 9103); the verdict is kdig's, openssl's, and a real BIND's as a secondary.

#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_socket.hpp"
#include "tests/interop/mdns_tls_server.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace minidns::mdns::test {
namespace {

using harness::eventually;

class MdnsTls : public testing::Test {
 protected:
  void start(const std::string& tls = {}, const std::string& config = {}) {
    server_ = std::make_unique<TlsServer>(world_, tls, config);
    ASSERT_TRUE(eventually([&] { return transfer(with_key()).find("192.0.2.1") != std::string::npos; }));
  }
  void TearDown() override {
    if (HasFailure() && server_) std::cerr << server_->program->log();
  }

  std::vector<std::string> with_key() const { return {"-y", key_.algorithm + ":" + key_.name + ":" + key_.secret}; }
  static std::vector<std::string> with_certificate(const CertificateFiles& client) {
    return {"+tls-certfile=" + client.certificate, "+tls-keyfile=" + client.key};
  }
  /// kdig over TLS with our certificate verified.
  std::string transfer(std::vector<std::string> options, const std::string& type = "AXFR") const {
    std::vector<std::string> command{"kdig",
                                     "@127.0.0.1",
                                     "-p",
                                     std::to_string(server_->port),
                                     "+time=5",
                                     "+retry=0",
                                     "+tls-ca=" + server_->authority.file(),
                                     "+tls-hostname=ns.primary.test",
                                     "+tls-sni=ns.primary.test"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {zone_.name, type});
    const auto result = harness::run(command);
    return result.out + result.err;
  }
  static std::vector<Set> large_enough_for_differences() {
    std::vector<Set> sets{{"a.xot.example.", "A", {"192.0.2.1"}}};
    for (int i = 0; i < 100; ++i) sets.push_back({"h" + std::to_string(i) + ".xot.example.", "A", {"198.51.100.1"}});
    return sets;
  }
  std::string openssl_client(const std::vector<std::string>& options) const {
    std::vector<std::string> command{"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(server_->port)};
    command.insert(command.end(), options.begin(), options.end());
    const auto result = harness::run(command);
    return result.out + result.err;
  }

  World world_{"tls"};
  harness::KeySpec key_ = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  WrittenZone zone_ = world_.create_zone("xot.example.", large_enough_for_differences());
  std::unique_ptr<TlsServer> server_;
};

TEST_F(MdnsTls, ServesAxfrAndIxfrToKdig) {
  start();
  EXPECT_NE(transfer(with_key()).find(";; Received"), std::string::npos);
  world_.change_zone(zone_, {{"b.xot.example.", "A", {"192.0.2.2"}}});
  ASSERT_TRUE(eventually([&] { return transfer(with_key(), "IXFR=1").find("192.0.2.2") != std::string::npos; }));
  EXPECT_EQ(transfer(with_key(), "IXFR=1").find("192.0.2.1"), std::string::npos) << "the difference alone";
  world_.fill_zone(zone_, 5'000);
  EXPECT_TRUE(eventually([&] { return transfer(with_key()).find("5106 records") != std::string::npos; }))
      << transfer(with_key()).substr(0, 2000);
  EXPECT_NE(transfer({}).find("REFUSED"), std::string::npos) << "TLS alone gives no right";
}

TEST_F(MdnsTls, SpeaksTls13WithAlpnDotAndNothingElse) {
  start();
  const auto good = openssl_client({"-alpn", "dot", "-CAfile", server_->authority.file()});
  EXPECT_NE(good.find("TLSv1.3"), std::string::npos) << good;
  EXPECT_NE(good.find("ALPN protocol: dot"), std::string::npos) << good;
  EXPECT_NE(good.find("Verification: OK"), std::string::npos) << good;
  EXPECT_NE(openssl_client({"-alpn", "dot", "-tls1_2"}).find("alert protocol version"), std::string::npos);
  EXPECT_NE(openssl_client({}).find("alert no application protocol"), std::string::npos);
  EXPECT_NE(openssl_client({"-alpn", "h2,http/1.1"}).find("alert no application protocol"), std::string::npos);
  EXPECT_NE(openssl_client({"-alpn", "h2,dot"}).find("ALPN protocol: dot"), std::string::npos);
  EXPECT_TRUE(eventually(
      [&] { return server_->program->metric("minidns_mdns_tls_handshakes_total{result=\"failed\"}") == 3; }));
}

TEST_F(MdnsTls, WhoNeverBeginsTheHandshakeIsCut) {
  start("  handshake_limit: 300ms\n");
  std::vector<PeerSocket> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(PeerSocket::connect_tcp("127.0.0.1", server_->port));
  for (const auto& socket : silent) EXPECT_TRUE(socket.is_closed_within(std::chrono::seconds(20)));
  EXPECT_TRUE(
      eventually([&] { return server_->program->metric("minidns_mdns_tls_handshakes_total{result=\"late\"}") >= 5; }));
  const auto nonsense = PeerSocket::connect_tcp("127.0.0.1", server_->port);
  nonsense.send(Bytes(100, 0x41));
  EXPECT_TRUE(nonsense.is_closed_within(std::chrono::seconds(20)));
}

TEST_F(MdnsTls, AClientCertificateOpensItsPoolsAndNoOthers) {
  Authority clients("clients-ca");
  Authority strangers("strangers-ca");
  start(TlsServer::clients(clients, world_.pool()));
  const auto second = world_.add_pool("second");
  const auto second_key = world_.add_key("second.key.", "hmac-sha256", "POOL", second.uuid());
  const auto other = world_.create_zone("other.example.", {}, second);
  const auto known = clients.issue("secondary.test");
  EXPECT_NE(transfer(with_certificate(known)).find("192.0.2.1"), std::string::npos) << "without any key";
  EXPECT_NE(transfer(with_certificate(known), "SOA").find("NOERROR"), std::string::npos);
  EXPECT_NE(transfer(with_certificate(clients.issue("elsewhere.test"))).find("REFUSED"), std::string::npos);
  EXPECT_EQ(transfer(with_certificate(strangers.issue("secondary.test"))).find("192.0.2.1"), std::string::npos)
      << "another authority's";
  EXPECT_NE(transfer(with_key()).find("192.0.2.1"), std::string::npos) << "none is needed where there is a key";

  // With both, what both open; and the key must be right, whatever the certificate.
  auto both = with_certificate(known);
  both.insert(both.end(), {"-y", key_.algorithm + ":" + key_.name + ":" + key_.secret});
  EXPECT_NE(transfer(both).find("192.0.2.1"), std::string::npos);
  both.back() = second_key.algorithm + ":" + second_key.name + ":" + second_key.secret;
  ASSERT_TRUE(eventually([&] { return transfer(both).find("REFUSED") != std::string::npos; })) << transfer(both);
  both.back() = key_.algorithm + ":" + key_.name + ":" + second_key.secret;
  EXPECT_NE(transfer(both).find("BADSIG"), std::string::npos) << transfer(both);
}

TEST_F(MdnsTls, AClientCertificateMayBeRequired) {
  Authority clients("clients-ca");
  server_ =
      std::make_unique<TlsServer>(world_, TlsServer::clients(clients, world_.pool()) + "  client_required: true\n");
  EXPECT_TRUE(eventually([&] {
    return transfer(with_certificate(clients.issue("secondary.test"))).find("192.0.2.1") != std::string::npos;
  }));
  EXPECT_EQ(transfer(with_key()).find("192.0.2.1"), std::string::npos);
}

TEST_F(MdnsTls, StrictModeRefusesTransfersElsewhereAlsoWithTheRightKey) {
  start({}, "transfers: {tls_only: true}\n");
  const auto port = std::to_string(world_.port());
  const std::string script =
      "import sys, dns.edns, dns.message, dns.query, dns.tsigkeyring\n"
      "port, key, secret, algorithm, zone = sys.argv[1:]\n"
      "for kind, ask in (('AXFR', dns.query.tcp), ('IXFR', dns.query.tcp), ('IXFR', dns.query.udp), ('SOA', "
      "dns.query.udp)):\n"
      "  q = dns.message.make_query(zone, kind, use_edns=0)\n"
      "  if kind == 'IXFR': q.authority.append(dns.rrset.from_text(zone, 0, 'IN', 'SOA', '. . 1 1 1 1 1'))\n"
      "  q.use_tsig(dns.tsigkeyring.from_text({key: (algorithm, secret)}), key)\n"
      "  r = ask(q, '127.0.0.1', 5, int(port))\n"
      "  print(kind, dns.rcode.to_text(r.rcode()), *[o for o in r.options if o.otype == dns.edns.OptionType.EDE])\n";
  const auto result =
      harness::run({"/usr/bin/python3", "-c", script, port, key_.name, key_.secret, key_.algorithm, zone_.name});
  const std::string refused = " REFUSED EDE 18: transfers are served over TLS only\n";
  EXPECT_EQ(result.out, "AXFR" + refused + "IXFR" + refused + "IXFR" + refused + "SOA NOERROR\n") << result.err;
  EXPECT_EQ(server_->program->metric("minidns_mdns_refusals_total{reason=\"tls_only\"}"), 3);
}

bool secondary_answers(std::uint16_t port, const std::string& name, const std::string& address) {
  return eventually([&] {
    const auto answer =
        harness::run({"dig", "@127.0.0.1", "-p", std::to_string(port), "+time=1", "+tries=1", "+short", name, "A"});
    return answer.out == address + "\n";
  });
}

/// A BIND whose one zone comes over TLS.
class XotBind {
 public:
  /// `tls`: what is in the tls clause beside the authority; `key`: null for none.
  XotBind(const TlsServer& primary, const std::string& zone, const std::string& tls, const harness::KeySpec* key) {
    std::string text = "tls mdns { ca-file \"" + primary.authority.file() +
                       "\"; remote-hostname \"ns.primary.test\"; " + tls + " };\n";
    if (key != nullptr) {
      text += "key \"" + key->name + "\" { algorithm " + key->algorithm + "; secret \"" + key->secret + "\"; };\n";
    }
    text +=
        "options { directory \"" + folder_.path().string() + "\"; pid-file \"" + (folder_ / "pid") +
        "\"; session-keyfile \"" + (folder_ / "session.key") + "\"; lock-file none; listen-on port " +
        std::to_string(port_) + " { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;" +
        " notify no; min-refresh-time 1; max-refresh-time 1; min-retry-time 1; max-retry-time 1; };\ncontrols {};\n";
    text += "zone \"" + zone + "\" { type secondary; file \"" + (folder_ / "zone") +
            "\"; allow-notify { 127.0.0.0/8; }; primaries { 127.0.0.1 port " + std::to_string(primary.port) +
            (key != nullptr ? " key \"" + key->name + "\"" : "") + " tls mdns; }; };\n";
    harness::write_file(folder_ / "named.conf", text);
    named_ = harness::Process({"named", "-g", "-n", "1", "-c", folder_ / "named.conf"}, {.log_file = folder_ / "log"});
  }

  [[nodiscard]] bool answers(const std::string& name, const std::string& address) const {
    return secondary_answers(port_, name, address);
  }
  [[nodiscard]] std::string log() const { return harness::read_file(folder_ / "log"); }

 private:
  harness::TempDir folder_{"xot-bind"};
  std::uint16_t port_ = harness::free_port();
  harness::Process named_;
};

/// An NSD whose one zone comes over TLS.
class XotNsd {
 public:
  /// `client`, `key`: null for none.
  XotNsd(const TlsServer& primary, const std::string& zone, const CertificateFiles* client,
         const harness::KeySpec* key) {
    const auto file = [this](const char* name) { return "\"" + (folder_ / name) + "\"\n"; };
    std::string text =
        "server:\n  server-count: 1\n  ip-address: 127.0.0.1@" + std::to_string(port_) +
        "\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: \"" + folder_.path().string() +
        "\"\n  xfrdir: \"" + folder_.path().string() + "\"\n  zonelistfile: " + file("zone.list") +
        "  xfrdfile: " + file("xfrd.state") + "  pidfile: " + file("pid") + "  tls-cert-bundle: \"" +
        primary.authority.file() + "\"\n  xfrd-reload-timeout: 0\n  verbosity: 2\n" +
        "remote-control:\n  control-enable: no\ntls-auth:\n  name: mdns\n  auth-domain-name: ns.primary.test\n";
    if (client != nullptr) {
      text += "  client-cert: \"" + client->certificate + "\"\n  client-key: \"" + client->key + "\"\n";
    }
    if (key != nullptr) {
      text += "key:\n  name: \"" + key->name + "\"\n  algorithm: " + key->algorithm + "\n  secret: \"" + key->secret +
              "\"\n";
    }
    text += "zone:\n  name: " + zone + "\n  zonefile: zone\n  max-refresh-time: 1\n  max-retry-time: 1\n" +
            "  request-xfr: 127.0.0.1@" + std::to_string(primary.port) + " " +
            (key != nullptr ? key->name : std::string("NOKEY")) + " mdns\n";
    harness::write_file(folder_ / "nsd.conf", text);
    nsd_ = harness::Process({"nsd", "-d", "-c", folder_ / "nsd.conf"}, {.log_file = folder_ / "log"});
  }

  [[nodiscard]] bool answers(const std::string& name, const std::string& address) const {
    return secondary_answers(port_, name, address);
  }
  [[nodiscard]] std::string log() const { return harness::read_file(folder_ / "log"); }

 private:
  harness::TempDir folder_{"xot-nsd"};
  std::uint16_t port_ = harness::free_port();
  harness::Process nsd_;
};

TEST_F(MdnsTls, ABindFollowsOverTlsWithAKey) {
  start({}, "transfers: {tls_only: true}\n");
  const XotBind bind(*server_, zone_.name, "", &key_);
  EXPECT_TRUE(bind.answers("a.xot.example.", "192.0.2.1")) << bind.log();
  world_.change_zone(zone_, {{"b.xot.example.", "A", {"192.0.2.2"}}});
  EXPECT_TRUE(bind.answers("b.xot.example.", "192.0.2.2")) << bind.log();
  EXPECT_NE(server_->program->log().find("kind=ixfr "), std::string::npos);
}

TEST_F(MdnsTls, ABindFollowsOverTlsWithACertificateAndNoKey) {
  Authority clients("clients-ca");
  start(TlsServer::clients(clients, world_.pool()), "transfers: {tls_only: true}\n");
  const auto client = clients.issue("secondary.test");
  const XotBind bind(*server_, zone_.name, "cert-file \"" + client.certificate + "\"; key-file \"" + client.key + "\";",
                     nullptr);
  EXPECT_TRUE(bind.answers("a.xot.example.", "192.0.2.1")) << bind.log();
  world_.change_zone(zone_, {{"b.xot.example.", "A", {"192.0.2.2"}}});
  EXPECT_TRUE(bind.answers("b.xot.example.", "192.0.2.2")) << bind.log();
}

TEST_F(MdnsTls, AnNsdFollowsOverTlsWithAKeyAndWithACertificate) {
  Authority clients("clients-ca");
  start(TlsServer::clients(clients, world_.pool()), "transfers: {tls_only: true}\n");
  const auto client = clients.issue("secondary.test");
  const XotNsd with_a_key(*server_, zone_.name, nullptr, &key_);
  const XotNsd with_a_certificate(*server_, zone_.name, &client, nullptr);
  for (const XotNsd* nsd : {&with_a_key, &with_a_certificate}) {
    EXPECT_TRUE(nsd->answers("a.xot.example.", "192.0.2.1")) << nsd->log();
  }
  world_.change_zone(zone_, {{"b.xot.example.", "A", {"192.0.2.2"}}});
  for (const XotNsd* nsd : {&with_a_key, &with_a_certificate}) {
    EXPECT_TRUE(nsd->answers("b.xot.example.", "192.0.2.2")) << nsd->log();
  }
}

}  // namespace
}  // namespace minidns::mdns::test
