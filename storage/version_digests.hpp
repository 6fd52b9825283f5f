#pragma once

#include "base/ids.hpp"
#include "base/view_id.hpp"
#include "dns/version.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

using DigestOctets = std::array<std::uint8_t, 32>;

/// What an instance made of a signed version in a view (DESIGN.md, invariant 9).
struct VersionDigest {
  ZoneId zone;
  dns::Version version;
  ViewId view;
  std::array<std::uint8_t, 4> key_id;  ///< tells digests apart that can't be compared
  DigestOctets digest;
  InstanceId instance;
  std::string build;  ///< its release
};

/// How instances find out whether they make the same of a version. Calls block and throw what
/// storage/postgres/errors.hpp has. Safe on any thread.
class VersionDigests {
 public:
  virtual ~VersionDigests() = default;

  struct Stored {
    enum class Kind {
      ours,    ///< there was none: it is now
      others,  ///< what another instance stored, or we did earlier
      none     ///< our release is stopped, and nobody else has built the version yet: `digest` says nothing
    };
    Kind kind;
    DigestOctets digest;
    InstanceId instance;
    std::string build;
  };
  /// Stores `ours` unless another is stored already; the one that is there then. Nothing: the database has no such
  /// version. Committed asynchronously: one that is lost in a crash is stored again by whoever builds the version next.
  [[nodiscard]] virtual std::optional<Stored> agree(const VersionDigest& ours) = 0;
  /// What is stored of versions of a zone in a view under one key, in their order; nothing where none is.
  [[nodiscard]] virtual std::vector<std::optional<DigestOctets>> find(const ZoneId& zone, const ViewId& view,
                                                                      const std::array<std::uint8_t, 4>& key_id,
                                                                      const std::vector<dns::Version>& versions) = 0;
  /// That we made something else of it, and don't serve it.
  virtual void report(const VersionDigest& ours) = 0;
};

}  // namespace minidns::storage
