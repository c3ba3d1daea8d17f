#include "secret.hpp"

#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

namespace cli {

namespace {

constexpr std::size_t longest = 65536;

[[noreturn]] void fail_errno(const std::string& what) {
    throw std::runtime_error(what + ": " + ::strerror(errno));
}

std::string read_descriptor(int descriptor, const std::string& name) {
    std::string out;
    char buffer[4096];
    for (;;) {
        const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_errno("cannot read " + name);
        if (got == 0) break;
        out.append(buffer, static_cast<std::size_t>(got));
        if (out.size() > longest) throw std::runtime_error(name + " is longer than 65,536 bytes");
    }
    ::explicit_bzero(buffer, sizeof buffer);
    return out;
}

void drop_newline(std::string& text) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (!text.empty() && text.back() == '\r') text.pop_back();
}

/// Echo is off while this lives.
class Quiet {
 public:
    explicit Quiet(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal_, &before_) != 0) fail_errno("cannot ask at the terminal");
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(terminal_, TCSAFLUSH, &quiet);
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }

 private:
    int terminal_;
    termios before_{};
};

std::string ask(const std::string& prompt, const std::string& name) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) {
        throw std::runtime_error("there is no terminal to ask for the " + prompt + "; give --" + name +
                                 "-file or --" + name + "-fd");
    }
    std::string line;
    {
        const Quiet quiet(terminal);
        const std::string question = prompt + ": ";
        (void)!::write(terminal, question.data(), question.size());
        char c = 0;
        while (line.size() < longest && ::read(terminal, &c, 1) == 1 && c != '\n')
            line += c;
        (void)!::write(terminal, "\n", 1);
    }
    ::close(terminal);
    return line;
}

std::string read_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail_errno("cannot open '" + path + "'");
    std::string out = read_descriptor(descriptor, "'" + path + "'");
    ::close(descriptor);
    return out;
}

}  // namespace

void Secret::wipe() noexcept {
    if (!text_.empty()) ::explicit_bzero(text_.data(), text_.size());
    text_.clear();
}

void SecretOption::add_to(CLI::App& app, const std::string& meaning) {
    prompt_ = meaning;
    app.add_option("--" + name_ + "-fd", descriptor_, "Read the " + meaning + " from this file descriptor");
    app.add_option("--" + name_ + "-file", file_, "Read the " + meaning + " from this file");
}

Secret SecretOption::read(bool twice) const {
    std::string text;
    if (descriptor_ >= 0) {
        text = read_descriptor(descriptor_, "file descriptor " + std::to_string(descriptor_));
    } else if (!file_.empty()) {
        text = read_file(file_);
    } else {
        text = ask(prompt_, name_);
        if (twice && ask(prompt_ + " again", name_) != text)
            throw std::runtime_error("the two entries differ");
    }
    drop_newline(text);
    return Secret(std::move(text));
}

Secret read_key_file(const std::string& path) {
    return Secret(read_file(path));
}

}  // namespace cli
