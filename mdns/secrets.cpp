#include "mdns/secrets.hpp"

#include <utility>

namespace minidns::mdns {

Secrets::Secrets(MasterKeys masters, std::shared_ptr<storage::postgres::ConnectionPool> connections, const Clock& clock,
                 Metrics& metrics, const Logger& log)
    : connections_(std::move(connections)),
      foreign_(metrics.gauge("minidns_mdns_data_keys_foreign",
                             "Data keys in the database that are under a master key which this instance lacks")),
      log_(log),
      source_(*connections_),
      envelope_(std::move(masters), source_, DataKeyPurpose::seal, clock),
      signing_keys_(envelope_) {}

void Secrets::learn(const std::vector<WrappedDataKey>& keys) const {
  const auto learnt = envelope_.learn(keys);
  foreign_.set(static_cast<double>(learnt.foreign));
  if (learnt.foreign > 0) {
    log_.error("data keys are wrapped under a master key that isn't among ours",
               {{"data_keys", learnt.all}, {"foreign", learnt.foreign}});
  }
}

}  // namespace minidns::mdns
