#include "dnssec/algorithm.hpp"

#include <algorithm>
#include <string>

namespace minidns::dnssec {
namespace {

struct Row {
  Algorithm algorithm;
  std::string_view mnemonic;
};

constexpr Row rows[] = {
    {Algorithm::rsasha256, "RSASHA256"},
    {Algorithm::ecdsap256sha256, "ECDSAP256SHA256"},
    {Algorithm::ecdsap384sha384, "ECDSAP384SHA384"},
    {Algorithm::ed25519, "ED25519"},
    {Algorithm::ed448, "ED448"},
};

constexpr std::size_t text_size_max = 40;  // what of a wrong name is told

/// In the C locale, whatever the process has.
char upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace

Result<Algorithm> algorithm_from_number(std::uint8_t number) {
  for (const Row& row : rows) {
    if (static_cast<std::uint8_t>(row.algorithm) == number) {
      return row.algorithm;
    }
  }
  return Error{Errc::unknown_algorithm, "we don't sign with algorithm " + std::to_string(number)};
}

Result<Algorithm> algorithm_from_text(std::string_view text) {
  for (const Row& row : rows) {
    if (equal_without_case(text, row.mnemonic) || text == std::to_string(static_cast<int>(row.algorithm))) {
      return row.algorithm;
    }
  }
  return Error{Errc::unknown_algorithm, "we don't sign with algorithm " + std::string(text.substr(0, text_size_max))};
}

std::string_view to_text(Algorithm algorithm) {
  for (const Row& row : rows) {
    if (row.algorithm == algorithm) {
      return row.mnemonic;
    }
  }
  return {};
}

}  // namespace minidns::dnssec
