// What only the driver for NSD has: certificates, and answers of something that has the right one.

#include "pool-manager/drivers/nsd.hpp"
#include "tests/harness/control_certificates.hpp"
#include "tests/harness/nsd_server.hpp"
#include "tests/harness/wait.hpp"
#include "tests/interop/drivers_nameserver.hpp"
#include "tests/interop/drivers_run.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <thread>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

Secret secret_of(const std::string& text) {
  const ByteView octets = as_bytes(text);
  return Secret(Bytes(octets.begin(), octets.end()));
}

/// What it answers to any command, `repeated` until the driver hangs up.
struct Answer {
  std::string name;
  std::string text;
  bool repeated = false;
};

/// Has NSD's certificate; one connection after the other until it is destroyed.
class FakeNsd {
 public:
  FakeNsd(const harness::ControlCertificates& certificates, Answer answer)
      : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free),
        acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}),
        answer_(std::move(answer)) {
    SSL_CTX_use_PrivateKey_file(context_.get(), certificates.key_file("server").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_certificate_file(context_.get(), certificates.certificate_file("server").c_str(), SSL_FILETYPE_PEM);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeNsd() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket last(io_);
    last.connect(acceptor_.local_endpoint(), ignored);  // wakes accept
    thread_.join();
  }
  FakeNsd(const FakeNsd&) = delete;
  FakeNsd& operator=(const FakeNsd&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve() {
    while (true) {
      tcp::socket socket(io_);
      boost::system::error_code error;
      acceptor_.accept(socket, error);
      if (stopping_ || error) return;
      const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), &SSL_free);
      SSL_set_fd(tls.get(), socket.native_handle());
      char command[16'384];
      if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), command, sizeof command) <= 0) continue;
      const int size = static_cast<int>(answer_.text.size());
      while (size > 0 && SSL_write(tls.get(), answer_.text.data(), size) == size && answer_.repeated) {
      }
      SSL_shutdown(tls.get());
      while (SSL_read(tls.get(), command, sizeof command) > 0) {  // until it hangs up
      }
    }
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  Answer answer_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

const harness::ControlCertificates& certificates() {
  static const harness::ControlCertificates certificates;
  return certificates;
}

class HostileNsd : public testing::TestWithParam<Answer> {
 protected:
  static void expect_failure(const DriverResult<void>& result) {
    ASSERT_FALSE(result.has_value());
    EXPECT_TRUE(result.error().code == DriverErrc::protocol || result.error().code == DriverErrc::rejected)
        << to_text(result.error().code);
    EXPECT_LE(result.error().detail.size(), detail_octets_max + 200);
  }
};

TEST_P(HostileNsd, IsAFailure) {
  const FakeNsd server(certificates(), GetParam());
  asio::io_context io;
  const auto driver = nsd_driver_at(io.get_executor(), server.port(), certificates().credentials());
  const auto listed = run(io, driver->list_zones());
  ASSERT_FALSE(listed.has_value());
  expect_failure(listed.error());
  const Upstream upstream{{{asio::ip::make_address("127.0.0.1"), 9}}, name("xfr.")};
  for (const auto& result : run(io, driver->add_zones({name("a.test."), name("b.test.")}, upstream))) {
    expect_failure(result);
  }
  for (const auto& result : run(io, driver->remove_zones({name("a.test."), name("b.test.")}))) expect_failure(result);
  expect_failure(run(io, driver->force(name("a.test."))));
  expect_failure(run(io, driver->fetch(name("a.test."))));
}

INSTANTIATE_TEST_SUITE_P(Drivers, HostileNsd,
                         testing::Values(Answer{"Nonsense", "nonsense\n"}, Answer{"OnlyLineFeeds", "\n\n\n"},
                                         Answer{"OneOfTwoZones", "added: a.test.\nremoved: a.test."},
                                         Answer{"ZoneWithABadName", "zone:\ta..test.\n\tstate: ok\n"},
                                         Answer{"ZoneWithABadSerial", "zone:\ta.\n\tserved-serial: \"x\"\n"},
                                         Answer{"EndlessLine", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
                                         Answer{"EndlessReasons", "why\n", true},
                                         Answer{"ListCutOff", "zone:\ta.test.\n\tstate: o"}),
                         [](const auto& row) { return row.param.name; });

TEST(NsdCertificates, AnotherServersIsRefusedBeforeItIsToldAnything) {
  const FakeNsd server(certificates(), {"status", "version: 4.6.1\n"});
  asio::io_context io;
  const auto trusting = nsd_driver_at(io.get_executor(), server.port(), certificates().credentials());
  EXPECT_TRUE(run(io, trusting->ping()).has_value());
  // Also one that the server has signed itself.
  for (const char* other : {"wrong", "control"}) {
    const auto driver = nsd_driver_at(io.get_executor(), server.port(), certificates().credentials("control", other));
    const auto pinged = run(io, driver->ping());
    ASSERT_FALSE(pinged.has_value());
    EXPECT_EQ(pinged.error().code, DriverErrc::refused) << pinged.error().detail;
  }
}

TEST(NsdCertificates, CredentialsSayWhatIsWrongWithThem) {
  const std::string key = harness::read_file(certificates().key_file("control"));
  const std::string own = harness::read_file(certificates().certificate_file("control"));
  const std::string server = harness::read_file(certificates().certificate_file("server"));
  EXPECT_TRUE(NsdCredentials::read(secret_of(key + own + server)).has_value());
  EXPECT_TRUE(NsdCredentials::read(secret_of(own + server + key)).has_value());
  const std::pair<std::string, std::string> rows[] = {
      {"", "private key"},
      {"text", "private key"},
      {own + server, "private key"},
      {key, "two"},
      {key + own, "two"},
      {key + server + own, "isn't that of the key"},
      {key + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "two"},
  };
  for (const auto& [pem, words] : rows) {
    const auto credentials = NsdCredentials::read(secret_of(pem));
    ASSERT_FALSE(credentials.has_value()) << pem;
    EXPECT_NE(credentials.error().detail.find(words), std::string::npos) << credentials.error().detail;
  }
}

TEST(NsdDriver, HundredsOfZonesAreOneCommand) {
  harness::NsdServer server({{"xfr.", "hmac-sha256", "AAAABBBB"}}, "127.0.0.1", harness::NsdServer::Control::tls);
  const std::string pattern = server.add_pattern({{"127.0.0.1", 9, "xfr."}});
  asio::io_context io;
  NsdDriver driver(io.get_executor(),
                   {.control = {asio::ip::make_address("127.0.0.1"), server.control_port()},
                    .credentials = NsdCredentials::read(secret_of(server.control_certificates().credentials())).value(),
                    .pattern = pattern});
  const Upstream upstream{{{asio::ip::make_address("127.0.0.1"), 9}}, name("xfr.")};
  std::vector<dns::Name> zones;
  for (int i = 0; i < 500; ++i) zones.push_back(name("z" + std::to_string(i) + ".test."));
  for (const auto& result : run(io, driver.add_zones(zones, upstream))) {
    ASSERT_TRUE(result.has_value()) << result.error().detail;
  }
  EXPECT_EQ(run(io, driver.list_zones()).value().size(), 500U);
  for (const auto& result : run(io, driver.add_zones(zones, upstream))) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, DriverErrc::already_exists);
  }
  for (const auto& result : run(io, driver.remove_zones(zones))) ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(run(io, driver.list_zones()).value().empty());
}

}  // namespace
}  // namespace minidns::pool::test
