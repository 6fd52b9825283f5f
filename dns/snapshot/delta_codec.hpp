#pragma once

#include "base/bytes.hpp"
#include "dns/delta.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"

namespace minidns::dns {

/// A difference as octets, for files of our own.
[[nodiscard]] Bytes store_delta(const Delta& delta);

/// The difference that `stored` holds, of the zone `apex`: an error if it isn't one that could be applied to some
/// snapshot or sent (order, owners, SOAs), or has octets left over.
[[nodiscard]] Result<Delta> read_delta(ByteView stored, const Name& apex);

}  // namespace minidns::dns
