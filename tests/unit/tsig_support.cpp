#include "tests/unit/tsig_support.hpp"

#include "tsig/record.hpp"

namespace minidns::tsig::test {

Bytes with_tsig(Bytes unsigned_message, const TsigFields& fields) {
  const Stamp stamp{fields.time_signed_s, fields.fudge_s, fields.original_id, fields.error, fields.other};
  append_record(unsigned_message, encode_record(fields.key, fields.algorithm, stamp, fields.mac));
  return unsigned_message;
}

Bytes without_tsig(ByteView octets) {
  const std::size_t end = parsed(octets).tsig.value().offset;
  Bytes shorter(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(end));
  --shorter[11];  // ARCOUNT
  return shorter;
}

TsigFields fields_of(ByteView octets) {
  const dns::TsigRecord tsig = parsed(octets).tsig.value();
  return TsigFields{tsig.key, tsig.algorithm,   tsig.time_signed_s, tsig.fudge_s,
                    tsig.mac, tsig.original_id, tsig.error,         tsig.other};
}

}  // namespace minidns::tsig::test
