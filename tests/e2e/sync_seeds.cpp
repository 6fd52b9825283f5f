// Configurations that `minidns sync --print` writes, as the servers' own checkers take them and as they start with
// them.
#include "tests/e2e/sync_fixture.hpp"

namespace minidns::e2e {
namespace {}  // namespace
}  // namespace minidns::e2e
