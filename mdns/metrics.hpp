#pragma once

#include "base/metrics.hpp"
#include "dns/rr_type.hpp"
#include "dns/wire/message.hpp"

#include <array>

namespace minidns::mdns {

/// Differences of signed zones from versions that are no longer in memory.
struct SignedDifferenceMetrics {
  Counter made;
  Counter whole;     ///< none that could be sent: other denial, signing began or ended, too large
  Counter failed;    ///< the older version can't be signed again
  Counter unproven;  ///< nobody stored a digest of one of both versions, or the database didn't answer
  Counter differs;   ///< doesn't lead from the one stored digest to the other
};

struct LoaderMetrics {
  Counter steps;        ///< versions made from the one before
  Counter whole;        ///< zones read as a whole
  Counter stored;       ///< zones read from the local store
  Counter unavailable;  ///< loads that failed for the database
  Counter corrupt;
  Counter not_signed;  ///< versions that couldn't be signed
  Histogram duration;
  SignedDifferenceMetrics past;
};

enum class Transport { udp, tcp, tls };

/// What was asked, as a label.
enum class QueryKind { soa, axfr, ixfr, notify, other };

/// Why a request was REFUSED, as a label.
enum class Refusal {
  no_right,  ///< by what can't be seen, or without a key
  tls_only   ///< a transfer over anything else, where only TLS is allowed
};

class QueryMetrics {
 public:
  explicit QueryMetrics(Metrics& metrics);

  void answered(Transport transport, QueryKind kind, dns::Rcode rcode) const;
  void dropped(Transport transport) const;
  void refused(Refusal reason) const;

 private:
  static constexpr std::size_t kinds = 5;
  static constexpr std::size_t results = 8;
  [[nodiscard]] static std::size_t result_of(dns::Rcode rcode);

  std::vector<Counter> answered_;  // [transport][kind][result]
  std::vector<Counter> dropped_;   // [transport]
  std::vector<Counter> refused_;   // [reason]
};

/// How a zone was sent.
enum class TransferKind { axfr, ixfr, ixfr_as_axfr, ixfr_up_to_date };

class TransferMetrics {
 public:
  explicit TransferMetrics(Metrics& metrics);

  void began() const { running_.add(1); }
  void ended(TransferKind kind, bool complete, std::size_t octets, std::chrono::nanoseconds duration) const;

 private:
  std::vector<Counter> ended_;  // [kind][complete]
  Counter octets_;
  Histogram duration_;
  Gauge running_;
};

struct ConnectionMetrics {
  Gauge open;
  Counter accepted;
  Counter refused_limit;  ///< for a limit on their number
  Counter evicted;        ///< a stranger's, whose place another needed
  Counter idle;           ///< closed after the idle limit
  Counter stalled;        ///< closed because the peer didn't read or write in time
  Counter slow;           ///< closed because the peer takes a transfer too slowly, or for too long
};

/// Why a transfer was not served to one who has the right to it. He gets no answer then: his connection is closed.
struct UnservedMetrics {
  Counter queue_full;
  Counter waited_too_long;
  Counter zone_unavailable;
};

struct TlsMetrics {
  Counter completed;
  Counter failed;  ///< the peer's TLS is older than 1.3, it doesn't speak XoT, a certificate isn't right
  Counter late;    ///< not done within the limit
  Gauge not_after_s;
};

struct NotifyMetrics {
  Counter sent;
  Counter acknowledged;
  Counter refused;  ///< NOTAUTH or REFUSED: a configuration fault
  Counter failed;   ///< no good answer to any try
  Counter dropped;  ///< for a full queue
  Gauge waiting;
};

/// Where content was read from, if there are replicas.
struct ReplicaMetrics {
  Counter replica;
  Counter lagging;  ///< the primary, since no replica had the version in time
  Counter away;     ///< the primary, since no replica answered
};

struct FollowMetrics {
  Gauge feed_seq;
  Gauge feed_lag;  ///< changes that aren't applied yet
  Gauge zones;
  Gauge snapshots_octets;
  Gauge database_down_s;
  Gauge instances_live;  ///< that are ready, ourselves among them
  Counter hints;
  Counter resyncs;
  Gauge by_replica;     ///< 1 while the primary is away and replicas are read
  Gauge versions_lost;  ///< zones of which we have a version that the database lacks
  Gauge zones_lost;     ///< zones that the database lacks, and nobody deleted
};

[[nodiscard]] LoaderMetrics make_loader_metrics(Metrics& metrics);
/// Signatures that this instance made since it began.
[[nodiscard]] Counter make_signature_counter(Metrics& metrics);
[[nodiscard]] ConnectionMetrics make_connection_metrics(Metrics& metrics);
[[nodiscard]] UnservedMetrics make_unserved_metrics(Metrics& metrics);
[[nodiscard]] TlsMetrics make_tls_metrics(Metrics& metrics);
[[nodiscard]] NotifyMetrics make_notify_metrics(Metrics& metrics);
[[nodiscard]] ReplicaMetrics make_replica_metrics(Metrics& metrics);
[[nodiscard]] FollowMetrics make_follow_metrics(Metrics& metrics);

}  // namespace minidns::mdns
