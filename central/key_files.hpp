#pragma once

#include "base/secret.hpp"
#include "central/key_vault.hpp"
#include "dns/name.hpp"
#include "storage/key_export.hpp"

#include <string>
#include <vector>

namespace minidns::central {

/// A key as BIND, ldns and others keep one: `Kexample.org.+013+12345.key` and `.private`.
struct KeyFiles {
  std::string base;     ///< the files' name without its end
  std::string text;     ///< of `.key`: the DNSKEY record
  Secret private_text;  ///< of `.private`
};

/// `bind_text`: the private key, as PrivateKey::to_bind_text has it. Times are added to it, by which signers know what
/// each key is for (dnssec-settime(8)): a key that signs nothing yet has no Activate, one that signs no more an
/// Inactive. Throws std::runtime_error if the DNSKEY isn't one.
[[nodiscard]] KeyFiles key_files_of(const dns::Name& zone, const storage::ExportedKey& key, const Secret& bind_text);

/// Of all keys of a zone. Throws std::runtime_error, with the key, if one can't be given out, or there is none.
[[nodiscard]] std::vector<KeyFiles> export_keys(const dns::Name& zone, const std::vector<storage::ExportedKey>& keys,
                                                KeyVault& vault);

/// Writes them into a folder that is there, for the owner alone. All or none: throws std::system_error, and removes
/// what it wrote, if there is a file of the name already or one can't be written.
void write_key_files(const std::string& directory, const std::vector<KeyFiles>& keys);

}  // namespace minidns::central
