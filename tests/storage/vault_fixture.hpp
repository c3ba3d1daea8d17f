// An instance in a temporary folder, its root key from a key file: fast, and the same for every test.
#pragma once

#include <memory>

#include "base/manual_clock.hpp"
#include "base/temporary_folder.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::test {

inline std::unique_ptr<crypto::RootProvider> key_file_root(std::uint8_t fill = 7) {
    const Bytes contents(32, fill);
    return crypto::key_file_provider(crypto::Secret(contents));
}

/// Two stores, so that what holds for one is not all there is.
inline constexpr std::string_view blob_folders[] = {"jobs", "scans"};

struct VaultFixture {
    TemporaryFolder temporary;
    ManualClock clock;
    std::unique_ptr<crypto::RootProvider> root = key_file_root();
    std::unique_ptr<storage::Vault> vault;

    VaultFixture() {
        storage::Vault::create(*temporary.open(), *root, blob_folders);
        open();
        migrate(*vault);
        vault->begin_opening();
    }
    void open() { vault = opened(temporary.open(), *root, clock); }
    void close() { vault.reset(); }
    static std::unique_ptr<storage::Vault> opened(std::unique_ptr<Folder> folder, crypto::RootProvider& root,
                                                  const Clock& clock) {
        return std::make_unique<storage::Vault>(std::move(folder), root, clock,
                                                storage::VaultOptions{.blob_folders = blob_folders});
    }
    static void migrate(storage::Vault& opened) { opened.migrate({}, {}); }
};

}  // namespace myqsec::test
