#include "bench/direct_commands.hpp"

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "pool-manager/drivers/rndc.hpp"
#include "tests/harness/process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>

namespace minidns::bench {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::minutes limit{10};

asio::awaitable<void> give_commands(pool::Rndc& rndc, const std::vector<std::string>& commands) {
  for (const auto& command : commands) {
    const auto reply = co_await rndc.command(command);
    if (!reply) throw std::runtime_error(command + ": " + reply.error().detail);
    if (!reply->succeeded) throw std::runtime_error(command + ": " + reply->error + reply->text);
  }
}

}  // namespace

void add_by_rndc(harness::BindServer& server, harness::Platform& platform, const std::vector<std::string>& zones) {
  const auto primary = [&](const char* address) {
    return std::string(address) + " port " + std::to_string(platform.mdns_port()) + " key \"" +
           platform.transfer_key().name + "\"; ";
  };
  std::vector<std::string> commands;
  for (const auto& zone : zones) {
    commands.push_back("addzone \"" + zone + "\" IN _default { type secondary; file \"" + zone +
                       "zone\"; primaries { " + primary("127.0.0.1") + primary("127.0.0.2") + "}; };");
  }
  asio::io_context io(1);
  const SystemClock clock;
  const auto secret = from_base64(server.control_key().secret);
  pool::Rndc rndc(io.get_executor(), {asio::ip::make_address(server.address()), server.control_port()},
                  {tsig::Algorithm::hmac_sha256, Secret(*secret)}, clock);
  std::exception_ptr failure;
  asio::co_spawn(io, give_commands(rndc, commands), [&failure](const std::exception_ptr& thrown) { failure = thrown; });
  io.run();
  if (failure) std::rethrow_exception(failure);
}

void add_by_api(harness::PowerdnsServer& server, harness::Platform& platform, const std::vector<std::string>& zones) {
  const std::string port = ":" + std::to_string(platform.mdns_port());
  const std::string target = server.api_url() + "/api/v1/servers/localhost/zones";
  std::string requests;
  const auto add = [&](const std::string& method, const std::string& url, const std::string& body) {
    requests += std::string(requests.empty() ? "" : "next\n") + "silent\nfail\noutput = \"/dev/null\"\nrequest = \"" +
                method + "\"\nurl = \"" + url + "\"\nheader = \"X-API-Key: " + server.api_key() +
                "\"\nheader = \"Content-Type: application/json\"\n" + (body.empty() ? "" : "data = \"" + body + "\"\n");
  };
  for (const auto& zone : zones) {
    add("POST", target,
        R"({\"name\": \")" + zone + R"(\", \"kind\": \"Slave\", \"nameservers\": [], \"masters\": [\"127.0.0.1)" +
            port + R"(\", \"127.0.0.2)" + port + R"(\"], \"slave_tsig_key_ids\": [\")" + platform.transfer_key().name +
            R"(\"]})");
    add("PUT", target + "/" + zone + "/axfr-retrieve", {});
  }
  const auto result = harness::run({"curl", "--fail-early", "-K", "-"}, requests, limit);
  if (result.status != 0) throw std::runtime_error("curl: " + std::to_string(result.status) + " " + result.err);
}

}  // namespace minidns::bench
