#pragma once

#include "api/dnssec.hpp"
#include "api/nameserver.hpp"
#include "api/page.hpp"
#include "api/pool.hpp"
#include "api/recordset.hpp"
#include "api/service_status.hpp"
#include "api/status.hpp"
#include "api/sync.hpp"
#include "api/tsig_key.hpp"
#include "api/words.hpp"
#include "api/zone.hpp"
#include "tsig/key.hpp"

/// Every closed set of words in requests and answers, as data.
namespace minidns::api {

inline constexpr Words<Status, 3> status_words{
    {{{Status::active, "ACTIVE"}, {Status::pending, "PENDING"}, {Status::error, "ERROR"}}}};
inline constexpr Words<Action, 4> action_words{
    {{{Action::none, "NONE"}, {Action::create, "CREATE"}, {Action::update, "UPDATE"}, {Action::remove, "DELETE"}}}};
inline constexpr Words<ZoneType, 2> zone_type_words{
    {{{ZoneType::primary, "PRIMARY"}, {ZoneType::secondary, "SECONDARY"}}}};
inline constexpr Words<TransferState, 4> transfer_state_words{{{{TransferState::waiting, "WAITING"},
                                                                {TransferState::fresh, "FRESH"},
                                                                {TransferState::failing, "FAILING"},
                                                                {TransferState::expired, "EXPIRED"}}}};
inline constexpr Words<TransferAlarmKind, 2> transfer_alarm_words{
    {{{TransferAlarmKind::serial_went_back, "SERIAL_WENT_BACK"},
      {TransferAlarmKind::content_changed, "CONTENT_CHANGED"}}}};
inline constexpr Words<UnknownZones, 3> unknown_zones_words{
    {{{UnknownZones::remove, "delete"}, {UnknownZones::warn, "warn"}, {UnknownZones::ignore, "ignore"}}}};
inline constexpr Words<CatalogFamily, 2> catalog_family_words{
    {{{CatalogFamily::bind, "bind"}, {CatalogFamily::knot, "knot"}}}};
inline constexpr Words<Driver, 6> driver_words{{{{Driver::bind, "bind"},
                                                 {Driver::powerdns, "powerdns"},
                                                 {Driver::knot, "knot"},
                                                 {Driver::nsd, "nsd"},
                                                 {Driver::catalog, "catalog"},
                                                 {Driver::none, "none"}}}};
inline constexpr Words<NameserverState, 4> nameserver_state_words{{{{NameserverState::bootstrapping, "bootstrapping"},
                                                                    {NameserverState::in_service, "in_service"},
                                                                    {NameserverState::maintenance, "maintenance"},
                                                                    {NameserverState::retired, "retired"}}}};
inline constexpr Words<TsigKeyScopeKind, 2> tsig_key_scope_words{
    {{{TsigKeyScopeKind::pool, "POOL"}, {TsigKeyScopeKind::zone, "ZONE"}}}};
/// The names of IANA's registry.
inline constexpr Words<dnssec::Algorithm, 5> dnssec_algorithm_words{
    {{{dnssec::Algorithm::rsasha256, "RSASHA256"},
      {dnssec::Algorithm::ecdsap256sha256, "ECDSAP256SHA256"},
      {dnssec::Algorithm::ecdsap384sha384, "ECDSAP384SHA384"},
      {dnssec::Algorithm::ed25519, "ED25519"},
      {dnssec::Algorithm::ed448, "ED448"}}}};
inline constexpr Words<KeyModel, 2> key_model_words{{{{KeyModel::ksk_zsk, "KSK_ZSK"}, {KeyModel::csk, "CSK"}}}};
inline constexpr Words<Denial, 3> denial_words{
    {{{Denial::nsec, "NSEC"}, {Denial::nsec3, "NSEC3"}, {Denial::nsec3_opt_out, "NSEC3_OPT_OUT"}}}};
inline constexpr Words<DnssecDefault::Scope, 2> dnssec_default_words{
    {{{DnssecDefault::Scope::pool, "POOL"}, {DnssecDefault::Scope::project, "PROJECT"}}}};
inline constexpr Words<KeyRole, 3> key_role_words{
    {{{KeyRole::ksk, "KSK"}, {KeyRole::zsk, "ZSK"}, {KeyRole::csk, "CSK"}}}};
inline constexpr Words<KeyState, 4> key_state_words{{{{KeyState::generated, "GENERATED"},
                                                      {KeyState::published, "PUBLISHED"},
                                                      {KeyState::active, "ACTIVE"},
                                                      {KeyState::retired, "RETIRED"}}}};
inline constexpr Words<RollKind, 6> roll_kind_words{{{{RollKind::zsk, "ZSK"},
                                                      {RollKind::ksk, "KSK"},
                                                      {RollKind::csk, "CSK"},
                                                      {RollKind::algorithm, "ALGORITHM"},
                                                      {RollKind::first_signing, "FIRST_SIGNING"},
                                                      {RollKind::unsigning, "UNSIGNING"}}}};
inline constexpr Words<RollPhase, 9> roll_phase_words{{{{RollPhase::presigning, "PRESIGNING"},
                                                        {RollPhase::presigned, "PRESIGNED"},
                                                        {RollPhase::publishing, "PUBLISHING"},
                                                        {RollPhase::submitting, "SUBMITTING"},
                                                        {RollPhase::retracting, "RETRACTING"},
                                                        {RollPhase::ds_caching, "DS_CACHING"},
                                                        {RollPhase::activating, "ACTIVATING"},
                                                        {RollPhase::draining, "DRAINING"},
                                                        {RollPhase::withdrawing, "WITHDRAWING"}}}};
inline constexpr Words<DsState, 3> ds_state_words{
    {{{DsState::unknown, "UNKNOWN"}, {DsState::present, "PRESENT"}, {DsState::absent, "ABSENT"}}}};
inline constexpr Words<bool, 2> boolean_words{{{{true, "true"}, {false, "false"}}}};
inline constexpr Words<ServiceState, 3> service_state_words{
    {{{ServiceState::up, "UP"}, {ServiceState::warning, "WARNING"}, {ServiceState::down, "DOWN"}}}};

/// What a key of ours can have, with the names of RFC 8945 §6; hmac-sha1 only names what a peer may start with.
inline constexpr Words<tsig::Algorithm, 4> key_algorithm_words{{{{tsig::Algorithm::hmac_sha224, "hmac-sha224"},
                                                                 {tsig::Algorithm::hmac_sha256, "hmac-sha256"},
                                                                 {tsig::Algorithm::hmac_sha384, "hmac-sha384"},
                                                                 {tsig::Algorithm::hmac_sha512, "hmac-sha512"}}}};
/// An rndc key may be an old one.
inline constexpr Words<tsig::Algorithm, 5> control_algorithm_words{{{{tsig::Algorithm::hmac_sha1, "hmac-sha1"},
                                                                     {tsig::Algorithm::hmac_sha224, "hmac-sha224"},
                                                                     {tsig::Algorithm::hmac_sha256, "hmac-sha256"},
                                                                     {tsig::Algorithm::hmac_sha384, "hmac-sha384"},
                                                                     {tsig::Algorithm::hmac_sha512, "hmac-sha512"}}}};

inline constexpr Words<SyncStatus, 6> sync_status_words{{{{SyncStatus::ok, "OK"},
                                                          {SyncStatus::lagging, "LAGGING"},
                                                          {SyncStatus::expiring, "EXPIRING"},
                                                          {SyncStatus::diverged, "DIVERGED"},
                                                          {SyncStatus::unreachable, "UNREACHABLE"},
                                                          {SyncStatus::not_worked_for, "NOT_WORKED_FOR"}}}};
/// What a zone that isn't right on a nameserver can be.
inline constexpr Words<SyncStatus, 3> zone_exception_words{
    {{{SyncStatus::lagging, "LAGGING"}, {SyncStatus::expiring, "EXPIRING"}, {SyncStatus::diverged, "DIVERGED"}}}};
inline constexpr Words<Status, 2> task_status_words{{{{Status::pending, "PENDING"}, {Status::error, "ERROR"}}}};
inline constexpr Words<ContentFaultKind, 2> content_fault_words{
    {{{ContentFaultKind::diverged, "DIVERGED"}, {ContentFaultKind::expiring, "EXPIRING"}}}};

inline constexpr Words<SortDir, 2> sort_dir_words{{{{SortDir::ascending, "asc"}, {SortDir::descending, "desc"}}}};

inline constexpr Words<ZoneSortKey, 7> zone_sort_words{{{{ZoneSortKey::created_at, "created_at"},
                                                         {ZoneSortKey::id, "id"},
                                                         {ZoneSortKey::updated_at, "updated_at"},
                                                         {ZoneSortKey::name, "name"},
                                                         {ZoneSortKey::tenant_id, "tenant_id"},
                                                         {ZoneSortKey::serial, "serial"},
                                                         {ZoneSortKey::ttl, "ttl"}}}};
inline constexpr Words<RecordsetSortKey, 8> recordset_sort_words{{{{RecordsetSortKey::created_at, "created_at"},
                                                                   {RecordsetSortKey::id, "id"},
                                                                   {RecordsetSortKey::updated_at, "updated_at"},
                                                                   {RecordsetSortKey::zone_id, "zone_id"},
                                                                   {RecordsetSortKey::tenant_id, "tenant_id"},
                                                                   {RecordsetSortKey::name, "name"},
                                                                   {RecordsetSortKey::type, "type"},
                                                                   {RecordsetSortKey::ttl, "ttl"}}}};
inline constexpr Words<PoolSortKey, 4> pool_sort_words{{{{PoolSortKey::created_at, "created_at"},
                                                         {PoolSortKey::id, "id"},
                                                         {PoolSortKey::updated_at, "updated_at"},
                                                         {PoolSortKey::name, "name"}}}};
inline constexpr Words<NameserverSortKey, 4> nameserver_sort_words{{{{NameserverSortKey::created_at, "created_at"},
                                                                     {NameserverSortKey::id, "id"},
                                                                     {NameserverSortKey::updated_at, "updated_at"},
                                                                     {NameserverSortKey::name, "name"}}}};
inline constexpr Words<TsigKeySortKey, 4> tsig_key_sort_words{{{{TsigKeySortKey::created_at, "created_at"},
                                                                {TsigKeySortKey::id, "id"},
                                                                {TsigKeySortKey::updated_at, "updated_at"},
                                                                {TsigKeySortKey::name, "name"}}}};
inline constexpr Words<ZoneExceptionSortKey, 4> zone_exception_sort_words{
    {{{ZoneExceptionSortKey::created_at, "created_at"},
      {ZoneExceptionSortKey::id, "id"},
      {ZoneExceptionSortKey::name, "name"},
      {ZoneExceptionSortKey::next_try_at, "next_try_at"}}}};
inline constexpr Words<ServiceStatusSortKey, 5> service_status_sort_words{
    {{{ServiceStatusSortKey::created_at, "created_at"},
      {ServiceStatusSortKey::id, "id"},
      {ServiceStatusSortKey::updated_at, "updated_at"},
      {ServiceStatusSortKey::hostname, "hostname"},
      {ServiceStatusSortKey::service_name, "service_name"}}}};

}  // namespace minidns::api
