#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"

namespace minidns::dns {

/// As OwnerKey::from_octets(`key`) and then `to_name`, in one pass: for millions of rows. `apex` must be in lower case.
[[nodiscard]] Result<Name> name_of_owner_key(ByteView key, const Name& apex);

}  // namespace minidns::dns
