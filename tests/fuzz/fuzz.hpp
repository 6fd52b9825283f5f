#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

/// The entry of a fuzz target: must neither crash nor leave a property broken, whatever the octets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace minidns::fuzz {

/// Inputs to start from; each target defines its own.
std::vector<Bytes> seeds();

/// Ends the process, so that a fuzzer keeps the input, if a property doesn't hold. Unlike assert it is there in every
/// build.
inline void require(bool holds, const char* property) {
  if (!holds) {
    std::fprintf(stderr, "property broken: %s\n", property);
    std::abort();
  }
}

}  // namespace minidns::fuzz
