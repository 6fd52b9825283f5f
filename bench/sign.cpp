// Signatures per CPU second for each algorithm, on one thread and on two; beside `openssl speed` (user time, one
// thread), in turn with ours, so that both have the same neighbours.
//
//   bench_sign [SECONDS] [ROUNDS]     default 1 second for each figure of a round, 5 rounds

#include "bench/measure.hpp"
#include "bench/openssl_speed.hpp"
#include "dnssec/crypto/make_signer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace minidns::bench {
namespace {

using dnssec::Algorithm;

struct Promise {
  Algorithm algorithm;
  double wanted_ratio;  ///< 0: nothing is promised
};

constexpr std::array<Promise, 5> promises = {{
    {Algorithm::ecdsap256sha256, 1.5},
    {Algorithm::ed25519, 1.7},
    {Algorithm::ecdsap384sha384, 0},
    {Algorithm::ed448, 0},
    {Algorithm::rsasha256, 0},
}};

constexpr std::size_t messages_count = 1024;
constexpr std::size_t message_octets = 110;  // RRSIG RDATA without the signature and one A record, names of 20 octets

std::vector<Bytes> make_messages() {
  std::mt19937 random(1);  // NOLINT: the same messages on every run
  std::vector<Bytes> messages(messages_count, Bytes(message_octets));
  for (Bytes& message : messages) {
    for (std::uint8_t& octet : message) octet = static_cast<std::uint8_t>(random());
  }
  return messages;
}

struct Load {
  double signatures = 0;
  double cpu_s = 0;
};

/// Signs for `seconds` of CPU.
Load sign_for(const dnssec::Signer& signer, std::span<const ByteView> messages, double seconds, std::size_t batch) {
  Load load;
  const double start = thread_cpu_seconds();
  for (std::size_t at = 0; load.cpu_s < seconds; at = (at + batch) % messages.size()) {
    const auto made = signer.sign(messages.subspan(at, std::min(batch, messages.size() - at)));
    load.signatures += static_cast<double>(made.value().size());
    load.cpu_s = thread_cpu_seconds() - start;
  }
  return load;
}

double per_cpu_second(const dnssec::Signer& signer, std::span<const ByteView> messages, double seconds,
                      unsigned threads, std::size_t batch) {
  std::vector<Load> loads(threads);
  std::vector<std::jthread> running;
  for (Load& load : loads) {
    running.emplace_back([&, seconds, batch] { load = sign_for(signer, messages, seconds, batch); });
  }
  running.clear();  // joins
  Load sum;
  for (const Load& load : loads) {
    sum.signatures += load.signatures;
    sum.cpu_s += load.cpu_s;
  }
  return sum.signatures / sum.cpu_s;
}

/// What it costs to begin with a key that was stored.
void measure_opening(const dnssec::PrivateKey& key) {
  constexpr int times = 200;
  const Secret stored = key.stored();
  double start = thread_cpu_seconds();
  for (int i = 0; i < times; ++i) {
    (void)dnssec::PrivateKey::from_stored(stored.reveal()).value();
  }
  const double reading = thread_cpu_seconds() - start;
  start = thread_cpu_seconds();
  for (int i = 0; i < times; ++i) {
    (void)dnssec::make_signer(key, dnssec::Dnskey::flags_zsk).value();
  }
  std::printf("%-15s PrivateKey::from_stored %5.0f us, make_signer %5.0f us\n",
              std::string(to_text(key.algorithm())).c_str(), reading / times * 1e6,
              (thread_cpu_seconds() - start) / times * 1e6);
}

void measure(const Promise& promise, std::span<const ByteView> messages, int seconds, int rounds) {
  const auto key = dnssec::PrivateKey::generate(promise.algorithm).value();
  const auto signer = dnssec::make_signer(key, dnssec::Dnskey::flags_zsk).value();
  measure_opening(key);
  std::vector<double> one;
  std::vector<double> two;
  std::vector<double> few;
  std::vector<double> theirs;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    theirs.push_back(openssl_speed(promise.algorithm, seconds));
    one.push_back(per_cpu_second(*signer, messages, seconds, 1, messages_count));
    two.push_back(per_cpu_second(*signer, messages, seconds, 2, messages_count));
    few.push_back(per_cpu_second(*signer, messages, seconds, 1, 4));
    ratios.push_back(one.back() / theirs.back());
  }
  const double ratio = quantile(ratios, 0.5);
  std::printf(
      "%-15s ours %8.0f/CPU s (two threads %8.0f, four messages a time %8.0f)  openssl %8.0f  ratio %.2f (%.2f-%.2f)",
      std::string(to_text(promise.algorithm)).c_str(), quantile(one, 0.5), quantile(two, 0.5), quantile(few, 0.5),
      quantile(theirs, 0.5), ratio, quantile(ratios, 0), quantile(ratios, 1));
  if (promise.wanted_ratio > 0) {
    std::printf("  wanted %.1f: %s", promise.wanted_ratio, ratio >= promise.wanted_ratio ? "met" : "missed");
  }
  std::printf("\n");
  std::fflush(stdout);
}

int run(int seconds, int rounds) {
  const std::vector<Bytes> messages = make_messages();
  const std::vector<ByteView> views(messages.begin(), messages.end());
  for (const Promise& promise : promises) {
    measure(promise, views, seconds, rounds);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 1;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  return minidns::bench::run(seconds, rounds);
}
