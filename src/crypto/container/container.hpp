// The job container: one document, sealed. docs/formats/container.md is the format's page.
//
// Security: IND-CCA2 and ciphertext integrity of the whole stream (after STREAM, Hoang, Reyhanitabar,
// Rogaway, Vizár, CRYPTO 2015): truncation, extension, reordering, and splicing between containers are
// detected before any plaintext of the chunk concerned is released. The file key is committed to: a container
// opens under one key only. No nonce repeats where a virtual machine is copied while it writes one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/folder.hpp"
#include "crypto/public_key/certificate.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

using ContainerId = ByteArray<16>;  ///< random; authenticated with every chunk

enum class ContainerSuite : std::uint8_t {
    aes_256_gcm = 0,
    xchacha20_poly1305 = 1,
    plain = 2,  ///< in the clear, each chunk with a MAC: integrity and position, no secrecy
};

/// The faster sealing suite on this CPU.
[[nodiscard]] ContainerSuite preferred_container_suite() noexcept;

/// Whoever can open the container: the holder of a 32-byte wrapping key (AES-256-KWP, RFC 5649), and the
/// holders of any number of certificates' private keys (RSA-OAEP-SHA-256, or ephemeral ECDH with HKDF and
/// KWP). Whether a certificate may be used now is the caller's to check: Certificate::check_recipient().
struct Recipients {
    std::optional<Secret> wrapping_key;
    std::vector<Certificate> certificates;
};

/// Runs `task(context)` once, now or later, on a thread of the host's other than the caller's; false if it
/// can't. What a writer or opener is lent it keeps for its life.
using LendThread = std::function<bool(void (*task)(void*), void* context)>;

/// Bytes of the fixed header area (two slots) that precedes the first chunk.
inline constexpr std::size_t container_header_area = 16384;
inline constexpr std::size_t container_chunk = 65536;

/// Seals what is written and passes it on, in order, to `out`: header area first, then chunks. Constructing
/// it writes the header area. Throws ERR_INVALID_ARGUMENT for no or unusable recipients, ERR_LIMIT for too
/// many. In a forked child, all but its end is ERR_FORKED, as soon as a chunk is full.
class ContainerWriter final : public ByteSink {
 public:
    ContainerWriter(const Recipients& recipients, const ContainerId& id, ContainerSuite suite, ByteSink& out,
                    const LendThread& lend = {});
    ~ContainerWriter() override;
    void write(ByteView plaintext) override;
    void finish() override;  ///< seals the last chunk and finishes `out`

    /// Writing without a copy: where the next bytes of the document go, at least one, and then how many came
    /// there.
    [[nodiscard]] ByteSpan room();
    void filled(std::size_t size);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What opens a container.
struct Identity {
    std::optional<Secret> wrapping_key;
    std::optional<PrivateKey> private_key;
    std::optional<Certificate> certificate;  ///< of private_key; finds the stanza
};

/// The document in a container. Nothing of a chunk is returned before it authenticates.
class ContainerReader final : public ByteSource {
 public:
    /// Throws ERR_WRONG_KEY if no stanza opens, ERR_CORRUPT if damaged, ERR_NEWER_VERSION. `sealed` outlives
    /// the reader. With `expected`, a container of another id is ERR_CORRUPT (files were swapped).
    ContainerReader(ByteSource& sealed, const Identity& identity, const std::optional<ContainerId>& expected);
    ~ContainerReader() override;
    ContainerReader(ContainerReader&&) noexcept;

    /// Plaintext bytes; authenticated by opening the last chunk at construction.
    [[nodiscard]] std::uint64_t size() override;
    [[nodiscard]] const ContainerId& id() const;
    [[nodiscard]] ContainerSuite suite() const;
    /// True if one header slot was damaged and the other served.
    [[nodiscard]] bool header_damaged() const;
    std::size_t read_at(std::uint64_t offset, ByteSpan into) override;
    /// The whole document, chunk by chunk, then finish().
    void copy_to(ByteSink& out);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Opens a container that arrives as a stream (a pipe): same promises as ContainerReader, but bytes behind a
/// later damage are only detected when reached; finish() throws unless the last chunk was seen.
class ContainerOpener final : public ByteSink {
 public:
    ContainerOpener(const Identity& identity, ByteSink& out, const LendThread& lend = {});
    ~ContainerOpener() override;
    void write(ByteView ciphertext) override;
    void finish() override;

    /// Writing without a copy, as in ContainerWriter.
    [[nodiscard]] ByteSpan room();
    void filled(std::size_t size);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The same sealed document for other recipients: another header, and the chunks as they are. Then finish().
void rewrap(File& file, const Identity& identity, const Recipients& recipients, ByteSink& out);

}  // namespace myqsec::crypto
