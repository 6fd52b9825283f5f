#pragma once

#include "base/metrics.hpp"
#include "dnssec/zone/signing_inputs.hpp"

namespace minidns::mdns {

/// The same inputs, with signers that count the signatures that they make.
[[nodiscard]] dnssec::SigningInputs counted(dnssec::SigningInputs inputs, const Counter& signatures);

}  // namespace minidns::mdns
