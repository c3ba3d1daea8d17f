// Secrets come from a prompt, a file descriptor or a file, never from the command line, where `ps` shows
// them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "protected_memory.hpp"

namespace cli {

/// The text of a secret, in protected memory.
class Secret {
 public:
    Secret() = default;
    Secret(Secret&& other) noexcept
        : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
    Secret& operator=(Secret&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(size_, other.size_);
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() = default;

    void append(char c);
    void drop_last();
    [[nodiscard]] std::string_view text() const { return {memory_.data(), size_}; }
    [[nodiscard]] const char* c_str() const { return empty() ? "" : memory_.data(); }
    [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
    ProtectedMemory memory_;  ///< a zero follows the text
    std::size_t size_ = 0;
};

inline const char* or_null(const Secret& secret) {
    return secret.empty() ? nullptr : secret.c_str();
}

/// Adds --NAME-fd and --NAME-file to a command.
class SecretOption {
 public:
    explicit SecretOption(std::string name) : name_(std::move(name)) {}
    /// `instead`: another option that makes it unnecessary, named where there is no terminal to ask at.
    void add_to(CLI::App& app, const std::string& meaning, const std::string& instead = {});
    void excludes(CLI::Option* other);
    [[nodiscard]] bool given() const { return descriptor_ >= 0 || !file_.empty(); }
    /// From the descriptor or file; otherwise asked for at the terminal. One trailing newline is dropped.
    /// Never empty.
    [[nodiscard]] Secret read(bool twice = false) const;
    /// Empty if not given; never prompts.
    [[nodiscard]] Secret read_if_given() const { return given() ? read() : Secret(); }

 private:
    std::string name_;
    std::string prompt_;
    std::string instead_;
    std::vector<CLI::Option*> options_;
    int descriptor_ = -1;
    std::string file_;
};

/// On standard error, if a file or folder has one of these bits of its mode set.
void warn_of_loose_mode(const std::string& path, unsigned forbidden, const std::string& what);

/// All bytes of a file, for key files. Throws with the path.
Secret read_key_file(const std::string& path);
/// The same of one that must stay secret: warns if others than its owner can read it.
Secret read_secret_key_file(const std::string& path);

}  // namespace cli
