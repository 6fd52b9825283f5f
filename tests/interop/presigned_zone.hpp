#pragma once

#include "tests/harness/temp_dir.hpp"
#include "tests/interop/zone_model.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace minidns::mdns::test {

/// A zone that BIND's own tools sign: keys of its own, P-256, a denial of each kind. Records of one TTL only (300), so
/// that the RRSIGs of an owner are an RRset.
class Signer {
 public:
  enum class Denial { nsec, nsec3, nsec3_opt_out };

  Signer(std::string zone, Denial denial);

  /// `content` (without SOA and NS, which are as World makes them) at that serial: signed, as RRsets to write. Sets
  /// that were there at the last call and are gone are empty.
  [[nodiscard]] std::vector<Set> sign(const std::vector<Set>& content, std::uint32_t serial);
  /// A trust anchor of delv.
  [[nodiscard]] std::string anchor_file() const { return folder_ / "anchor"; }

 private:
  std::string zone_;
  Denial denial_;
  harness::TempDir folder_;
  std::map<std::pair<std::string, std::string>, Set> last_;
};

}  // namespace minidns::mdns::test
