#include "secret.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <iterator>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "call.hpp"

namespace cli {

namespace {

constexpr std::size_t longest = 65536;

[[noreturn]] void refuse(const std::string& sentence) {
    throw Failure(MYQSEC_ERR_INVALID_ARGUMENT, sentence);
}

/// All that is there, or with `line` only up to the first newline: what follows on a pipe is another secret,
/// or the document.
Secret read_descriptor(int descriptor, const std::string& name, bool line) {
    Secret out;
    for (char c = 0;;) {
        const ssize_t got = ::read(descriptor, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(errno, "cannot read " + name);
        if (got == 0 || (line && c == '\n')) return out;
        out.append(c);
        if (out.text().size() > longest) refuse(name + " is longer than 65,536 bytes");
    }
}

void drop_newline(Secret& secret) {
    for (const char end : {'\n', '\r'})
        if (secret.text().ends_with(end)) secret.drop_last();
}

volatile std::sig_atomic_t deferred_signal = 0;

/// Signals that end the program wait while this lives, or the terminal would be left without echo. They are
/// blocked except inside `readable`: one that came just before reading would otherwise not end it.
class DeferredSignals {
 public:
    DeferredSignals() {
        struct sigaction defer {};
        defer.sa_handler = [](int signal) { deferred_signal = signal; };
        sigset_t blocked;
        ::sigemptyset(&blocked);
        for (const int signal : signals)
            ::sigaddset(&blocked, signal);
        ::sigprocmask(SIG_BLOCK, &blocked, &mask_before_);
        for (std::size_t i = 0; i < std::size(signals); ++i)
            ::sigaction(signals[i], &defer, &before_[i]);
    }
    DeferredSignals(const DeferredSignals&) = delete;
    DeferredSignals& operator=(const DeferredSignals&) = delete;
    ~DeferredSignals() {
        ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);  // one still pending reaches the handler here
        for (std::size_t i = 0; i < std::size(signals); ++i)
            ::sigaction(signals[i], &before_[i], nullptr);
        if (deferred_signal != 0) static_cast<void>(::raise(deferred_signal));
    }

    /// False once a signal has come.
    [[nodiscard]] bool readable(int descriptor) const {
        pollfd wanted{descriptor, POLLIN, 0};
        return deferred_signal == 0 && ::ppoll(&wanted, 1, nullptr, &mask_before_) == 1;
    }

 private:
    static constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction before_[std::size(signals)]{};
    sigset_t mask_before_{};
};

/// Echo is off while this lives.
class Quiet {
 public:
    explicit Quiet(int terminal) : terminal_(terminal) {
        if (::tcgetattr(terminal_, &before_) != 0) fail(errno, "cannot ask at the terminal");
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

/// `options`: what may be given in place of an answer.
Secret ask(const std::string& prompt, const std::string& options) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) refuse("there is no terminal to ask for the " + prompt + "; give " + options);
    Secret line;
    bool complete = false;
    {
        const DeferredSignals signals;
        {
            const Quiet quiet(terminal);
            const std::string question = prompt + ": ";
            (void)!::write(terminal, question.data(), question.size());
            for (char c = 0; !complete && line.text().size() < longest && signals.readable(terminal) &&
                             ::read(terminal, &c, 1) == 1;) {
                complete = c == '\n';
                if (!complete) line.append(c);
            }
        }
        (void)!::write(terminal, "\n", 1);  // with echo back: who sees the line end may trust the terminal
    }
    ::close(terminal);
    if (!complete) refuse("no " + prompt + " was entered");
    return line;
}

/// While arguments are parsed nothing of ours is open: later the number could be the instance's own file.
std::string open_descriptor(const std::string& number) {
    int descriptor = -1;
    if (CLI::detail::lexical_cast(number, descriptor) && ::fcntl(descriptor, F_GETFD) >= 0) return {};
    return "file descriptor " + number + " is not open";
}

Secret read_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(errno, "cannot open '" + path + "'");
    Secret out = read_descriptor(descriptor, "'" + path + "'", false);
    ::close(descriptor);
    return out;
}

}  // namespace

/// What it outgrows is wiped as it goes.
void Secret::append(char c) {
    constexpr std::size_t page = 4096;
    if (size_ + 1 >= memory_.size()) {
        ProtectedMemory larger(std::max(page, 2 * memory_.size()));
        std::copy_n(memory_.data(), size_, larger.data());
        memory_ = std::move(larger);
    }
    memory_.data()[size_++] = c;
}

void Secret::drop_last() {
    memory_.data()[--size_] = '\0';
}

void SecretOption::add_to(CLI::App& app, const std::string& meaning, const std::string& instead) {
    prompt_ = meaning;
    instead_ = instead;
    auto* file = app.add_option("--" + name_ + "-file", file_, "Read the " + meaning + " from this file");
    auto* descriptor = app.add_option("--" + name_ + "-fd", descriptor_,
                                      "Read the " + meaning + ", one line, from this file descriptor")
                           ->check(open_descriptor)
                           ->excludes(file);
    options_ = {file, descriptor};
}

void SecretOption::excludes(CLI::Option* other) {
    for (auto* option : options_)
        option->excludes(other);
}

Secret SecretOption::read(bool twice) const {
    Secret secret;
    if (descriptor_ >= 0) {
        secret = read_descriptor(descriptor_, "file descriptor " + std::to_string(descriptor_), true);
    } else if (!file_.empty()) {
        secret = read_file(file_);
    } else {
        const auto options =
            "--" + name_ + "-file or --" + name_ + "-fd" + (instead_.empty() ? "" : ", or " + instead_);
        secret = ask(prompt_, options);
        if (twice && ask(prompt_ + " again", options).text() != secret.text())
            refuse("the two entries differ");
    }
    drop_newline(secret);
    if (secret.empty()) refuse("the " + prompt_ + " is empty");
    // C would take what stands before it for the whole.
    if (secret.text().find('\0') != std::string_view::npos) refuse("the " + prompt_ + " holds a NUL byte");
    return secret;
}

Secret read_key_file(const std::string& path) {
    return read_file(path);
}

Secret read_secret_key_file(const std::string& path) {
    warn_of_loose_mode(path, 077, "key file");
    return read_file(path);
}

void warn_of_loose_mode(const std::string& path, unsigned forbidden, const std::string& what) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || (found.st_mode & forbidden) == 0) return;
    std::cerr << "myqsec: warning: the " << what << " '" << path
              << "' is open to others than its owner: chmod go-rwx it\n";
}

}  // namespace cli
