// The parts of an instance - the main database, the log, the keystore, the folders of documents - and whether
// they are of one time. docs/formats/parts.md says what each knows of the others, and why that is enough.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::storage {

/// In both databases.
[[nodiscard]] Schema instance_parts_schema();

class InstanceParts {
 public:
    /// All of them outlive it, but nobody changes them any more when it has gone.
    InstanceParts(Database& main, Database& log, Keystore& keystore,
                  std::span<const std::unique_ptr<BlobStore>> stores, std::optional<Restoration> restoration)
        : main_(main), log_(log), keystore_(keystore), stores_(stores), restoration_(restoration) {}

    /// What no crash explains: a part that is of another time than the main database. Reads only.
    [[nodiscard]] std::vector<Vault::Finding> compare();
    /// What is written before begin() is of the last opening still.
    void resume();
    /// Counts an opening: durable in the main database first, then in the other parts. From then on each
    /// commit of the main database says what the keystore durably is.
    void begin();
    /// Commits that by itself, if the keystore was written and nothing was committed since.
    void catch_up();
    /// Before a closing: what the main database must find again in the others.
    void end();

 private:
    using Marks = std::map<std::string, KeystoreWriting, std::less<>>;
    [[nodiscard]] bool is_newly_restored() const;
    [[nodiscard]] Marks found();
    void note(const Marks& parts);
    void note_keystore(Transaction& transaction);

    Database& main_;
    Database& log_;
    Keystore& keystore_;
    std::span<const std::unique_ptr<BlobStore>> stores_;
    std::optional<Restoration> restoration_;
    /// What the main database says of the keystore; its lock guards it.
    std::array<KeystoreWriting, keystore_pairs> noted_{};
};

}  // namespace myqsec::storage
