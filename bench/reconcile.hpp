#pragma once

#include "bench/fleet.hpp"

#include <cstddef>

namespace minidns::bench {

/// The figures of bench_reconcile; each prints its own, and throws std::runtime_error if the system doesn't do its
/// work.

/// What comparing a nameserver's zone list costs while nothing changes; beside curl, jq, sort and comm, and beside
/// questions to BIND one by one.
void measure_sweeps(Fleet& fleet, int sweeps);
/// What a comparison does to changes that come meanwhile.
void measure_pacing(Fleet& fleet, int changes);
/// Many zones created at once; beside the same zones given to the servers directly.
void measure_burst(Fleet& fleet, int zones);
/// The same rate of changes with and without a snapshot that is held in the database.
void measure_snapshot(Fleet& fleet, int per_second, int seconds);
/// Nameservers that come back after so many changes.
void measure_maintenance(Fleet& fleet, int changes);
/// Both lists of so many zones, compared in this process; the database is real, the nameserver's list is made up.
void measure_simulation(std::size_t zones);

}  // namespace minidns::bench
