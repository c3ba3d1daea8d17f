// Structs that grow: callers that were compiled before, and after, are understood.
#include "abi/machinery/arguments.hpp"

#include <cstddef>

#include <doctest/doctest.h>

#include "base/status_of.hpp"

namespace {

struct Grown {
    std::uint32_t struct_size;
    std::int32_t first;
    std::int64_t later;
};

constexpr Grown initial{sizeof(Grown), 0, -1};

}  // namespace

template <>
inline constexpr std::size_t myqsec::abi::first_size<Grown> = offsetof(Grown, later);

using namespace myqsec;
using test::status_of;

TEST_CASE("what an older caller's struct does not have is as initialised, whatever lies behind it") {
    Grown given{abi::first_size<Grown>, 7, 9};
    auto read = abi::read_struct(&given, initial, "options");
    CHECK(read.first == 7);
    CHECK(read.later == -1);
    given.struct_size = sizeof given;
    read = abi::read_struct_or(&given, initial, "options");
    CHECK(read.later == 9);
    CHECK(abi::read_struct_or<Grown>(nullptr, initial, "options").later == -1);
}

TEST_CASE("no struct is smaller than its first release, or has unknown fields that are in use") {
    struct Later {
        Grown known;
        std::int64_t unknown;
    } given{{sizeof(Later), 7, 9}, 0};
    const auto read = [&] { return abi::read_struct(&given.known, initial, "options"); };
    CHECK(read().later == 9);
    given.unknown = 1;
    CHECK(status_of([&] { (void)read(); }) == Status::ERR_INVALID_ARGUMENT);
    given.known.struct_size = abi::first_size<Grown> - 1;
    CHECK(status_of([&] { (void)read(); }) == Status::ERR_INVALID_ARGUMENT);
}
