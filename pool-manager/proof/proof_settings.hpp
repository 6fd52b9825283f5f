#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace minidns::pool {

/// How thoroughly and how fast it is proved what a nameserver serves. For each nameserver.
struct ProofSettings {
  /// Every zone's SOA and its signature are asked for once in this time, spread evenly.
  std::chrono::milliseconds serial_round = std::chrono::hours(6);
  /// If that would be more questions a second, the round takes longer.
  double questions_per_second_max = 200;
  /// A signature that ends within this time is a fault. Signatures are renewed when L - P of their lifetime is left (14
  /// days by default), so that it never strikes as long as the refresh runs; three days are for a person to act.
  std::chrono::milliseconds signature_margin = std::chrono::hours(72);

  /// Whether zones are transferred from the nameserver to be compared.
  bool compares_contents = true;
  /// Every zone once in this time, spread evenly, one at a time.
  std::chrono::milliseconds content_round = std::chrono::hours(24 * 7);
  double transfers_per_second_max = 2;
  /// A zone that is larger isn't compared.
  std::uint64_t transfer_octets_max = std::uint64_t{256} << 20U;
  std::uint64_t transfer_records_max = 5'000'000;
  std::chrono::milliseconds transfer_time_max = std::chrono::minutes(10);

  /// From the first look that found another content to the second, and the first time after a repair.
  std::chrono::milliseconds look_again = std::chrono::seconds(30);
  /// Forced transfers for one fault.
  int repairs_max = 5;
};

}  // namespace minidns::pool
