#include "storage/postgres/errors.hpp"

#include <utility>

namespace minidns::storage::postgres {

StatementError::StatementError(std::string message, std::string sqlstate, std::string constraint)
    : std::runtime_error(message + " [" + sqlstate + "]"),
      sqlstate_(std::move(sqlstate)),
      constraint_(std::move(constraint)) {}

}  // namespace minidns::storage::postgres
