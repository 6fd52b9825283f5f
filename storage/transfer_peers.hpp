#pragma once

#include "base/bytes.hpp"
#include "base/data_key.hpp"
#include "base/ids.hpp"
#include "base/view_id.hpp"
#include "dns/name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace minidns::storage {

/// A TSIG key as it is stored: the secret is sealed (base/envelope.hpp, context `tsig-key:` and the id).
struct StoredKey {
  TsigKeyId id;
  std::string name;  ///< as stored: a name with a trailing dot
  std::string algorithm;
  Bytes secret_sealed;
  std::variant<PoolId, ZoneId> scope;
  ViewId view = default_view;
};

/// A nameserver that transfers from us.
struct StoredPeer {
  enum class State { bootstrapping, in_service, maintenance, retired };

  NameserverId id;
  PoolId pool;
  std::string name;
  std::string address;  ///< IPv4 or IPv6, in text
  std::uint16_t port;
  State state;
  std::optional<TsigKeyId> notify_key;  ///< none: NOTIFY goes unsigned
  bool allow_unsigned_soa;
  ViewId view = default_view;          ///< which it transfers
  std::optional<ZoneId> catalog = {};  ///< the catalog zone that it consumes
};

struct TransferPeers {
  std::vector<StoredKey> keys;
  std::vector<StoredPeer> peers;
  std::vector<ZoneId> catalogs = {};           ///< all catalog zones
  std::vector<WrappedDataKey> data_keys = {};  ///< with which the keys are sealed
};

/// Who may ask for zones, and who is told of changes. Blocks; safe on every thread.
class TransferPeersReader {
 public:
  virtual ~TransferPeersReader() = default;
  /// All keys and nameservers in one state of the database. Throws postgres::Unavailable, postgres::StatementError.
  [[nodiscard]] virtual TransferPeers read() = 0;
};

}  // namespace minidns::storage
