#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/denial.hpp"

#include <cstddef>
#include <vector>

namespace minidns::dnssec {

/// Collects the names of a zone that have an NSEC3 record, from a stream in canonical order: those given and the empty
/// non-terminals above them (RFC 5155 §7.1).
class Nsec3Names {
 public:
  struct Entry {
    Nsec3Hash hash;
    Bytes bitmap;
  };

  explicit Nsec3Names(dns::Name apex) : apex_(std::move(apex)), path_{apex_} {}

  /// The apex first. `name` isn't occluded, nor an insecure delegation under opt-out.
  void add(const dns::Name& name, Bytes bitmap);

  /// By hash. `bad_input`: two names have the same hash.
  [[nodiscard]] Result<std::vector<Entry>> take_sorted();

 private:
  dns::Name apex_;
  std::vector<dns::Name> path_;  ///< from the apex down to the last name
  std::vector<Entry> entries_;
};

}  // namespace minidns::dnssec
