// Arguments for any function of the C ABI, by type: mostly what it could mean, sometimes what nobody should
// pass. A type that is not known here gets its zero value, so that new functions are called at least with
// nothing.
#pragma once

#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <myqsec/myqsec.h>

#include "fuzz/fuzz_target.hpp"

namespace myqsec::fuzz {

inline constexpr const char* admin_password = "correct horse battery";

inline myqsec_root good_root() {
    static const std::string secret(32, 's');
    myqsec_root root = MYQSEC_ROOT_INIT;
    root.kind = MYQSEC_ROOT_KEY_FILE;
    root.secret = reinterpret_cast<const std::uint8_t*>(secret.data());
    root.secret_length = secret.size();
    return root;
}

/// The handles of one kind. A freed one stays in the list: using it is a mistake that the library must
/// notice.
template <typename Handle, void (*free)(Handle*)>
class Handles {
 public:
    void add(Handle* handle) {
        if (handle != nullptr) all_.push_back(handle);
    }
    Handle* pick(std::uint8_t choice) {
        if (all_.empty() || choice % 16 == 15) return nullptr;
        return all_[choice % all_.size()];
    }
    void free_all() {
        for (Handle* handle : all_)
            free(handle);
        all_.clear();
    }

 private:
    std::vector<Handle*> all_;
};

inline void close_engine(myqsec_engine* engine) {
    static_cast<void>(myqsec_close(engine));  // a second time: not a handle any more
}

class Arguments {
 public:
    Arguments(Choices choices, std::string directory) : choices_(choices), directory_(std::move(directory)) {}
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;
    ~Arguments() {
        collect();
        lists_.free_all();
        readers_.free_all();
        releases_.free_all();
        writers_.free_all();
        sessions_.free_all();
        engines_.free_all();
    }

    [[nodiscard]] bool empty() const { return choices_.empty(); }
    [[nodiscard]] Choices& choices() { return choices_; }
    void add(myqsec_engine* handle) { engines_.add(handle); }
    void add(myqsec_session* handle) { sessions_.add(handle); }

    /// Takes over the handles that a call has made.
    void collect() {
        engines_.add(std::exchange(new_engine_, nullptr));
        sessions_.add(std::exchange(new_session_, nullptr));
        lists_.add(std::exchange(new_list_, nullptr));
        writers_.add(std::exchange(new_writer_, nullptr));
        readers_.add(std::exchange(new_reader_, nullptr));
        releases_.add(std::exchange(new_release_, nullptr));
        texts_.clear();
    }

    template <typename T>
    T get() {
        if constexpr (std::is_pointer_v<T> && std::is_function_v<std::remove_pointer_t<T>>) {
            return callback<T>();
        } else if constexpr (std::is_pointer_v<T>) {
            return pointer<std::remove_pointer_t<T>>();
        } else if constexpr (std::is_same_v<T, std::size_t>) {
            return choices_.below(buffer_.size() + 1);
        } else if constexpr (std::is_integral_v<T>) {
            return static_cast<T>(number());
        } else {
            return T{};
        }
    }

 private:
    std::int64_t number() {
        const auto choice = choices_.byte();
        if (choice < 200) return choice % 8;  // most ids and kinds are small
        if (choice < 216) return -1;
        if (choice < 224) return INT64_MIN;
        if (choice < 232) return INT64_MAX;
        return static_cast<std::int64_t>(choices_.integer<std::uint64_t>());
    }

    const char* text() {
        static constexpr std::array known = {
            "admin",
            admin_password,
            "secure",
            "lobby",
            "04a2241b",
            "1234",
            "session.idle_timeout",
            "5min",
            "kdf.iterations",
            "1",
            "user",
            "administrator",
            "job.submit user.manage",
            "pending-held",
            "",
            "application/pdf",
            "columns",
            "id",
            "size",
            "name",
            "state",
            "\xff\xfe",
            "a\nb",
        };
        const auto choice = choices_.byte();
        if (choice >= 240) return nullptr;
        if (choice == 239) return directory_.c_str();
        if (choice < 160) return known[choice % known.size()];
        auto& own = texts_.emplace_back(as_text(choices_.bytes(choice % 64)));
        for (char& character : own) {
            if (character == '/') character = '_';  // might be a path: it stays in the working folder
        }
        return own.c_str();
    }

    template <typename T>
    T* pointer() {
        using Plain = std::remove_const_t<T>;
        if constexpr (std::is_same_v<T, const char>) {
            return text();
        } else if constexpr (std::is_same_v<Plain, myqsec_engine>) {
            return engines_.pick(choices_.byte());
        } else if constexpr (std::is_same_v<Plain, myqsec_session>) {
            return sessions_.pick(choices_.byte());
        } else if constexpr (std::is_same_v<Plain, myqsec_list>) {
            return lists_.pick(choices_.byte());
        } else if constexpr (std::is_same_v<Plain, myqsec_job_writer>) {
            return writers_.pick(choices_.byte());
        } else if constexpr (std::is_same_v<Plain, myqsec_job_reader>) {
            return readers_.pick(choices_.byte());
        } else if constexpr (std::is_same_v<Plain, myqsec_release>) {
            return releases_.pick(choices_.byte());
        } else if (choices_.byte() % 32 == 31) {
            return nullptr;
        } else if constexpr (std::is_same_v<T, myqsec_engine*>) {
            return &new_engine_;
        } else if constexpr (std::is_same_v<T, myqsec_session*>) {
            return &new_session_;
        } else if constexpr (std::is_same_v<T, myqsec_list*>) {
            return &new_list_;
        } else if constexpr (std::is_same_v<T, myqsec_job_writer*>) {
            return &new_writer_;
        } else if constexpr (std::is_same_v<T, myqsec_job_reader*>) {
            return &new_reader_;
        } else if constexpr (std::is_same_v<T, myqsec_release*>) {
            return &new_release_;
        } else if constexpr (std::is_same_v<T, std::size_t>) {
            size_ = choices_.byte() % 4 == 0 ? choices_.below(64) : buffer_.size();
            return &size_;
        } else if constexpr (std::is_void_v<T> || std::is_same_v<T, char> ||
                             std::is_same_v<Plain, std::uint8_t>) {
            return reinterpret_cast<T*>(buffer_.data());
        } else if constexpr (std::is_const_v<T> && requires(Plain value) { value.struct_size; }) {
            return options<Plain>();
        } else {  // a number or a view that comes back; new kinds of handles are never used further
            std::memset(out_.data(), 0, out_.size());
            return reinterpret_cast<T*>(out_.data());
        }
    }

    /// The struct with its fields chosen, in a buffer as large as any struct_size that the library may
    /// believe.
    template <typename T>
    const T* options() {
        T value{};
        value.struct_size = sizeof(T);
        fill(value);
        const auto hostile = choices_.byte();
        if (hostile >= 250) value.struct_size = choices_.integer<std::uint32_t>();
        if (hostile >= 240 && hostile < 250)
            value.struct_size = static_cast<std::uint32_t>(choices_.below(8192));
        auto& room = structs_[next_struct_++ % structs_.size()];
        room.fill(0);
        std::memcpy(room.data(), &value, sizeof value);
        if (hostile == 239) room[sizeof(T) + choices_.byte()] = 1;
        return reinterpret_cast<const T*>(room.data());
    }

    template <typename T>
    void fill(T&) {}
    void fill(myqsec_root& root) {
        root = good_root();
        if (choices_.byte() % 4 != 3) return;
        root.kind = choices_.byte() % 6;
        root.secret_length = choices_.below(33);
        root.argon2_memory_kib = 1024;
        root.argon2_iterations = 1;
    }
    void fill(myqsec_options& options) {
        options.cache_kib = static_cast<std::uint32_t>(choices_.below(4000));
    }
    void fill(myqsec_user_fields& user) {
        user.state = choices_.byte() % 4;
        user.user_name = text();
        user.full_name = text();
        user.notes = text();
    }
    void fill(myqsec_role_grant& grant) {
        grant.everywhere = choices_.byte() % 3;
        grant.user = number();
        grant.group = number();
        grant.scope_group = number();
        grant.scope_queue = number();
    }
    void fill(myqsec_queue_fields& queue) {
        queue = MYQSEC_QUEUE_FIELDS_INIT;
        queue.kind = static_cast<std::int32_t>(number());
        queue.name = text();
        queue.retention_held = number();
        queue.max_job_size = number();
        queue.restricted = static_cast<std::int32_t>(number());
    }
    void fill(myqsec_job_fields& job) {
        job.queue = number();
        job.owner = number();
        job.name = text();
        job.document_format = text();
        job.attribute_count = choices_.byte() % 3;
        for (std::uint32_t i = 0; i < job.attribute_count; ++i)
            attributes_[i] = {sizeof attributes_[i], static_cast<std::uint32_t>(choices_.byte() % 5), text(),
                              text(), number()};
        job.attributes = attributes_.data();
    }
    void fill(myqsec_job_filter& filter) {
        filter.owner = number();
        filter.states = text();
    }
    void fill(myqsec_user_filter& filter) {
        filter.state = choices_.byte() % 3;
        filter.group = number();
        filter.user_name = text();
    }
    void fill(myqsec_audit_filter& filter) {
        filter.object_kind = text();
        filter.object = number();
        filter.actor = text();
        filter.action = text();
        filter.from = number();
    }
    void fill(myqsec_page& page) {
        page.limit = choices_.byte();
        page.order = choices_.byte() % 2;
        page.after = number();
    }
    void fill(myqsec_release_options& options) { options.keep = choices_.byte() % 3; }
    void fill(myqsec_device_fields& device) {
        device = MYQSEC_DEVICE_FIELDS_INIT;
        device.name = text();
        device.methods = static_cast<std::int32_t>(number());
        device.idle_timeout = number();
    }
    void fill(myqsec_credentials& credentials) {
        credentials.card = text();
        credentials.user_name = text();
        credentials.pin = text();
        credentials.password = text();
    }
    void fill(myqsec_device_callbacks& callbacks) {
        callbacks.context = this;
        callbacks.clear_memory = [](void* context, std::int64_t) {
            return static_cast<Arguments*>(context)->callback_result();
        };
    }
    void fill(myqsec_sink& sink) {
        sink.context = this;
        sink.write = [](void* context, const void*, std::size_t) {
            return static_cast<Arguments*>(context)->call_back();
        };
        if (choices_.byte() % 2 == 0) {
            sink.finish = [](void* context) { return static_cast<Arguments*>(context)->callback_result(); };
        }
    }
    void fill(myqsec_container_keys& keys) {
        keys.suite = choices_.byte() % 4;
        if (choices_.byte() % 4 != 0) keys.wrapping_key = buffer_.data();
        if (choices_.byte() % 4 == 0) keys.certificates = text();
        if (choices_.byte() % 4 == 0) keys.private_key = text();
        if (choices_.byte() % 4 == 0) keys.passphrase = text();
        if (choices_.byte() % 4 == 0) {
            keys.run = [](void*, void (*task)(void*), void* context) {  // not on another thread, as it should
                task(context);
                return 0;
            };
        }
    }

    int callback_result() { return choices_.byte() % 8 == 7 ? 1 : 0; }
    /// A sink that calls the library, on the session it is called from, too.
    int call_back() {
        myqsec_list* list = nullptr;
        static_cast<void>(myqsec_job_get(sessions_.pick(choices_.byte()), number(), &list));
        myqsec_list_free(list);
        return callback_result();
    }

    template <typename T>
    T callback() {
        if (choices_.byte() % 16 == 15) return nullptr;
        if constexpr (std::is_same_v<T, myqsec_read_function>) {
            return [](void*, void* data, std::size_t* length) {
                static thread_local int left = 3;
                *length = left > 0 ? std::min<std::size_t>(*length, 40'000) : 0;
                std::memset(data, left, *length);
                left = left > 0 ? left - 1 : 3;
                return 0;
            };
        } else if constexpr (std::is_same_v<T, myqsec_write_function>) {
            return [](void*, const void*, std::size_t) { return 0; };
        } else {
            return nullptr;
        }
    }

    Choices choices_;
    std::string directory_;
    Handles<myqsec_engine, close_engine> engines_;
    Handles<myqsec_session, myqsec_session_free> sessions_;
    Handles<myqsec_list, myqsec_list_free> lists_;
    Handles<myqsec_job_writer, myqsec_job_writer_free> writers_;
    Handles<myqsec_job_reader, myqsec_job_reader_free> readers_;
    Handles<myqsec_release, myqsec_release_free> releases_;
    myqsec_engine* new_engine_ = nullptr;
    myqsec_session* new_session_ = nullptr;
    myqsec_list* new_list_ = nullptr;
    myqsec_job_writer* new_writer_ = nullptr;
    myqsec_job_reader* new_reader_ = nullptr;
    myqsec_release* new_release_ = nullptr;
    std::deque<std::string> texts_;
    std::array<myqsec_job_attribute, 2> attributes_{};
    std::size_t size_ = 0;
    std::array<std::uint8_t, 16384> buffer_{};
    alignas(16) std::array<std::uint8_t, 64> out_{};
    alignas(16) std::array<std::array<std::uint8_t, 8192>, 4> structs_{};
    std::size_t next_struct_ = 0;
};

}  // namespace myqsec::fuzz
