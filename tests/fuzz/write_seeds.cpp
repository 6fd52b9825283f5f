// `--write-seeds DIRECTORY` makes a libFuzzer program write its seeds, one file each, and end.

#include "tests/fuzz/fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::string_view((*argv)[1]) != "--write-seeds") {
    return 0;
  }
  const std::filesystem::path directory((*argv)[2]);
  std::filesystem::create_directories(directory);
  std::size_t number = 0;
  for (const auto& seed : minidns::fuzz::seeds()) {
    std::ofstream(directory / ("seed-" + std::to_string(number++)), std::ios::binary) << minidns::as_text(seed);
  }
  std::exit(0);
}
