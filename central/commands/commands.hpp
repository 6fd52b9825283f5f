#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "central/command_line.hpp"
#include "central/settings.hpp"

namespace minidns::central {

/// What an operator runs, apart from the server. Each takes its own arguments off the command line, prints to standard
/// output what was asked for, and throws what it can't deal with: UsageError, storage's errors, std::runtime_error.

/// `serve`: the API's server, until SIGTERM or SIGINT. Ends with an error if the schema is unknown.
void run_serve(CommandLine& line, const Settings& settings, const Clock& clock);

/// `migrate`: brings the schema to the newest version.
void run_migrate(CommandLine& line, const Settings& settings);
/// `epoch new`: after a disk snapshot was put back, which the database can't notice by itself.
void run_epoch_new(CommandLine& line, const Settings& settings);

/// `token create --project P --role member|admin [--description D] [--expires 30d]`: the last line is the token.
void run_token_create(CommandLine& line, const Settings& settings, const Clock& clock);
void run_token_list(CommandLine& line, const Settings& settings);
/// `token revoke ID`. A server forgets it within `token_cache_time`.
void run_token_revoke(CommandLine& line, const Settings& settings);

/// `zone import FILE --zone NAME --project P [--email E]`: makes a zone file the zone's content, all of it or nothing.
/// `--email` is needed where the zone isn't there yet.
void run_zone_import(CommandLine& line, const Settings& settings, const Clock& clock);

/// `zone lost`: a line for each zone that the database lost and that is served all the same.
void run_zone_lost(CommandLine& line, const Settings& settings);
/// `zone forget NAME`: lets a lost zone go, as if it had been deleted.
void run_zone_forget(CommandLine& line, const Settings& settings);

/// `master-key create FILE`: 256 random bits, readable by the owner only; never overwrites.
void run_master_key_create(CommandLine& line);
/// `master-key rewrap [--to SOURCE] [--ksk-to SOURCE]`: puts the data keys under other master keys, while programs run.
void run_master_key_rewrap(CommandLine& line, const Settings& settings, const Clock& clock);
/// `master-key status`: which master keys the data keys are under, and which we have.
void run_master_key_status(CommandLine& line, const Settings& settings);

/// `dnssec export ZONE --directory DIR`: a line for each key that was written, the files' name.
void run_dnssec_export(CommandLine& line, const Settings& settings, const Clock& clock);
/// `dnssec accept-clock`.
void run_dnssec_accept_clock(CommandLine& line, const Settings& settings);

}  // namespace minidns::central
