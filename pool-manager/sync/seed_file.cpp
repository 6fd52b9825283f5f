#include "pool-manager/sync/seed_file.hpp"

#include "dns/rrset.hpp"
#include "dns/text/rdata_text.hpp"
#include "pool-manager/drivers/bind.hpp"
#include "pool-manager/drivers/nsd_text.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace minidns::pool::sync {
namespace {

constexpr std::uint32_t raw_format = 2;

std::string unfinished(const std::string& path) {
  return path + ".new";
}

/// The type that an RRSIG covers; 0 for others (RFC 4034 §3.1.1).
std::uint32_t covered_type(const dns::Record& record) {
  if (record.type != dns::RRType::rrsig || record.rdata.size() < 2) {
    return 0;
  }
  return static_cast<std::uint32_t>(record.rdata[0]) << 8U | record.rdata[1];
}

std::string without_dot(const dns::Name& zone) {
  std::string text = zone.lowercased().to_text();
  if (text.size() > 1) {
    text.pop_back();
  }
  return text;
}

/// No name leads out of the folder; Knot does the same.
std::string with_plain_slashes(std::string name) {
  std::ranges::replace(name, '/', '_');
  return name;
}

}  // namespace

std::optional<SeedFormat> seed_format_from_text(std::string_view text) {
  if (text == "text") {
    return SeedFormat::text;
  }
  return text == "raw" ? std::optional(SeedFormat::raw) : std::nullopt;
}

std::string seed_file_name(storage::DriverKind driver, const dns::Name& zone) {
  switch (driver) {
    case storage::DriverKind::bind:
      return bind_zone_file(zone);
    case storage::DriverKind::nsd:
      return with_plain_slashes(nsd_name(zone) + ".zone");  // it keeps the dot that zones are added with
    case storage::DriverKind::powerdns:
    case storage::DriverKind::knot:
    case storage::DriverKind::catalog:
    case storage::DriverKind::none:
      break;
  }
  return with_plain_slashes(without_dot(zone) + ".zone");
}

SeedFile::SeedFile(std::string path, SeedFormat format) : path_(std::move(path)), format_(format) {
  file_.open(unfinished(path_), std::ios::binary | std::ios::trunc);
  if (!file_) {
    throw std::runtime_error(path_ + ": can't be written");
  }
  if (format_ == SeedFormat::raw) {
    put(raw_format, 4);
    put(0, 4);
    put(static_cast<std::uint32_t>(std::time(nullptr)), 4);
    file_ << std::exchange(pending_, {});
  }
}

SeedFile::~SeedFile() {
  if (!is_finished_) {
    file_.close();
    std::error_code ignored;  // what is left is a file that nobody reads
    std::filesystem::remove(unfinished(path_), ignored);
  }
}

void SeedFile::add(const dns::Record& record) {
  if (format_ == SeedFormat::text) {
    write_text(record);
    return;
  }
  if (!set_.empty() && !belongs_to_set(record)) {
    write_set();
  }
  set_.push_back(record);
}

void SeedFile::finish() {
  if (!set_.empty()) {
    write_set();
  }
  file_.close();
  if (!file_) {
    throw std::runtime_error(path_ + ": can't be written");
  }
  std::filesystem::rename(unfinished(path_), path_);
  is_finished_ = true;
}

bool SeedFile::belongs_to_set(const dns::Record& record) const {
  const dns::Record& first = set_.front();
  return record.type == first.type && record.ttl == first.ttl && covered_type(record) == covered_type(first) &&
         record.owner == first.owner;
}

void SeedFile::write_text(const dns::Record& record) {
  const auto rdata = dns::Rdata::from_octets(record.rdata);
  if (!rdata) {
    throw std::runtime_error(path_ + ": " + record.owner.to_text() + ": " + rdata.error().detail);
  }
  file_ << record.owner.to_text() << ' ' << record.ttl << " IN " << record.type.to_text() << ' '
        << dns::rdata_to_text(record.type, *rdata) << '\n';
}

void SeedFile::write_set() {
  constexpr std::size_t length_octets = 4;
  const dns::Record& first = set_.front();
  put(first.klass, 2);
  put(first.type.value(), 2);
  put(covered_type(first), 2);
  put(first.ttl, 4);
  put(static_cast<std::uint32_t>(set_.size()), 4);
  const ByteView owner = first.owner.wire();
  put(static_cast<std::uint32_t>(owner.size()), 2);
  pending_ += as_text(owner);
  for (const dns::Record& record : set_) {
    put(static_cast<std::uint32_t>(record.rdata.size()), 2);
    pending_ += as_text(record.rdata);
  }
  const std::string body = std::exchange(pending_, {});
  put(static_cast<std::uint32_t>(body.size() + length_octets), 4);
  file_ << std::exchange(pending_, {}) << body;
  set_.clear();
}

/// The lowest octets of a number, big-endian, to `pending_`.
void SeedFile::put(std::uint32_t number, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
    pending_ += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xffU);
  }
}

}  // namespace minidns::pool::sync
