#include "bench/update_primary.hpp"

#include "dns/wire/writer.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/rest_client.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace minidns::bench {

using harness::write_file;

namespace {

constexpr std::uint16_t class_any = 255;

int connected_udp(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) throw std::runtime_error("connect");
  return fd;
}

/// RFC 2136 §2.5: delete the RRset, add one record.
Bytes update_message(const std::string& zone, const std::string& address) {
  const auto apex = dns::Name::from_text(zone).value();
  const auto owner = apex.child("www").value();
  std::array<std::uint8_t, 4> octets{};
  ::inet_pton(AF_INET, address.c_str(), octets.data());
  dns::MessageWriter writer(512);
  dns::Header header;
  header.id = 7;
  header.opcode = dns::Opcode::update;
  writer.header(header);
  writer.question({apex, dns::RRType::soa, dns::class_in});
  const bool fits = writer.record(dns::Section::authority, owner, dns::RRType::a, class_any, 0, {}) &&
                    writer.record(dns::Section::authority, owner, dns::RRType::a, dns::class_in, 300, octets);
  if (!fits) throw std::runtime_error("update too large");
  return std::move(writer).finish();
}

}  // namespace

UpdatePrimary::UpdatePrimary(std::string zone)
    : folder_("update-primary"),
      zone_(std::move(zone)),
      port_(harness::free_port()),
      socket_(connected_udp(port_)),
      asker_("127.0.0.1", port_) {
  write_file(folder_ / "zone", "$ORIGIN " + zone_ +
                                   "\n$TTL 300\n@ SOA ns1 hostmaster 1 3600 600 604800 300\n@ NS ns1.example.net.\n" +
                                   "www A 192.0.2.1\n");
}

void UpdatePrimary::start() {
  write_configuration();
  server_ = harness::Process({"named", "-g", "-n", "1", "-c", folder_ / "named.conf"}, {.log_file = folder_ / "log"});
  if (!harness::eventually([&] { return asker_.ask(zone_).has_value(); })) throw std::runtime_error("named");
}

void UpdatePrimary::write_configuration() const {
  const auto folder = folder_.path().string();
  std::string also;
  for (const auto& target : also_notify_) also += target + "; ";
  write_file(folder_ / "named.conf",
             "options { directory \"" + folder + "\"; pid-file \"" + folder + "/pid\"; session-keyfile \"" + folder +
                 "/session\"; lock-file none; listen-on port " + std::to_string(port_) +
                 " { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; notify-delay 0;" +
                 " notify-rate 10000; startup-notify-rate 10000; };\ncontrols { };\nzone \"" + zone_ +
                 "\" { type primary; file \"zone\"; allow-update { 127.0.0.1; }; allow-transfer { 127.0.0.1; };" +
                 " notify explicit; also-notify { " + also + "}; };\n");
}

void UpdatePrimary::notify_also(const std::string& address, std::uint16_t port) {
  also_notify_.push_back(address + " port " + std::to_string(port));
}

void UpdatePrimary::add_secondary(const harness::BindServer& secondary) {
  const auto made = secondary.rndc(
      {"addzone", zone_,
       "{ type secondary; primaries { 127.0.0.1 port " + std::to_string(port_) + "; }; file \"secondary\"; };"});
  if (made.status != 0) throw std::runtime_error("rndc addzone: " + made.err);
  notify_also(secondary.address(), secondary.port());
}

void UpdatePrimary::add_secondary(const harness::PowerdnsServer& secondary) {
  const auto made = secondary.pdnsutil({"create-secondary-zone", zone_, "127.0.0.1:" + std::to_string(port_)});
  if (made.status != 0) throw std::runtime_error("pdnsutil: " + made.out + made.err);
  notify_also(secondary.address(), secondary.port());
}

void UpdatePrimary::update(const std::string& address) {
  const auto message = update_message(zone_, address);
  std::array<std::uint8_t, 512> answer{};
  if (::send(socket_, message.data(), message.size(), 0) < 0 || ::recv(socket_, answer.data(), answer.size(), 0) < 4 ||
      (answer[3] & 0x0f) != 0) {
    throw std::runtime_error("the update was refused");
  }
}

std::uint32_t UpdatePrimary::serial() {
  return asker_.ask(zone_).value().serial.value();
}

}  // namespace minidns::bench
