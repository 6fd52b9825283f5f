#include "central/secrets.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace minidns::central {
namespace {

using storage::KeyHierarchy;

std::vector<DataKeyPurpose> purposes_of(KeyHierarchy hierarchy) {
  return hierarchy == KeyHierarchy::shared ? std::vector{DataKeyPurpose::seal, DataKeyPurpose::derive}
                                           : std::vector{DataKeyPurpose::ksk};
}

DataKeyPurpose sealing_purpose(KeyHierarchy hierarchy) {
  return hierarchy == KeyHierarchy::shared ? DataKeyPurpose::seal : DataKeyPurpose::ksk;
}

void check_opened(const Envelope::Learnt& learnt, const std::string& which) {
  if (learnt.foreign > 0) {
    throw std::runtime_error(which + ": " + std::to_string(learnt.foreign) + " of " + std::to_string(learnt.all) +
                             " data keys in the database are wrapped under another one");
  }
}

}  // namespace

std::vector<WrappedDataKey> DataKeyMaker::read() {
  auto keys = keys_.read(hierarchy_);
  std::vector<WrappedDataKey> made;
  for (const DataKeyPurpose purpose : purposes_of(hierarchy_)) {
    if (std::ranges::none_of(keys, [&](const WrappedDataKey& key) { return key.purpose == purpose; })) {
      made.push_back(masters_.make(DataKeyId(Uuid::version7(clock_.wall())), purpose));
    }
  }
  if (made.empty()) {
    return keys;
  }
  keys_.add_missing(hierarchy_, made);
  return keys_.read(hierarchy_);
}

Secrets::Hierarchy::Hierarchy(const MasterKeys& masters, storage::DataKeys& keys, KeyHierarchy hierarchy,
                              const Clock& clock)
    : source(keys, hierarchy, masters, clock), store(masters, source, sealing_purpose(hierarchy), clock) {}

Secrets::Secrets(MasterKeys masters, std::optional<MasterKeys> ksk_masters, storage::DataKeys& keys, const Clock& clock)
    : shared_(std::move(masters), keys, KeyHierarchy::shared, clock),
      ksks_(ksk_masters ? std::make_unique<Hierarchy>(*ksk_masters, keys, KeyHierarchy::ksk, clock) : nullptr) {}

void Secrets::check() const {
  check_opened(shared_.store.refresh(), "master key");
  if (ksks_) {
    check_opened(ksks_->store.refresh(), "KSK master key");
  }
}

}  // namespace minidns::central
