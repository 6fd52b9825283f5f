#include "mdns/metrics.hpp"

#include <string>

namespace minidns::mdns {
namespace {

constexpr std::array transport_names = {"udp", "tcp", "tls"};
constexpr std::array query_names = {"soa", "axfr", "ixfr", "notify", "other"};
constexpr std::array result_names = {"noerror", "formerr", "servfail", "nxdomain",
                                     "notimp",  "refused", "notauth",  "other"};
constexpr std::array refusal_names = {"no_right", "tls_only"};
constexpr std::array transfer_names = {"axfr", "ixfr", "ixfr_as_axfr", "ixfr_up_to_date"};

template <class Enum>
std::size_t index_of(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace

QueryMetrics::QueryMetrics(Metrics& metrics) {
  for (const char* transport : transport_names) {
    for (const char* kind : query_names) {
      for (const char* result : result_names) {
        answered_.push_back(metrics.counter("minidns_mdns_queries_total", "Requests that were answered, by RCODE",
                                            {{"transport", transport}, {"type", kind}, {"result", result}}));
      }
    }
    dropped_.push_back(metrics.counter("minidns_mdns_queries_dropped_total", "Messages that get no answer",
                                       {{"transport", transport}}));
  }
  for (const char* reason : refusal_names) {
    refused_.push_back(
        metrics.counter("minidns_mdns_refusals_total", "Requests that were REFUSED, by reason", {{"reason", reason}}));
  }
}

std::size_t QueryMetrics::result_of(dns::Rcode rcode) {
  switch (rcode) {
    case dns::Rcode::noerror:
      return 0;
    case dns::Rcode::formerr:
      return 1;
    case dns::Rcode::servfail:
      return 2;
    case dns::Rcode::nxdomain:
      return 3;
    case dns::Rcode::notimp:
      return 4;
    case dns::Rcode::refused:
      return 5;
    case dns::Rcode::notauth:
      return 6;
    case dns::Rcode::yxdomain:
    case dns::Rcode::notzone:
    case dns::Rcode::badvers:
      break;
  }
  return results - 1;
}

void QueryMetrics::answered(Transport transport, QueryKind kind, dns::Rcode rcode) const {
  answered_[(index_of(transport) * kinds + index_of(kind)) * results + result_of(rcode)].increment();
}

void QueryMetrics::dropped(Transport transport) const {
  dropped_[index_of(transport)].increment();
}

void QueryMetrics::refused(Refusal reason) const {
  refused_[index_of(reason)].increment();
}

TransferMetrics::TransferMetrics(Metrics& metrics)
    : octets_(metrics.counter("minidns_mdns_transfer_octets_total", "Octets of messages sent in transfers")),
      duration_(metrics.histogram("minidns_mdns_transfer_duration_seconds",
                                  "From the request to the last message handed to the system", latency_bounds_s())),
      running_(metrics.gauge("minidns_mdns_transfers_running", "Transfers under way")) {
  for (const char* kind : transfer_names) {
    for (const char* result : {"cut", "complete"}) {
      ended_.push_back(metrics.counter("minidns_mdns_transfers_total", "Transfers that ended",
                                       {{"kind", kind}, {"result", result}}));
    }
  }
}

void TransferMetrics::ended(TransferKind kind, bool complete, std::size_t octets,
                            std::chrono::nanoseconds duration) const {
  ended_[index_of(kind) * 2 + (complete ? 1 : 0)].increment();
  octets_.increment(static_cast<double>(octets));
  duration_.observe(duration);
  running_.add(-1);
}

namespace {

SignedDifferenceMetrics make_signed_difference_metrics(Metrics& metrics) {
  const std::string name = "minidns_mdns_signed_differences_total";
  const std::string help = "Differences of signed zones from versions no longer in memory, by what came of them";
  return {metrics.counter(name, help, {{"result", "made"}}), metrics.counter(name, help, {{"result", "whole"}}),
          metrics.counter(name, help, {{"result", "failed"}}), metrics.counter(name, help, {{"result", "unproven"}}),
          metrics.counter(name, help, {{"result", "differs"}})};
}

}  // namespace

Counter make_signature_counter(Metrics& metrics) {
  return metrics.counter("minidns_mdns_signatures_total", "DNSSEC signatures made");
}

LoaderMetrics make_loader_metrics(Metrics& metrics) {
  const std::string name = "minidns_mdns_zone_loads_total";
  const std::string help = "Looks at a zone in the database, by what came of them";
  return {metrics.counter(name, help, {{"result", "step"}}),
          metrics.counter(name, help, {{"result", "whole"}}),
          metrics.counter(name, help, {{"result", "stored"}}),
          metrics.counter(name, help, {{"result", "unavailable"}}),
          metrics.counter(name, help, {{"result", "corrupt"}}),
          metrics.counter(name, help, {{"result", "not_signed"}}),
          metrics.histogram("minidns_mdns_zone_load_duration_seconds", "Time of one look at a zone in the database",
                            latency_bounds_s()),
          make_signed_difference_metrics(metrics)};
}

ConnectionMetrics make_connection_metrics(Metrics& metrics) {
  const auto closed = [&metrics](const char* reason) {
    return metrics.counter("minidns_mdns_connections_closed_total", "TCP connections that we closed, by reason",
                           {{"reason", reason}});
  };
  return {metrics.gauge("minidns_mdns_connections_open", "TCP connections"),
          metrics.counter("minidns_mdns_connections_accepted_total", "TCP connections accepted"),
          closed("limit"),
          closed("evicted"),
          closed("idle"),
          closed("stalled"),
          closed("slow")};
}

UnservedMetrics make_unserved_metrics(Metrics& metrics) {
  const auto unserved = [&metrics](const char* reason) {
    return metrics.counter("minidns_mdns_transfers_unserved_total",
                           "Transfers that were asked for rightly and not served, by reason", {{"reason", reason}});
  };
  return {unserved("queue_full"), unserved("waited_too_long"), unserved("zone_unavailable")};
}

TlsMetrics make_tls_metrics(Metrics& metrics) {
  const auto handshakes = [&metrics](const char* result) {
    return metrics.counter("minidns_mdns_tls_handshakes_total", "TLS handshakes, by what became of them",
                           {{"result", result}});
  };
  return {handshakes("completed"), handshakes("failed"), handshakes("late"),
          metrics.gauge("minidns_mdns_tls_certificate_not_after_seconds",
                        "When our certificate stops being valid, in Unix time; 0: no TLS")};
}

NotifyMetrics make_notify_metrics(Metrics& metrics) {
  const std::string name = "minidns_mdns_notify_total";
  const std::string help = "NOTIFYs to nameservers, by what became of them";
  return {metrics.counter("minidns_mdns_notify_sent_total", "NOTIFY messages sent, repetitions included"),
          metrics.counter(name, help, {{"result", "acknowledged"}}),
          metrics.counter(name, help, {{"result", "refused"}}),
          metrics.counter(name, help, {{"result", "failed"}}),
          metrics.counter(name, help, {{"result", "dropped"}}),
          metrics.gauge("minidns_mdns_notify_waiting", "NOTIFYs that are not answered yet, or wait for their turn")};
}

ReplicaMetrics make_replica_metrics(Metrics& metrics) {
  const std::string name = "minidns_mdns_content_sources_total";
  const std::string help = "Where zones were read from, if there are replicas";
  return {metrics.counter(name, help, {{"source", "replica"}}),
          metrics.counter(name, help, {{"source", "primary_replica_lags"}}),
          metrics.counter(name, help, {{"source", "primary_no_replica"}})};
}

FollowMetrics make_follow_metrics(Metrics& metrics) {
  return {metrics.gauge("minidns_mdns_feed_seq", "Changes up to this number of the feed are applied"),
          metrics.gauge("minidns_mdns_feed_lag_changes", "Changes in the feed that are not applied yet"),
          metrics.gauge("minidns_mdns_zones", "Zones in the index"),
          metrics.gauge("minidns_mdns_snapshots_octets", "Memory of cached zone snapshots and differences"),
          metrics.gauge("minidns_mdns_database_down_seconds", "For how long the database hasn't answered; 0: it does"),
          metrics.gauge("minidns_mdns_instances_live", "Instances of mdns that live and are ready, as this one knows"),
          metrics.counter("minidns_mdns_hints_total", "Hints heard from the database"),
          metrics.counter("minidns_mdns_resyncs_total", "Comparisons of the whole index with the database"),
          metrics.gauge("minidns_mdns_database_by_replica", "1 while the primary is away and replicas are read"),
          metrics.gauge("minidns_mdns_versions_lost", "Zones served in a version that the database lost"),
          metrics.gauge("minidns_mdns_zones_lost", "Zones served that the database lost")};
}

}  // namespace minidns::mdns
