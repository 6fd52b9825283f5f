#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/transfer_peers.hpp"

#include <memory>

namespace minidns::storage::postgres {

class PostgresTransferPeers final : public TransferPeersReader {
 public:
  explicit PostgresTransferPeers(std::shared_ptr<ConnectionPool> pool) : pool_(std::move(pool)) {}
  [[nodiscard]] TransferPeers read() override;

 private:
  std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace minidns::storage::postgres
