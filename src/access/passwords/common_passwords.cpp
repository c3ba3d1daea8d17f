#include "access/passwords/common_passwords.hpp"

#include <algorithm>

namespace myqsec::access {

namespace {

// common_count, common_bits (of the remainder of each difference), and common_words: the hashes below
// common_count << common_bits in order, as their differences in Rice's code, the first bit the highest.
#include "access/passwords/common_passwords.inc"

class RiceReader {
 public:
    std::uint64_t difference() {
        std::uint64_t quotient = 0;
        while (bit())
            ++quotient;
        std::uint64_t remainder = 0;
        for (unsigned i = 0; i < common_bits; ++i)
            remainder = remainder << 1 | (bit() ? 1U : 0U);
        return quotient << common_bits | remainder;
    }

 private:
    bool bit() {
        const auto word = common_words[at_ / 64];
        const bool set = (word >> (63 - at_ % 64) & 1U) != 0;
        ++at_;
        return set;
    }
    std::size_t at_ = 0;
};

}  // namespace

std::size_t count_common_passwords() {
    return common_count;
}

std::uint64_t common_password_hash(std::string_view password) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : password)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCDU;
    hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53U;
    return hash ^ hash >> 33;
}

bool is_any_common(const std::vector<std::string>& passwords) {
    std::vector<std::uint64_t> wanted;
    wanted.reserve(passwords.size());
    for (const auto& one : passwords)
        wanted.push_back(common_password_hash(one) % (std::uint64_t{common_count} << common_bits));
    bool found = false;
    RiceReader reader;
    std::uint64_t hash = 0;
    // To the end, whatever is found: how long it takes tells nothing.
    for (std::size_t i = 0; i < common_count; ++i) {
        hash += reader.difference();
        for (const auto one : wanted)
            found |= one == hash;
    }
    return found;
}

}  // namespace myqsec::access
