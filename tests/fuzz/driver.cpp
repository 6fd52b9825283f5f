// Runs a fuzz target's entry over its seeds and a fixed number of their mutations, the same ones each time, so that
// every compiler and sanitizer of CI has a go at it. With arguments: over the files named (an input that libFuzzer
// kept).

#include "tests/fuzz/fuzz.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

namespace {

using minidns::Bytes;

constexpr int mutations = 20'000;
constexpr unsigned changes_max = 6;  // per mutation; more of them rarely get past the first check

std::size_t below(std::mt19937& random, std::size_t bound) {
  return bound == 0 ? 0 : random() % bound;
}

std::uint8_t interesting_octet(std::mt19937& random) {
  constexpr std::uint8_t octets[] = {0,   1,   2,   12,  41,   63,  64,  127, 128, 191,
                                     192, 250, 255, '"', '\\', ';', '(', '.', ' '};
  return random() % 2 == 0 ? octets[below(random, std::size(octets))] : static_cast<std::uint8_t>(random());
}

void change(Bytes& input, const Bytes& other, std::mt19937& random) {
  const auto at = static_cast<std::ptrdiff_t>(below(random, input.size() + 1));
  const auto count =
      static_cast<std::ptrdiff_t>(std::min(below(random, 16), input.size() - static_cast<std::size_t>(at)));
  switch (random() % 6) {
    case 0:
      if (!input.empty()) {
        input[below(random, input.size())] ^= static_cast<std::uint8_t>(1U << random() % 8);
      }
      break;
    case 1:
      if (!input.empty()) {
        input[below(random, input.size())] = interesting_octet(random);
      }
      break;
    case 2:
      input.insert(input.begin() + at, 1 + below(random, 4), interesting_octet(random));
      break;
    case 3:
      input.erase(input.begin() + at, input.begin() + at + count);
      break;
    case 4: {  // repeat a part
      const Bytes part(input.begin() + at, input.begin() + at + count);
      input.insert(input.begin() + at, part.begin(), part.end());
      break;
    }
    default: {  // the start of this and the end of another
      const auto from = static_cast<std::ptrdiff_t>(below(random, other.size() + 1));
      input.resize(static_cast<std::size_t>(at));
      input.insert(input.end(), other.begin() + from, other.end());
    }
  }
}

/// In a buffer of exactly its size, so that AddressSanitizer sees a read past the end.
void run(const Bytes& input) {
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    run(Bytes(std::istreambuf_iterator<char>(file), {}));
  }
  if (argc > 1) {
    return 0;
  }
  const auto seeds = minidns::fuzz::seeds();
  for (const auto& seed : seeds) {
    run(seed);
  }
  std::mt19937 random(1);  // NOLINT: the same mutations on every run
  for (int i = 0; i < mutations; ++i) {
    Bytes input = seeds[below(random, seeds.size())];
    for (std::size_t changes = 1 + below(random, changes_max); changes > 0; --changes) {
      change(input, seeds[below(random, seeds.size())], random);
    }
    run(input);
  }
  std::printf("%zu seeds and %d mutations\n", seeds.size(), mutations);
}
