#include "bench/query_load.hpp"

#include "base/bytes.hpp"
#include "dns/wire/request.hpp"
#include "tests/harness/process.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace minidns::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t answer_octets_max = 512;
constexpr int lost_after_ms = 50;  // then the window is filled anew

class Client {
 public:
  Client(const QueryLoad& load, ByteView query)
      : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
        query_(query.begin(), query.end()),
        messages_(static_cast<std::size_t>(load.window)),
        parts_(messages_.size()),
        answers_(messages_.size() * answer_octets_max) {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(load.port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) throw std::runtime_error("connect");
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Answers until `end`.
  std::uint64_t run(Clock::time_point end) {
    std::uint64_t answered = 0;
    ask(messages_.size());
    while (Clock::now() < end) {
      pollfd waiting{fd_, POLLIN, 0};
      if (::poll(&waiting, 1, lost_after_ms) == 0) {
        ask(messages_.size());
        continue;
      }
      const auto count = take();
      answered += count;
      ask(count);
    }
    return answered;
  }

 private:
  void ask(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      parts_[i] = {query_.data(), query_.size()};
      messages_[i] = {};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
    if (count > 0) (void)::sendmmsg(fd_, messages_.data(), static_cast<unsigned>(count), 0);
  }

  std::size_t take() {
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      parts_[i] = {&answers_[i * answer_octets_max], answer_octets_max};
      messages_[i] = {};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = ::recvmmsg(fd_, messages_.data(), static_cast<unsigned>(messages_.size()), MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
      const auto* octets = &answers_[static_cast<std::size_t>(i) * answer_octets_max];
      if ((octets[3] & 0xf) != 0 || octets[7] == 0) throw std::runtime_error("not a good answer");
    }
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  int fd_;
  Bytes query_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> parts_;
  std::vector<std::uint8_t> answers_;
};

cpu_set_t only(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  return set;
}

}  // namespace

double run_load(const QueryLoad& load) {
  const auto query = dns::make_query(1, dns::Name::from_text(load.zone).value(), dns::RRType::soa);
  std::atomic<std::uint64_t> answered = 0;
  const auto start = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < load.threads; ++i) {
      threads.emplace_back([&] { answered += Client(load, query).run(start + load.time); });
    }
  }
  return static_cast<double>(answered) / std::chrono::duration<double>(Clock::now() - start).count();
}

void pin_process(int pid, int processor) {
  const auto result = harness::run({"taskset", "-acp", std::to_string(processor), std::to_string(pid)});
  if (result.status != 0) throw std::runtime_error("taskset: " + result.err);
}

void pin_self(int processor) {
  const auto set = only(processor);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) throw std::runtime_error("sched_setaffinity");
}

}  // namespace minidns::bench
