#include "bench/drain.hpp"

#include "base/bytes.hpp"
#include "dns/soa.hpp"
#include "dns/wire/request.hpp"
#include "tsig/tsig.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace minidns::bench {

namespace {

class Connection {
 public:
  Connection(const std::string& address, std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &peer.sin_addr);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
      throw std::system_error(errno, std::generic_category(), "connect");
    }
  }
  ~Connection() { ::close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(ByteView message) {
    Bytes framed{static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
    framed.insert(framed.end(), message.begin(), message.end());
    if (::send(fd_, framed.data(), framed.size(), 0) != static_cast<ssize_t>(framed.size())) {
      throw std::system_error(errno, std::generic_category(), "send");
    }
  }

  /// The next message; valid until the next call.
  ByteView receive() {
    const auto prefix = take(2);
    const std::size_t size = static_cast<std::size_t>(prefix[0]) << 8 | prefix[1];
    return take(size);
  }

 private:
  ByteView take(std::size_t count) {
    while (end_ - begin_ < count) {
      if (buffer_.size() - begin_ < count + 2) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
      }
      const auto size = ::recv(fd_, buffer_.data() + end_, buffer_.size() - end_, 0);
      if (size <= 0) throw std::runtime_error("the connection ended within a transfer");
      end_ += static_cast<std::size_t>(size);
    }
    const ByteView taken(buffer_.data() + begin_, count);
    begin_ += count;
    return taken;
  }

  int fd_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(1 << 20);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

void sign(Bytes& request, const std::optional<harness::KeySpec>& spec) {
  if (!spec) return;
  const tsig::Key key{dns::Name::from_text(spec->name).value(), tsig::algorithm_from_text(spec->algorithm).value(),
                      Secret(from_base64(spec->secret).value())};
  const tsig::ClientTransaction transaction(request, std::make_shared<const tsig::Key>(key),
                                            std::chrono::system_clock::now());
}

/// For an IXFR only the serial matters.
dns::Rdata soa_with(dns::Serial serial) {
  return dns::Soa{dns::Name::root(), dns::Name::root(), serial, 0, 0, 0, 0}.to_rdata();
}

void count(ByteView message, Drained& drained) {
  const int rcode = message.size() < dns::header_size_octets ? -1 : message[3] & 0x0f;
  if (rcode != 0) throw std::runtime_error("the transfer was refused, RCODE " + std::to_string(rcode));
  ++drained.messages;
  drained.octets += message.size();
  drained.records += static_cast<std::uint64_t>(message[6]) << 8 | message[7];
}

/// Serial and times of the zone's SOA: what its RDATA ends with, never compressed.
using SoaTail = std::array<std::uint8_t, 20>;

SoaTail soa_tail(ByteView first_message) {
  const auto parsed = dns::parse_message(first_message);
  if (!parsed || parsed->answer.empty() || parsed->answer.front().type != dns::RRType::soa) {
    throw std::runtime_error("the transfer doesn't begin with SOA");
  }
  SoaTail tail;
  std::copy(parsed->answer.front().rdata.end() - 20, parsed->answer.front().rdata.end(), tail.begin());
  return tail;
}

/// Looks for the closing SOA where it must be, in the last octets before TSIG, without parsing the message.
bool ends_with_soa(ByteView message, const SoaTail& soa, bool first) {
  constexpr std::size_t reach = tsig::record_size_octets_max + 20;
  const auto from = message.size() > reach ? message.size() - reach : 0;
  auto at = std::search(message.begin() + static_cast<std::ptrdiff_t>(from), message.end(), soa.begin(), soa.end());
  // In a short first message the opening SOA may be within reach: then the closing one is the second.
  if (first && from == 0 && at != message.end()) at = std::search(at + 1, message.end(), soa.begin(), soa.end());
  return at != message.end();
}

}  // namespace

Drained drain_axfr(const std::string& address, std::uint16_t port, const std::string& zone,
                   const std::optional<harness::KeySpec>& key) {
  auto request = dns::make_query(1, dns::Name::from_text(zone).value(), dns::RRType::axfr);
  sign(request, key);
  Connection connection(address, port);
  const auto start = std::chrono::steady_clock::now();
  connection.send(request);
  Drained drained;
  for (std::optional<SoaTail> soa; !drained.seconds;) {
    const auto message = connection.receive();
    count(message, drained);
    const bool first = !soa;
    if (first) soa = soa_tail(message);
    if (ends_with_soa(message, *soa, first)) {
      drained.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
  }
  return drained;
}

Drained ask_ixfr(const std::string& address, std::uint16_t port, const std::string& zone,
                 const std::optional<harness::KeySpec>& key, std::uint32_t serial) {
  auto request = dns::make_ixfr_query(1, dns::Name::from_text(zone).value(), soa_with(dns::Serial(serial)));
  sign(request, key);
  const auto start = std::chrono::steady_clock::now();
  Connection connection(address, port);
  connection.send(request);
  Drained drained;
  count(connection.receive(), drained);
  drained.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  constexpr std::uint64_t difference_records_min = 5;  // three SOAs, one that went, one that came; then the SOA
  if (drained.records < difference_records_min) throw std::runtime_error("no difference in the answer to IXFR");
  return drained;
}

}  // namespace minidns::bench
