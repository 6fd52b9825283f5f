#pragma once

namespace minidns::storage {

/// Channels of bare NOTIFYs; all are hints, losing one loses nothing (DESIGN.md §3).

/// Right after a commit, before numbering: lines `ZONE-ID VERSION`.
inline constexpr const char* channel_versions = "minidns_versions";
/// After numbering changes other than versions, and as a general nudge: the feed's head.
inline constexpr const char* channel_feed = "minidns_feed";
/// From an mdns that can transfer a version: lines `INSTANCE-ID ZONE-ID VERSION`.
inline constexpr const char* channel_have = "minidns_have";
/// From the mdns that has sent the NOTIFYs of a version, so that no other does: lines `INSTANCE-ID ZONE-ID VERSION`.
inline constexpr const char* channel_notified = "minidns_notified";
/// From a pool manager: please send NOTIFY again; lines `NAMESERVER-ID ZONE-ID`.
inline constexpr const char* channel_renotify = "minidns_renotify";
/// From a pool manager that has saved what a nameserver shows now: its id. Whoever waits for a version looks.
inline constexpr const char* channel_visible = "minidns_visible";

/// PostgreSQL takes payloads of less than 8000 octets; more lines go into another NOTIFY.
inline constexpr int payload_size_octets_max = 7900;

}  // namespace minidns::storage
