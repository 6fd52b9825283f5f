#include "tests/interop/mdns_under_attack.hpp"

#include "dns/wire/request.hpp"
#include "tests/harness/process.hpp"
#include "tests/harness/wait.hpp"
#include "tsig/tsig.hpp"

#include <fstream>
#include <iostream>
#include <system_error>

namespace minidns::mdns::test {

UnderAttack::UnderAttack() {
  world_.fill_zone(zone_, zone_records);
  signing_ = std::make_shared<const tsig::Key>(tsig::Key{dns::Name::from_text(key_.name).value(),
                                                         *tsig::algorithm_from_text(key_.algorithm),
                                                         Secret(*from_base64(key_.secret))});
}

UnderAttack::~UnderAttack() {
  if (HasFailure() && server_) std::cerr << server_->log().substr(0, 20'000);
}

void UnderAttack::start(const std::string& config) {
  server_ = world_.start_mdns("127.0.0.1", config);
  ASSERT_TRUE(harness::eventually([&] { return good_peer_is_served(); }));
}

int UnderAttack::transfers_of_a_good_peer(int count) const {
  const std::string size = "XFR size: " + std::to_string(zone_records + 4) + " records";
  int complete = 0;
  for (int i = 0; i < count; ++i) {
    const auto result =
        harness::run({"dig", "@127.0.0.1", "-b", "127.0.0.9", "-p", std::to_string(world_.port()), "+tries=1", "-y",
                      key_.algorithm + ":" + key_.name + ":" + key_.secret, zone_.name, "AXFR"});
    complete += result.out.find(size) != std::string::npos ? 1 : 0;
  }
  return complete;
}

Bytes UnderAttack::request(std::uint16_t id, dns::RRType type) const {
  Bytes query = dns::make_query(id, dns::Name::from_text(zone_.name).value(), type);
  const tsig::ClientTransaction transaction(query, signing_, std::chrono::system_clock::now());
  return framed(query);
}

PeerSocket UnderAttack::connect_from(const std::string& address, int receive_buffer_octets) const {
  return PeerSocket::connect_tcp("127.0.0.1", world_.port(), receive_buffer_octets, address);
}

std::size_t UnderAttack::status_octets(const std::string& field) const {
  std::ifstream status("/proc/" + std::to_string(server_->pid()) + "/status");
  for (std::string word; status >> word;) {
    if (word == field) {
      std::size_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

UnderAttack::Attack::Attack(std::function<void(int)> once)
    : thread_([once = std::move(once)](const std::stop_token& stop) {
        for (int number = 0; !stop.stop_requested(); ++number) {
          try {
            once(number);
          } catch (const std::system_error&) {
            continue;  // refused or cut: that's what an attacker gets
          }
        }
      }) {}

}  // namespace minidns::mdns::test
