#pragma once

#include "base/uuid.hpp"

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace minidns {

/// A UUID that says what it identifies; ids of different things don't mix.
template <class Tag>
class Id {
 public:
  explicit Id(const Uuid& uuid) : uuid_(uuid) {}

  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional(Id(*uuid)) : std::nullopt;
  }

  [[nodiscard]] const Uuid& uuid() const { return uuid_; }
  [[nodiscard]] std::string to_string() const { return uuid_.to_string(); }

  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  Uuid uuid_;
};

using ZoneId = Id<struct ZoneTag>;
using RecordsetId = Id<struct RecordsetTag>;
using PoolId = Id<struct PoolTag>;
using NameserverId = Id<struct NameserverTag>;
using TsigKeyId = Id<struct TsigKeyTag>;
using DnssecPolicyId = Id<struct DnssecPolicyTag>;
using DnssecKeyId = Id<struct DnssecKeyTag>;
using KeySetId = Id<struct KeySetTag>;
using DataKeyId = Id<struct DataKeyTag>;
using TokenId = Id<struct TokenTag>;
using InstanceId = Id<struct InstanceTag>;

/// The tenant that owns a zone; a free string of 1 to 255 characters (Keystone's have no dashes).
class ProjectId {
 public:
  /// For text that was checked before, say in the database.
  explicit ProjectId(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] static std::optional<ProjectId> parse(std::string_view text) {
    constexpr std::size_t length_max = 255;  // of Designate's tenant_id column
    const bool valid = !text.empty() && text.size() <= length_max;
    return valid ? std::optional(ProjectId(std::string(text))) : std::nullopt;
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  friend auto operator<=>(const ProjectId&, const ProjectId&) = default;

 private:
  std::string text_;
};

}  // namespace minidns

template <class Tag>
struct std::hash<minidns::Id<Tag>> {
  std::size_t operator()(const minidns::Id<Tag>& id) const noexcept { return std::hash<minidns::Uuid>{}(id.uuid()); }
};
