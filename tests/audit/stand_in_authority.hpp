// Stands in for the authority of access/, which alone can make a proof, in tests of what lies below it.
#pragma once

#include "audit/event/authorised.hpp"

namespace myqsec::access {

class Authority {
 public:
    static Authorised prove(std::string_view right) { return {audit::Actor::system(), {}, right}; }
};

}  // namespace myqsec::access

namespace myqsec::test {

inline const Authorised auditor = access::Authority::prove("audit.read");
inline const Authorised key_manager = access::Authority::prove("key.manage");
inline const Authorised ticker = access::Authority::prove("instance.tick");

}  // namespace myqsec::test
