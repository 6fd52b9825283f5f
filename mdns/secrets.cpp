#include "mdns/secrets.hpp"

#include <utility>

namespace minidns::mdns {

Secrets::Secrets(MasterKeys masters, std::shared_ptr<storage::postgres::ConnectionPool> connections, const Clock& clock,
                 const Logger& log)
    : connections_(std::move(connections)),
      log_(log),
      source_(*connections_),
      envelope_(std::move(masters), source_, DataKeyPurpose::seal, clock),
      signing_keys_(envelope_) {}

void Secrets::learn(const std::vector<WrappedDataKey>& keys) const {
  const auto learnt = envelope_.learn(keys);
  if (learnt.foreign > 0) {
    log_.error("data keys are wrapped under a master key that isn't among ours",
               {{"data_keys", learnt.all}, {"foreign", learnt.foreign}});
  }
}

}  // namespace minidns::mdns
