// Secrets come from a prompt, a file descriptor or a file, never from the command line, where `ps` shows
// them.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace cli {

/// The text of a secret, wiped when it goes.
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
    Secret& operator=(Secret&& other) noexcept {
        wipe();
        text_ = std::move(other.text_);
        other.wipe();
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(); }

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] const char* c_str() const { return text_.c_str(); }
    [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
    void wipe() noexcept;
    std::string text_;
};

/// Adds --NAME-fd and --NAME-file to a command.
class SecretOption {
 public:
    explicit SecretOption(std::string name) : name_(std::move(name)) {}
    void add_to(CLI::App& app, const std::string& meaning);
    [[nodiscard]] bool given() const { return descriptor_ >= 0 || !file_.empty(); }
    /// From the descriptor or file; otherwise asked for at the terminal. One trailing newline is dropped.
    /// Never empty.
    [[nodiscard]] Secret read(bool twice = false) const;
    /// Empty if not given; never prompts.
    [[nodiscard]] Secret read_if_given() const { return given() ? read() : Secret(); }

 private:
    std::string name_;
    std::string prompt_;
    int descriptor_ = -1;
    std::string file_;
};

/// All bytes of a file, for key files. Throws with the path.
Secret read_key_file(const std::string& path);

}  // namespace cli
