#include "storage/postgres/zone_signing.hpp"

#include "storage/postgres/key_columns.hpp"
#include "storage/postgres/param.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/zone_content.hpp"

#include <algorithm>
#include <array>

namespace minidns::storage::postgres {
namespace {

// Several rows in one column, so that a zone is one row and a step one round trip: what is of variable length has its
// length before it. A case without a key set isn't evaluated.
constexpr const char* packed_keys =
    " when true then (select string_agg(uuid_send(k.id) || int8send(s.active_from)"
    " || int4send(length(k.dnskey)) || k.dnskey || int4send(length(p.sealed)) || p.sealed, ''::bytea"
    " order by s.active_from, k.id)"
    " from key_set_zsks s join dnssec_keys k on k.id = s.key_id join zsk_secrets p on p.key_id = k.id"
    " where s.key_set_id = ks.id) end";

// The slot of T begins at its inception + skew, at most P before T.
std::string packed_signatures(const std::string& row) {
  return " when true then (select string_agg(int4send(a.type) || int8send(a.inception) || int8send(a.expiration)"
         " || int4send(length(a.rrsig)) || a.rrsig, ''::bytea order by a.type, a.inception, a.rrsig)"
         " from apex_signatures a where a.key_set_id = ks.id and a.inception + ks.skew_s <= " +
         row + ".signing_time and a.inception + ks.skew_s + ks.refresh_period_s > " + row + ".signing_time) end";
}

/// Takes the packed columns apart.
class Unpacker {
 public:
  explicit Unpacker(ByteView octets) : left_(octets) {}

  [[nodiscard]] bool at_end() const { return left_.empty(); }
  [[nodiscard]] ByteView take(std::size_t size) {
    if (size > left_.size()) {
      throw CorruptContent("a packed column is cut off");
    }
    const ByteView taken = left_.first(size);
    left_ = left_.subspan(size);
    return taken;
  }
  [[nodiscard]] std::int64_t take_int4() { return binary::integer(take(4)); }
  [[nodiscard]] std::int64_t take_int8() { return binary::integer(take(8)); }
  [[nodiscard]] ByteView take_framed() { return take(static_cast<std::uint32_t>(take_int4())); }

 private:
  ByteView left_;
};

Uuid uuid_of(ByteView octets) {
  std::array<std::uint8_t, 16> copy{};
  std::ranges::copy(octets, copy.begin());
  return Uuid(copy);
}

dns::Rdata rdata_of(ByteView octets, const char* what) {
  auto rdata = dns::Rdata::from_octets(Bytes(octets.begin(), octets.end()));
  if (!rdata) {
    throw CorruptContent(std::string(what) + ": " + rdata.error().detail);
  }
  return *std::move(rdata);
}

std::vector<ZoneSigningKey> keys_of(const Rows& rows, std::size_t row, int column) {
  std::vector<ZoneSigningKey> keys;
  if (rows.is_null(row, column)) {
    return keys;
  }
  Unpacker packed(rows.bytea(row, column));
  while (!packed.at_end()) {
    const DnssecKeyId id(uuid_of(packed.take(16)));
    const std::int64_t active_from = packed.take_int8();
    dns::Rdata dnskey = rdata_of(packed.take_framed(), "dnssec_keys.dnskey");
    const ByteView sealed = packed.take_framed();
    keys.push_back({id, std::move(dnskey), Bytes(sealed.begin(), sealed.end()), active_from});
  }
  return keys;
}

std::vector<ApexSignature> signatures_of(const Rows& rows, std::size_t row, int column) {
  std::vector<ApexSignature> signatures;
  if (rows.is_null(row, column)) {
    return signatures;
  }
  Unpacker packed(rows.bytea(row, column));
  while (!packed.at_end()) {
    const dns::RRType type(static_cast<std::uint16_t>(packed.take_int4()));
    const std::int64_t inception = packed.take_int8();
    const std::int64_t expiration = packed.take_int8();
    signatures.push_back({type, inception, expiration, rdata_of(packed.take_framed(), "apex_signatures.rrsig")});
  }
  return signatures;
}

}  // namespace

std::string signing_columns(const std::string& row) {
  const std::string if_signed = ", case when " + row + ".key_set_id is null then null";
  return row + ".key_set_id, " + row + ".signing_time, " + row + ".buckets, " + row +
         ".rules, ks.refresh_period_s, ks.signature_lifetime_s, ks.skew_s, ks.denial, ks.opt_out, ks.zonemd, ks.ttl, "
         "ks.dnskey,"
         " ks.cds, ks.cdnskey" +
         if_signed + packed_keys + if_signed + packed_signatures(row);
}

std::string key_sets_of(const std::string& row) {
  return " left join key_sets ks on ks.id = " + row + ".key_set_id";
}

std::optional<SigningStamp> signing_stamp_of(const Rows& rows, std::size_t row, int first) {
  if (rows.is_null(row, first)) {
    return std::nullopt;
  }
  return SigningStamp{.key_set = KeySetId(rows.uuid(row, first)),
                      .signing_time = rows.integer(row, first + 1),
                      .buckets = static_cast<std::int32_t>(rows.integer(row, first + 2)),
                      .rules = static_cast<std::int16_t>(rows.integer(row, first + 3))};
}

std::optional<ZoneSigning> signing_of(const Rows& rows, std::size_t row, int first) {
  auto stamp = signing_stamp_of(rows, row, first);
  if (!stamp) {
    return std::nullopt;
  }
  int column = first + 4;
  if (rows.is_null(row, column)) {
    throw CorruptContent("a version's key set is gone");
  }
  const auto next_number = [&] { return static_cast<std::int32_t>(rows.integer(row, column++)); };
  const SignatureTimes times{.period = next_number(), .lifetime = next_number(), .skew = next_number()};
  const auto denial = denial_of(rows.text(row, column), rows.boolean(row, column + 1));
  const bool zonemd = rows.boolean(row, column + 2);
  column += 3;
  const auto ttl = ttl_of(rows.integer(row, column));
  return ZoneSigning{.stamp = *stamp,
                     .times = times,
                     .denial = denial,
                     .zonemd = zonemd,
                     .ttl = ttl,
                     .dnskey = records_column(rows, row, column + 1),
                     .cds = records_column(rows, row, column + 2),
                     .cdnskey = records_column(rows, row, column + 3),
                     .keys = keys_of(rows, row, column + 4),
                     .apex_signatures = signatures_of(rows, row, column + 5)};
}

Denial denial_of(const std::string& column, bool opt_out) {
  if (column == "NSEC") {
    return Denial::nsec;
  }
  return opt_out ? Denial::nsec3_opt_out : Denial::nsec3;
}

const char* denial_column(Denial denial) {
  return denial == Denial::nsec ? "NSEC" : "NSEC3";
}

}  // namespace minidns::storage::postgres
