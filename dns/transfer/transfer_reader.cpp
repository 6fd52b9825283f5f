#include "dns/transfer/transfer_reader.hpp"

#include "dns/record_ttl.hpp"
#include "dns/snapshot/checked_rrset.hpp"
#include "dns/soa.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>
#include <utility>

namespace minidns::dns {
namespace {

TransferError malformed(std::string detail) {
  return {TransferErrc::malformed, std::move(detail)};
}
TransferError inconsistent(std::string detail) {
  return {TransferErrc::inconsistent, std::move(detail)};
}

Serial serial_in(const RRset& soa) {
  return serial_of(soa.rdata[0]);
}

}  // namespace

void throw_exception_from_error(const TransferError& error, const boost::source_location& where) {
  boost::throw_with_location(std::runtime_error(error.detail), where);
}

TransferReader::TransferReader(TransferQuestion question, TransferLimits limits)
    : question_(std::move(question)), limits_(limits) {}

minidns::Result<std::vector<TransferEvent>, TransferError> TransferReader::read(const Message& message,
                                                                                std::size_t octets) {
  if (auto failure = check(message, octets)) {
    return *std::move(failure);
  }
  Events events;
  events.reserve(message.answer.size() + 1);
  for (const Record& record : message.answer) {
    if (is_done()) {
      return malformed("there are records after the closing SOA");
    }
    if (auto failure = take(record, events)) {
      return *std::move(failure);
    }
  }
  // RFC 1995 §2: who has nothing newer says so by his SOA alone.
  if (state_ == State::opened && question_.ours && !serial_in(*first_).is_newer_than(*question_.ours)) {
    events.emplace_back(NothingNewer{serial_in(*first_)});
    state_ = State::done;
  }
  return events;
}

TransferReader::Failure TransferReader::check(const Message& message, std::size_t octets) {
  const Header& header = message.header;
  if (!header.qr || header.opcode != Opcode::query || header.id != question_.id) {
    return malformed("the message is no answer to our question");
  }
  if (header.rcode != 0) {
    return TransferError{TransferErrc::refused, "RCODE " + std::to_string(header.rcode)};
  }
  if (header.tc) {
    return malformed("the message is truncated");
  }
  if (message.question.size() > 1 || (!message.question.empty() && (message.question[0].name != question_.zone ||
                                                                    message.question[0].type != question_.type ||
                                                                    message.question[0].klass != class_in))) {
    return malformed("the message has another question than ours");
  }
  if (message.answer.empty()) {
    return malformed("the message has no records");
  }
  octets_ += octets;
  records_ += message.answer.size();
  if (octets_ > limits_.octets_max) {
    return TransferError{TransferErrc::too_large, "more than " + std::to_string(limits_.octets_max) + " octets"};
  }
  if (records_ > limits_.records_max) {
    return TransferError{TransferErrc::too_large, "more than " + std::to_string(limits_.records_max) + " records"};
  }
  return std::nullopt;
}

TransferReader::Failure TransferReader::take(const Record& record, Events& events) {
  if (record.klass != class_in || record.type.is_meta()) {
    return malformed(record.owner.to_text() + " " + record.type.to_text() + ": not a record of a zone");
  }
  if (record.type == RRType::soa) {
    return take_soa(record, events);
  }
  if (state_ == State::start) {
    return malformed("the first record is no SOA");
  }
  if (state_ == State::opened) {  // RFC 5936 §2.2, and RFC 1995 §4 for an answer to IXFR in its form
    state_ = State::whole_zone;
    events.emplace_back(WholeZone{});
  }
  if (!record.owner.is_at_or_below(question_.zone)) {
    ++ignored_;
    return std::nullopt;
  }
  auto rdata = Rdata::from_octets(record.rdata);
  if (!rdata) {
    return TransferError{TransferErrc::too_large, record.owner.to_text() + ": " + rdata.error().detail};
  }
  RRset one{record.owner, record.type, Ttl::from_wire(record.ttl), {*std::move(rdata)}};
  if (const auto valid = check_for_snapshot(one, question_.zone); !valid) {
    return malformed(valid.error().detail);
  }
  if (state_ == State::removing) {
    events.emplace_back(RemovedRecord{std::move(one.owner), one.type, std::move(one.rdata[0])});
  } else {
    const Ttl ttl = record_ttl(one, one.rdata[0]);
    events.emplace_back(AddedRecord{std::move(one.owner), one.type, ttl, std::move(one.rdata[0])});
  }
  return std::nullopt;
}

TransferReader::Failure TransferReader::take_soa(const Record& record, Events& events) {
  auto rdata = Rdata::from_octets(record.rdata);
  if (record.owner != question_.zone || !rdata || !Soa::from_rdata(rdata->octets())) {
    return malformed("an SOA that isn't the zone's, or not valid");
  }
  RRset soa{record.owner, record.type, Ttl::from_wire(record.ttl), {*std::move(rdata)}};
  switch (state_) {
    case State::start:
      first_ = std::move(soa);
      state_ = State::opened;
      return std::nullopt;
    case State::opened:
      return take_second_soa(soa, events);
    case State::whole_zone:
      return finish(soa, events);
    case State::removing:
      // What follows is added, and makes this version.
      at_ = serial_in(soa);
      events.emplace_back(Difference{*at_});
      state_ = State::adding;
      return std::nullopt;
    case State::adding:
      return take_difference_soa(soa, events);
    case State::done:
      break;
  }
  return malformed("there is an SOA after the closing one");
}

/// A difference begins with the SOA of what we have (RFC 1995 §4); a zone of nothing but an SOA ends at once.
TransferReader::Failure TransferReader::take_second_soa(const RRset& soa, Events& events) {
  const bool is_closing = soa.rdata == first_->rdata;
  if (question_.ours && serial_in(soa) == *question_.ours && !is_closing) {
    at_ = question_.ours;
    state_ = State::removing;
    return std::nullopt;
  }
  if (!is_closing) {
    return inconsistent("the difference begins at serial " + std::to_string(serial_in(soa).value()));
  }
  events.emplace_back(WholeZone{});
  return finish(soa, events);
}

TransferReader::Failure TransferReader::take_difference_soa(const RRset& soa, Events& events) {
  if (serial_in(soa) != *at_) {
    return inconsistent("a difference from serial " + std::to_string(serial_in(soa).value()) + " follows " +
                        std::to_string(at_->value()));
  }
  if (*at_ == serial_in(*first_)) {
    return finish(soa, events);
  }
  state_ = State::removing;
  return std::nullopt;
}

/// RFC 5936 §2.2: the same SOA begins and ends the transfer.
TransferReader::Failure TransferReader::finish(const RRset& soa, Events& events) {
  if (soa.rdata != first_->rdata) {
    return inconsistent("the closing SOA is another than the first: the zone changed meanwhile");
  }
  events.emplace_back(TransferEnd{*first_});
  state_ = State::done;
  return std::nullopt;
}

}  // namespace minidns::dns
