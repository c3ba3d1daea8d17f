#include "abi/machinery/call.hpp"

#include <array>
#include <cstring>
#include <new>
#include <string_view>

namespace myqsec::abi {

namespace {

// A fixed place: keeping a message can't fail, and nothing of it has to be destroyed when a thread or the
// library ends.
thread_local std::array<char, 1024> message{};

void keep(std::string_view sentence) noexcept {
    auto size = std::min(sentence.size(), message.size() - 1);
    if (size < sentence.size()) {
        while (size > 0 && (static_cast<unsigned char>(sentence[size]) & 0xC0) == 0x80)
            --size;  // whole characters
    }
    std::memmove(message.data(), sentence.data(), size);
    message[size] = '\0';
}

}  // namespace

const char* last_error() noexcept {
    return message.data();
}

myqsec_status report_exception() noexcept {
    try {
        throw;
    } catch (const Error& error) {
        keep(error.what());
        return static_cast<myqsec_status>(error.status());
    } catch (const std::bad_alloc&) {
        keep("memory could not be allocated; free some and try again");
        return MYQSEC_ERR_OUT_OF_MEMORY;
    } catch (...) {
        // What it says is not repeated: only our own sentences are known to hold nothing secret or personal.
        keep("an unexpected exception inside the library; please report it");
        return MYQSEC_ERR_INTERNAL;
    }
}

}  // namespace myqsec::abi
