// SIGHUP: what changes while the program runs, what doesn't, and what a bad file does; and how it ends.

#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/mdns_socket.hpp"
#include "tests/interop/mdns_tls_server.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace minidns::mdns::test {
namespace {

using harness::eventually;
using namespace std::chrono_literals;

class MdnsReload : public testing::Test {
 protected:
  void TearDown() override {
    if (HasFailure()) std::cerr << server_.program->log();
  }
  [[nodiscard]] bool logs(const std::string& text) const {
    return eventually([&] { return server_.program->log().find(text) != std::string::npos; });
  }
  /// Replaces a part of the configuration file, and has it read.
  void change(const std::string& from, const std::string& to) {
    std::string text = harness::read_file(server_.program->config_file());
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    text.replace(at, from.size(), to);
    harness::write_file(server_.program->config_file(), text);
    server_.program->reload();
  }
  [[nodiscard]] bool answers_unsigned() const {
    const auto answer = harness::run(
        {"dig", "@127.0.0.1", "-p", std::to_string(world_.port()), "+time=2", "+tries=1", zone_.name, "SOA"});
    return answer.out.find("NOERROR") != std::string::npos;
  }
  /// The serial number of the certificate that new connections get.
  [[nodiscard]] std::string certificate_in_use() const {
    const auto shown = harness::run({"sh", "-c",
                                     "openssl s_client -alpn dot -connect 127.0.0.1:" + std::to_string(server_.port) +
                                         " 2>/dev/null </dev/null | openssl x509 -noout -serial"});
    return shown.out;
  }
  [[nodiscard]] static std::string serial_of(const std::string& certificate) {
    return harness::run({"openssl", "x509", "-noout", "-serial", "-in", certificate}).out;
  }

  World world_{"reload"};
  harness::KeySpec key_ = world_.add_key("pool.key.", "hmac-sha256", "POOL", world_.pool().uuid());
  WrittenZone zone_ = world_.create_zone("reload.example.", {});
  TlsServer server_{world_, {}, "unsigned_queries: {allow: [127.0.0.1]}\ntcp: {idle_limit: 10s}\nshutdown_limit: 1s\n"};
};

TEST_F(MdnsReload, NewCertificatesServeNewConnectionsAndOldOnesGoOn) {
  ASSERT_EQ(certificate_in_use(), serial_of(server_.own.certificate));
  const auto next = server_.authority.issue("ns.primary.test");
  const std::string expected = serial_of(next.certificate);
  // Asks on a connection made before the change, once before and once after it.
  const std::string script =
      "import os, socket, ssl, struct, sys, dns.message\n"
      "port, zone = int(sys.argv[1]), sys.argv[2]\n"
      "c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.check_hostname = False; c.verify_mode = ssl.CERT_NONE\n"
      "c.set_alpn_protocols(['dot'])\n"
      "s = c.wrap_socket(socket.create_connection(('127.0.0.1', port)))\n"
      "def ask():\n"
      "  q = dns.message.make_query(zone, 'SOA'); w = q.to_wire()\n"
      "  s.sendall(struct.pack('!H', len(w)) + w)\n"
      "  n = struct.unpack('!H', s.recv(2))[0]; r = b''\n"
      "  while len(r) < n: r += s.recv(n - len(r))\n"
      "  print(dns.message.from_wire(r).rcode())\n"
      "ask()\n"
      "os.system(sys.argv[3])\n"
      "ask()\n";
  const std::string swap = "cp " + next.certificate + " " + server_.own.certificate + " && cp " + next.key + " " +
                           server_.own.key + " && kill -HUP " + std::to_string(server_.program->pid()) +
                           " && until grep -q 'configuration read again' " + server_.program->log_file() +
                           "; do :; done";
  const auto old = harness::run({"/usr/bin/python3", "-c", script, std::to_string(server_.port), zone_.name, swap});
  EXPECT_EQ(old.out, "0\n0\n") << old.err;
  EXPECT_EQ(certificate_in_use(), expected);
}

TEST_F(MdnsReload, ABrokenCertificateIsAnErrorAndTheOldOneStays) {
  const std::string before = serial_of(server_.own.certificate);
  const auto other = server_.authority.issue("ns.primary.test");
  harness::write_file(server_.own.certificate, harness::read_file(other.certificate));
  server_.program->reload();
  ASSERT_TRUE(logs("level=error program=mdns msg=\"TLS certificate not taken: the one before stays\""))
      << "key of another";
  harness::write_file(server_.own.certificate, "no certificate");
  server_.program->reload();
  EXPECT_TRUE(logs("reason=\"certificate " + server_.own.certificate));
  EXPECT_EQ(certificate_in_use(), before);
}

TEST_F(MdnsReload, AccessAndLimitsChangeAtOnceAndOthersAreNamed) {
  ASSERT_TRUE(eventually([&] { return answers_unsigned(); }));
  change("allow: [127.0.0.1]", "allow: [192.0.2.1]");
  EXPECT_TRUE(eventually([&] { return !answers_unsigned(); }));
  change("idle_limit: 10s", "idle_limit: 100ms");
  EXPECT_TRUE(eventually([&] { return PeerSocket::connect_tcp("127.0.0.1", world_.port()).is_closed_within(5s); }));
  change("log: {level: debug}", "log: {level: info}\nio_threads: 3\nnsid: other");
  EXPECT_TRUE(logs("msg=\"setting changed, takes effect at the next start\" setting=io_threads"));
  EXPECT_TRUE(logs("setting=nsid"));
  EXPECT_EQ(server_.program->log().find("setting=log"), std::string::npos);
}

TEST_F(MdnsReload, AnInvalidFileIsAnErrorWithItsLineAndChangesNothing) {
  ASSERT_TRUE(eventually([&] { return answers_unsigned(); }));
  change("unsigned_queries: {allow: [127.0.0.1]}", "unsigned_queries: {allow: []}\nunknown_key: 1");
  EXPECT_TRUE(logs("msg=\"configuration not read again: it stays as it was\" reason=\"" +
                   server_.program->config_file() + ":"));
  EXPECT_NE(server_.program->log().find("unknown_key: unknown key"), std::string::npos);
  EXPECT_TRUE(answers_unsigned());
}

TEST_F(MdnsReload, ATransferThatDoesNotEndIsCutAfterTheShutdownLimit) {
  world_.fill_zone(zone_, 200'000);
  const std::string script =
      "import os, signal, socket, struct, sys, dns.message, dns.tsigkeyring\n"
      "port, name, secret, algorithm, pid, zone = sys.argv[1:]\n"
      "q = dns.message.make_query(zone, 'AXFR')\n"
      "q.use_tsig(dns.tsigkeyring.from_text({name: (algorithm, secret)}), name)\n"
      "w = q.to_wire()\n"
      "s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)\n"
      "s.connect(('127.0.0.1', int(port)))\n"
      "s.sendall(struct.pack('!H', len(w)) + w)\n"
      "assert len(s.recv(10)) > 2\n"
      "os.kill(int(pid), signal.SIGTERM)\n"
      "while os.path.exists('/proc/' + pid) and open('/proc/' + pid + '/stat').read().split()[2] != 'Z': pass\n";
  const auto stuck = harness::run({"/usr/bin/python3", "-c", script, std::to_string(world_.port()), key_.name,
                                   key_.secret, key_.algorithm, std::to_string(server_.program->pid()), zone_.name});
  EXPECT_EQ(stuck.status, 0) << stuck.err;
  EXPECT_EQ(server_.program->process().wait(20s), 0);
  EXPECT_NE(server_.program->log().find("transfers cut: they did not end within the shutdown limit"),
            std::string::npos);
}

}  // namespace
}  // namespace minidns::mdns::test
