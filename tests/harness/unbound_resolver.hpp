#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace minidns::harness {

/// A real, validating Unbound that asks one nameserver about one zone, with DS records of that zone as its only trust
/// anchors. It keeps nothing: each question goes to the nameserver.
class UnboundResolver {
 public:
  /// `anchors`: the RDATA of DS records, as text.
  UnboundResolver(const std::string& zone, const std::vector<std::string>& anchors, const std::string& address,
                  std::uint16_t port);

  struct Verdict {
    std::string status;  ///< NOERROR, NXDOMAIN, or SERVFAIL for what is bogus
    bool secure;         ///< AD
    std::string text;    ///< all that dig printed
  };
  [[nodiscard]] Verdict ask(const std::string& name, const std::string& type) const;

 private:
  TempDir folder_;
  std::uint16_t port_;
  Process server_;
};

}  // namespace minidns::harness
