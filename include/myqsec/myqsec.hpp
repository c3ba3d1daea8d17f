// The C ABI for C++20: handles that free themselves, exceptions instead of statuses, rows in a range-for. Header only,
// and no more than a wrapper: every rule of the C headers holds.
//
//   auto engine = myqsec::Engine::open("/var/lib/instance", myqsec::passphrase_root("…"));
//   auto system = engine.system_session();
//   for (auto row : system.list(myqsec_device_list, nullptr)) std::cout << row.text("name") << '\n';
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <istream>
#include <iterator>
#include <memory>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "myqsec/myqsec.h"

namespace myqsec {

class Error : public std::runtime_error {
 public:
    Error(myqsec_status status, const char *sentence) : std::runtime_error(sentence), status_(status) {}
    [[nodiscard]] myqsec_status status() const noexcept { return status_; }
    [[nodiscard]] const char *status_name() const noexcept { return myqsec_status_name(status_); }

 private:
    myqsec_status status_;
};

inline void check(myqsec_status status) {
    if (status != MYQSEC_OK) throw Error(status, myqsec_last_error());
}

/// The current row of a list; valid until the list moves on.
class Row {
 public:
    explicit Row(const myqsec_list *list) : list_(list) {}

    [[nodiscard]] bool has(const char *column) const {
        int out = 0;
        check(myqsec_list_has(list_, column, &out));
        return out != 0;
    }
    [[nodiscard]] std::int64_t integer(const char *column) const {
        std::int64_t out = 0;
        check(myqsec_list_integer(list_, column, &out));
        return out;
    }
    [[nodiscard]] bool boolean(const char *column) const { return integer(column) != 0; }
    [[nodiscard]] std::string text(const char *column) const {
        const char *out = nullptr;
        check(myqsec_list_text(list_, column, &out));
        return out;
    }
    [[nodiscard]] std::span<const std::uint8_t> bytes(const char *column) const {
        const std::uint8_t *data = nullptr;
        std::size_t length = 0;
        check(myqsec_list_bytes(list_, column, &data, &length));
        return {data, length};
    }

 private:
    const myqsec_list *list_;
};

/// Read once, front to back.
class List {
 public:
    explicit List(myqsec_list *list) : list_(list, myqsec_list_free) {}

    class Iterator {
     public:
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        explicit Iterator(myqsec_list *list) : list_(list) { ++*this; }
        Row operator*() const { return Row(list_); }
        Iterator &operator++() {
            const auto status = myqsec_list_next(list_);
            if (status != MYQSEC_END) check(status);
            ended_ = status == MYQSEC_END;
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return ended_; }

     private:
        myqsec_list *list_;
        bool ended_ = false;
    };

    [[nodiscard]] Iterator begin() const { return Iterator(list_.get()); }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }
    [[nodiscard]] std::size_t size() const {
        std::size_t out = 0;
        check(myqsec_list_size(list_.get(), &out));
        return out;
    }
    /// `after` for the next page, or 0.
    [[nodiscard]] std::int64_t more() const {
        std::int64_t out = 0;
        check(myqsec_list_more(list_.get(), &out));
        return out;
    }
    /// Moves to the first row, which must be there.
    [[nodiscard]] Row first() const {
        check(myqsec_list_next(list_.get()));
        return Row(list_.get());
    }
    [[nodiscard]] myqsec_list *get() const { return list_.get(); }

 private:
    std::unique_ptr<myqsec_list, void (*)(myqsec_list *)> list_;
};

/// Where a document goes, or what comes from one. Throwing aborts; the exception comes back from the call.
using Write = std::function<void(std::span<const std::uint8_t>)>;
/// Fills the span, returns how much; 0 at the end.
using Read = std::function<std::size_t(std::span<std::uint8_t>)>;

inline Write to_stream(std::ostream &stream) {
    return [&stream](std::span<const std::uint8_t> bytes) {
        stream.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        if (!stream) throw std::runtime_error("the output stream failed");
    };
}
inline Read from_stream(std::istream &stream) {
    return [&stream](std::span<std::uint8_t> room) {
        stream.read(reinterpret_cast<char *>(room.data()), static_cast<std::streamsize>(room.size()));
        if (stream.bad()) throw std::runtime_error("the input stream failed");
        return static_cast<std::size_t>(stream.gcount());
    };
}

namespace detail {

// C++ exceptions must not pass through the library: they are kept here and thrown again behind it.
template <class Function>
struct Carrier {
    const Function &function;
    std::exception_ptr exception = nullptr;

    template <class Work>
    int run(Work &&work) noexcept {
        try {
            work();
            return 0;
        } catch (...) {
            exception = std::current_exception();
            return -1;
        }
    }
};

inline int write(void *context, const void *data, std::size_t length) {
    auto &carrier = *static_cast<Carrier<Write> *>(context);
    return carrier.run([&] { carrier.function({static_cast<const std::uint8_t *>(data), length}); });
}
inline int read(void *context, void *data, std::size_t *length) {
    auto &carrier = *static_cast<Carrier<Read> *>(context);
    return carrier.run([&] { *length = carrier.function({static_cast<std::uint8_t *>(data), *length}); });
}

template <class... Carriers>
void finish(myqsec_status status, const Carriers &...carriers) {
    (
        [&] {
            if (carriers.exception) std::rethrow_exception(carriers.exception);
        }(),
        ...);
    check(status);
}

} // namespace detail

/// A job on its way in; gone without a trace unless finished.
class JobWriter {
 public:
    explicit JobWriter(myqsec_job_writer *writer) : writer_(writer, myqsec_job_writer_free) {}
    void write(std::span<const std::uint8_t> bytes) {
        check(myqsec_job_writer_write(writer_.get(), bytes.data(), bytes.size()));
    }
    void write(std::string_view text) { check(myqsec_job_writer_write(writer_.get(), text.data(), text.size())); }
    /// The job's id; it survives any crash from now on.
    std::int64_t finish() {
        std::int64_t job = 0;
        check(myqsec_job_writer_finish(writer_.get(), &job));
        return job;
    }

 private:
    std::unique_ptr<myqsec_job_writer, void (*)(myqsec_job_writer *)> writer_;
};

/// A job on its way out, fetched; held again unless finished.
class JobRelease {
 public:
    explicit JobRelease(myqsec_release *release) : release_(release, myqsec_release_free) {}
    /// Fills the span; returns less only at the end.
    std::size_t read(std::span<std::uint8_t> into) {
        std::size_t length = into.size();
        check(myqsec_release_read(release_.get(), into.data(), &length));
        return length;
    }
    /// What the job said of itself: columns name, type, number, text.
    [[nodiscard]] List attributes() const {
        myqsec_list *out = nullptr;
        check(myqsec_release_attributes(release_.get(), &out));
        return List(out);
    }
    /// The device has accepted all of it, and all was read: the job counts as printed.
    void finish() { check(myqsec_release_finish(release_.get())); }
    void abort() { check(myqsec_release_abort(release_.get())); }

 private:
    std::unique_ptr<myqsec_release, void (*)(myqsec_release *)> release_;
};

/// A principal. Use the C functions with get(); calls of the usual shapes are shortened by list() and create().
class Session {
 public:
    explicit Session(myqsec_session *session) : session_(session, myqsec_session_free) {}
    [[nodiscard]] myqsec_session *get() const { return session_.get(); }

    /// myqsec_status function(session, arguments…, myqsec_list **out)
    template <class Function, class... Arguments>
    [[nodiscard]] List list(Function function, Arguments... arguments) const {
        myqsec_list *out = nullptr;
        check(function(get(), arguments..., &out));
        return List(out);
    }
    /// myqsec_status function(session, arguments…, int64_t *out)
    template <class Function, class... Arguments>
    std::int64_t create(Function function, Arguments... arguments) const {
        std::int64_t out = 0;
        check(function(get(), arguments..., &out));
        return out;
    }

    [[nodiscard]] Session login(const std::string &user_name, const std::string &password) const {
        myqsec_session *out = nullptr;
        check(myqsec_login(get(), user_name.c_str(), password.c_str(), nullptr, &out));
        return Session(out);
    }
    [[nodiscard]] Session device_login(std::int64_t device, const myqsec_credentials &credentials) const {
        myqsec_session *out = nullptr;
        check(myqsec_device_login(get(), device, &credentials, &out));
        return Session(out);
    }
    [[nodiscard]] Session vouch(const myqsec_vouching &vouching) const {
        myqsec_session *out = nullptr;
        check(myqsec_session_vouch(get(), &vouching, &out));
        return Session(out);
    }
    /// `source`, here and below, may be nullptr.
    [[nodiscard]] std::string issue_ticket(const char *source) const {
        char ticket[MYQSEC_TICKET_ROOM];
        std::size_t length = sizeof ticket;
        check(myqsec_ticket_issue(get(), source, ticket, &length, nullptr));
        return ticket;
    }
    [[nodiscard]] Session redeem_ticket(const std::string &ticket, const char *source) const {
        myqsec_session *out = nullptr;
        check(myqsec_ticket_redeem(get(), ticket.c_str(), source, &out));
        return Session(out);
    }
    /// The caller wipes it.
    [[nodiscard]] std::string host_secret(const std::string &name) const {
        std::string out(65536, '\0');
        std::size_t length = out.size();
        check(myqsec_host_secret_get(get(), name.c_str(), out.data(), &length));
        out.resize(length);
        return out;
    }
    void logout() { check(myqsec_logout(get())); }
    /// When to tick again at the latest, in milliseconds since 1970; within a minute.
    std::int64_t tick() const { return create(myqsec_tick); }

    [[nodiscard]] JobWriter submit(const myqsec_job_fields &fields) const {
        myqsec_job_writer *out = nullptr;
        check(myqsec_job_submit(get(), &fields, &out));
        return JobWriter(out);
    }
    void release(std::int64_t job, const Write &to, bool keep = false) const {
        detail::Carrier<Write> carrier{to};
        myqsec_sink sink = MYQSEC_SINK_INIT;
        sink.context = &carrier;
        sink.write = detail::write;
        myqsec_release_options options = MYQSEC_RELEASE_OPTIONS_INIT;
        options.keep = keep ? 1 : 0;
        detail::finish(myqsec_job_release(get(), job, &options, &sink), carrier);
    }
    [[nodiscard]] JobRelease begin_release(std::int64_t job, bool keep = false) const {
        myqsec_release_options options = MYQSEC_RELEASE_OPTIONS_INIT;
        options.keep = keep ? 1 : 0;
        myqsec_release *out = nullptr;
        check(myqsec_release_begin(get(), job, &options, &out));
        return JobRelease(out);
    }

 private:
    std::unique_ptr<myqsec_session, void (*)(myqsec_session *)> session_;
};

/// The view must outlive the call it is used in.
inline myqsec_root passphrase_root(std::string_view passphrase) {
    myqsec_root root = MYQSEC_ROOT_INIT;
    root.kind = MYQSEC_ROOT_PASSPHRASE;
    root.secret = reinterpret_cast<const std::uint8_t *>(passphrase.data());
    root.secret_length = passphrase.size();
    return root;
}

/// Declare it before its sessions, so that it closes after them.
class Engine {
 public:
    static Engine create(const std::string &directory, const myqsec_root &root,
                         const myqsec_options *options = nullptr) {
        myqsec_engine *out = nullptr;
        check(myqsec_create(directory.c_str(), &root, options, &out));
        return Engine(out);
    }
    static Engine open(const std::string &directory, const myqsec_root &root, const myqsec_options *options = nullptr) {
        myqsec_engine *out = nullptr;
        check(myqsec_open(directory.c_str(), &root, options, &out));
        return Engine(out);
    }
    [[nodiscard]] Session system_session() const {
        myqsec_session *out = nullptr;
        check(myqsec_system_session(get(), &out));
        return Session(out);
    }
    [[nodiscard]] List findings() const {
        myqsec_list *out = nullptr;
        check(myqsec_open_findings(get(), &out));
        return List(out);
    }
    /// Throws MYQSEC_ERR_BUSY while sessions live, and stays open; the destructor can't say so.
    void close() {
        check(myqsec_close(get()));
        static_cast<void>(engine_.release());
    }
    [[nodiscard]] myqsec_engine *get() const { return engine_.get(); }

 private:
    explicit Engine(myqsec_engine *engine) : engine_(engine) {}
    struct Close {
        void operator()(myqsec_engine *engine) const noexcept { static_cast<void>(myqsec_close(engine)); }
    };
    std::unique_ptr<myqsec_engine, Close> engine_;
};

inline void seal(const myqsec_container_keys &keys, const Read &from, const Write &to) {
    detail::Carrier<Read> input{from};
    detail::Carrier<Write> output{to};
    detail::finish(myqsec_container_seal(&keys, detail::read, &input, detail::write, &output), input, output);
}
inline void seal(const myqsec_container_keys &keys, std::istream &from, std::ostream &to) {
    seal(keys, from_stream(from), to_stream(to));
}
/// Discard what was written unless it returns.
inline void open(const myqsec_container_keys &keys, const Read &from, const Write &to) {
    detail::Carrier<Read> input{from};
    detail::Carrier<Write> output{to};
    detail::finish(myqsec_container_open(&keys, detail::read, &input, detail::write, &output), input, output);
}
inline void open(const myqsec_container_keys &keys, std::istream &from, std::ostream &to) {
    open(keys, from_stream(from), to_stream(to));
}

} // namespace myqsec
