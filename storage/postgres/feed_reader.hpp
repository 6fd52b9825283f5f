#pragma once

#include "storage/feed_reader.hpp"
#include "storage/postgres/connection.hpp"

#include <optional>

namespace minidns::storage::postgres {

class PostgresFeedReader final : public FeedReader {
 public:
  /// `channels` to listen on. `on_connect` runs on every new session (schema check).
  PostgresFeedReader(ConnectionSettings settings, std::vector<std::string> channels,
                     ConnectionPool::OnConnect on_connect);

  [[nodiscard]] FeedBatch read_after(std::int64_t seq, std::size_t count_max) override;
  [[nodiscard]] std::vector<Hint> wait_hints(std::chrono::milliseconds timeout) override;

 private:
  [[nodiscard]] Connection& session();

  ConnectionSettings settings_;
  std::vector<std::string> channels_;
  ConnectionPool::OnConnect on_connect_;
  std::optional<Connection> session_;
};

}  // namespace minidns::storage::postgres
