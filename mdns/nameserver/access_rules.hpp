#pragma once

#include "base/address_list.hpp"
#include "base/ids.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace minidns::mdns {

/// What the configuration says of who may ask what, beside the keys and nameservers in the database (Peers).
struct AccessRules {
  /// Who may ask without a key for anything but a transfer.
  AddressList unsigned_allowed = {};
  /// Transfers are refused elsewhere, also to who has the right key (RFC 9103 §11).
  bool transfers_over_tls_only = false;
  /// What a client certificate opens, by a DNS name in it (lower case, without the last dot), compared as a whole.
  std::map<std::string, std::set<PoolId>, std::less<>> pools_of_certificate = {};
};

}  // namespace minidns::mdns
