#pragma once

#include "dns/name.hpp"
#include "dns/wire/message.hpp"
#include "pool-manager/sync/seed_format.hpp"
#include "storage/nameserver_work.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace minidns::pool::sync {

/// The name under which a nameserver of this kind looks for a zone's file, in the folder for zone files.
[[nodiscard]] std::string seed_file_name(storage::DriverKind driver, const dns::Name& zone);

/// A zone file that is being written, record by record; it appears under its name once it is whole.
///
/// Raw is what BIND's named-compilezone -F raw writes (lib/dns/masterdump.c), version 0: a header of three 32-bit
/// numbers (2 for raw, 0, the time of writing) and then, for each RRset, its length in octets, class, type, type
/// covered, TTL, number of records, owner, and each record's RDATA with its length. All big-endian.
class SeedFile {
 public:
  /// Throws std::runtime_error if it can't be written.
  SeedFile(std::string path, SeedFormat format);
  /// Without `finish` nothing is left.
  ~SeedFile();
  SeedFile(const SeedFile&) = delete;
  SeedFile& operator=(const SeedFile&) = delete;

  /// In any order; records of one RRset that follow each other are written together.
  void add(const dns::Record& record);
  /// Throws std::runtime_error if something could not be written.
  void finish();

 private:
  [[nodiscard]] bool belongs_to_set(const dns::Record& record) const;
  void write_set();
  void write_text(const dns::Record& record);
  void put(std::uint32_t number, int octets);

  std::string path_;
  SeedFormat format_;
  std::ofstream file_;
  std::vector<dns::Record> set_;  ///< for raw: the RRset that comes
  std::string pending_;           ///< octets of it
  bool is_finished_ = false;
};

}  // namespace minidns::pool::sync
