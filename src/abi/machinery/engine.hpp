// The engine behind a handle: an instance, with what the host brings to it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "abi/machinery/handle.hpp"
#include "instance/instance.hpp"
#include "myqsec/engine.h"
#include "storage/pages/outside_counter.hpp"

namespace myqsec::abi {

/// The host's outside counter of one database.
class HostCounter final : public storage::OutsideCounter {
 public:
    HostCounter(const myqsec_options& options, std::uint32_t which);

    [[nodiscard]] std::uint64_t read() override;
    void advance(std::uint64_t value) override;
    /// Without counter if the host has none.
    [[nodiscard]] storage::CounterOptions options();

 private:
    int (*read_)(void* context, std::uint32_t which, std::uint64_t* value);
    int (*advance_)(void* context, std::uint32_t which, std::uint64_t value);
    void* context_;
    std::uint32_t which_;
    Duration interval_;
};

/// The host's clock, if it has one.
class HostClock final : public Clock {
 public:
    explicit HostClock(const myqsec_options& options)
        : function_(options.clock), running_(options.running), context_(options.clock_context) {}
    [[nodiscard]] Instant now() const override;
    [[nodiscard]] Duration running() const override;

 private:
    int64_t (*function_)(void* context);
    int64_t (*running_)(void* context);
    void* context_;
};

/// What the host brings; before the instance, which uses it.
struct HostParts {
    explicit HostParts(const myqsec_options& options)
        : clock(options),
          main_counter(options, static_cast<std::uint32_t>(storage::DatabaseRole::main)),
          log_counter(options, static_cast<std::uint32_t>(storage::DatabaseRole::log)) {}

    HostClock clock;
    HostCounter main_counter;
    HostCounter log_counter;
};

/// What both say to the vault.
[[nodiscard]] storage::VaultOptions vault_options(const myqsec_options& options, HostParts& host);

/// Thread-safe.
struct Engine : HostParts, instance::Instance {
    using Birth = instance::Birth;

    /// Nothing is changed if it throws before the schema is up to date.
    Engine(std::unique_ptr<Folder> folder, crypto::RootProvider& root, const myqsec_options& options,
           Birth birth);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// A handle that keeps the engine open.
    class Child {
     public:
        explicit Child(Engine& engine) : engine_(engine) { ++engine_.children_; }
        Child(const Child&) = delete;
        Child& operator=(const Child&) = delete;
        ~Child() { --engine_.children_; }

     private:
        Engine& engine_;
    };
    [[nodiscard]] int children() const { return children_; }

    /// Throws ERR_FORKED in a process that did not open it: two processes would write to the same files,
    /// believing to be alone.
    void check_process() const;
    [[nodiscard]] bool in_opening_process() const noexcept;

 private:
    std::atomic<int> children_ = 0;
    std::uint32_t process_;
};

template <>
struct HandleType<myqsec_engine> {
    using Object = Engine;
    static constexpr auto kind = HandleKind::engine;
    static constexpr const char* noun = "engine";
};

/// Makes an instance in a missing or empty directory, and opens it. Its passwords cost what `costs` says.
/// What it made is removed if it fails.
[[nodiscard]] std::unique_ptr<Engine> create_engine(const std::string& directory, crypto::RootProvider& root,
                                                    const std::optional<crypto::Argon2Parameters>& costs,
                                                    const myqsec_options& options);
[[nodiscard]] std::unique_ptr<Engine> open_engine(const std::string& directory, crypto::RootProvider& root,
                                                  const myqsec_options& options);

struct RestoreRequest {
    std::string backup;
    std::string directory;
    storage::BackupKey key;
    storage::BackupProgress progress;
};
/// Makes an instance of a backup in a missing or empty directory, and opens it. What it made is removed if it
/// fails.
[[nodiscard]] std::unique_ptr<Engine> restore_engine(const RestoreRequest& request,
                                                     crypto::RootProvider& root,
                                                     const myqsec_options& options);

/// What myqsec_options says, or its initial value for NULL.
[[nodiscard]] myqsec_options engine_options(const myqsec_options* given);

/// From the C form. Its secret is copied to protected memory.
[[nodiscard]] std::unique_ptr<crypto::RootProvider> root_provider(const myqsec_root* given,
                                                                  Engine::Birth birth);
/// What the root asks passwords to cost in a new instance, if it says so.
[[nodiscard]] std::optional<crypto::Argon2Parameters> password_costs(const myqsec_root* given);

}  // namespace myqsec::abi
