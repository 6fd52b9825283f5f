#include "bench/zone_file.hpp"

#include <fstream>
#include <stdexcept>

namespace minidns::bench {

void write_zone_file(const std::string& path, const std::string& zone, std::size_t records) {
  std::ofstream out(path, std::ios::trunc);
  out << "$ORIGIN " << zone
      << "\n$TTL 3600\n@ IN SOA ns1 hostmaster 1 3600 600 604800 3600\n@ IN NS ns1.example.net.\n";
  std::size_t written = 0;
  const auto full = [&] { return written == records; };
  for (std::size_t host = 0; !full(); ++host) {
    const auto owner = "host-" + std::to_string(1'000'000 + host);
    out << owner << " IN A 10." << (host >> 16 & 255) << '.' << (host >> 8 & 255) << '.' << (host & 255) << '\n';
    if (++written; full()) break;
    out << owner << " IN AAAA 2001:db8::" << std::hex << (host >> 16) << ':' << (host & 0xffff) << std::dec << '\n';
    if (++written; full()) break;
    if (host % 10 != 0) continue;
    out << owner << " IN MX 10 mail-" << host % 7 << ".example.net.\n";
    if (++written; full()) break;
    out << owner << " IN TXT \"host number " << host << "\"\n";
    ++written;
  }
  if (!out.flush()) throw std::runtime_error("can't write " + path);
}

}  // namespace minidns::bench
