#include "base/aes_gcm.hpp"
#include "base/file_descriptor.hpp"
#include "base/random.hpp"
#include "central/commands/commands.hpp"
#include "central/commands/database.hpp"
#include "central/commands/secrets.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/feed_numbering.hpp"

#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace minidns::central {
namespace {

namespace postgres = storage::postgres;

MasterKeys keys_of(const std::vector<MasterKeySource>& sources, const std::string& which) {
  auto keys = minidns::read_master_keys(sources);
  if (!keys) {
    throw std::runtime_error(which + ": " + keys.error().detail);
  }
  return *std::move(keys);
}

std::optional<SecretBox> next_key(CommandLine& line, const std::string& option) {
  const auto text = line.optional(option);
  if (!text) {
    return std::nullopt;
  }
  const auto source = MasterKeySource::parse(*text);
  if (!source) {
    throw UsageError("--" + option + " must be file:PATH, env:NAME or command:PATH");
  }
  auto key = read_master_key(*source);
  if (!key) {
    throw std::runtime_error("--" + option + ": " + key.error().detail);
  }
  return *std::move(key);
}

void announce(postgres::ConnectionPool& pool) {
  const auto connection = pool.acquire();
  connection->notify(storage::channel_feed, std::to_string(postgres::number_changes(*connection)));
}

std::string master_of(const WrappedDataKey& key) {
  const bool is_box = key.wrapped.size() > 5 && key.wrapped[0] == SecretBox::version;
  return is_box ? to_hex(ByteView(key.wrapped).subspan(1, 4)) : "?";
}

}  // namespace

BothMasterKeys read_master_keys(const Settings& settings) {
  BothMasterKeys keys{keys_of(settings.program.master_keys, "master key"), std::nullopt};
  if (!settings.ksk_master_keys.empty()) {
    keys.ksk = keys_of(settings.ksk_master_keys, "KSK master key");
  }
  return keys;
}

CommandSecrets::CommandSecrets(const Settings& settings, const Clock& clock)
    : pool(command_pool(settings)),
      keys(pool),
      masters(read_master_keys(settings)),
      secrets(masters.shared, masters.ksk, keys, clock) {
  secrets.check();
}

void run_master_key_create(CommandLine& line) {
  const auto path = line.take_argument("FILE");
  line.finish();
  // O_EXCL: whoever overwrites a master key loses every secret in the database.
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const std::string text = to_hex(random_bytes(aes_key_octets)) + "\n";
  if (file.get() < 0 || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
}

void run_master_key_rewrap(CommandLine& line, const Settings& settings, const Clock& clock) {
  const NextMasterKeys next{next_key(line, "to"), next_key(line, "ksk-to")};
  line.finish();
  if (!next.shared && !next.ksk) {
    throw UsageError("--to or --ksk-to is required");
  }
  CommandSecrets command(settings, clock);
  postgres::PostgresOldSealedValues values(command.pool);
  const auto change = change_master_keys(command.keys, values, command.secrets, command.masters, next);
  announce(command.pool);
  if (change.sealed_anew > 0) {
    std::cout << change.sealed_anew << " secrets from before data keys sealed anew" << std::endl;
  }
  if (change.not_openable > 0) {
    std::cout << change.not_openable << " of them can't be opened, and are as they were" << std::endl;
  }
  std::cout << change.data_keys << " data keys are under the new master key" << std::endl;
}

void run_master_key_status(CommandLine& line, const Settings& settings) {
  line.finish();
  auto pool = command_pool(settings);
  postgres::PostgresDataKeys keys(pool);
  for (const auto hierarchy : {storage::KeyHierarchy::shared, storage::KeyHierarchy::ksk}) {
    for (const WrappedDataKey& key : keys.read(hierarchy)) {
      std::cout << "data key " << key.id.to_string() << " (" << to_text(key.purpose) << ") is under master key "
                << master_of(key) << "\n";
    }
  }
  const auto print = [](const char* which, const std::vector<MasterKeySource>& sources) {
    for (const MasterKeySource& source : sources) {
      const auto key = read_master_key(source);
      std::cout << which << " " << to_text(source) << ": "
                << (key ? to_hex(key->key_id()) : "can't be read: " + key.error().detail) << "\n";
    }
  };
  print("master key", settings.program.master_keys);
  print("KSK master key", settings.ksk_master_keys);
  std::cout.flush();
}

}  // namespace minidns::central
