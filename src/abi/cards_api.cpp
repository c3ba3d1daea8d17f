// Cards (myqsec/access.h).
#include "abi/machinery/session.hpp"
#include "access/cards/card_transform.hpp"
#include "access/identity/names.hpp"
#include "myqsec/access.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column card_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},      {"user", MYQSEC_COLUMN_INTEGER},
    {"label", MYQSEC_COLUMN_TEXT},      {"created", MYQSEC_COLUMN_INSTANT},
    {"expires", MYQSEC_COLUMN_INSTANT}, {"last_used", MYQSEC_COLUMN_INSTANT},
    {"state", MYQSEC_COLUMN_TEXT},
};

}  // namespace

myqsec_status myqsec_card_add(myqsec_session* session, int64_t user, const char* card, const char* label,
                              int64_t expires, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& added = output(out, "out");
        const auto instant = optional_instant(expires, "expires");
        added = s.engine.access.credentials
                    .add_card(s.principal, id<UserId>(user, "user"), raw_text(&required(card, "card")),
                              text_or_empty(label, "label"), instant)
                    .value;
    });
}

myqsec_status myqsec_card_remove(myqsec_session* session, int64_t card) {
    return with_session(session, [&](Session& s) {
        s.engine.access.credentials.remove_card(s.principal, id<CardId>(card, "card"));
    });
}

myqsec_status myqsec_card_list(myqsec_session* session, int64_t user, const myqsec_page* page,
                               myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(card_columns);
        const auto cards =
            s.engine.access.credentials.cards(s.principal, id<UserId>(user, "user"), page_of(page));
        list.add_page(cards, [&](const access::Card& card) {
            list.add(card.id, card.user, card.label, card.created, card.expires, card.last_used,
                     card.expired ? "expired" : "active");
        });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_card_register(myqsec_session* session, const char* card, const char* label,
                                   int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& added = output(out, "out");
        added =
            s.engine.devices
                .register_card(s.principal, raw_text(&required(card, "card")), text_or_empty(label, "label"))
                .value;
    });
}

myqsec_status myqsec_card_transform(const char* expression, const char* card, char* number,
                                    size_t* number_length) {
    return guard([&] {
        required(number_length, "number_length");
        const auto transform = access::CardTransform::parse(raw_text(&required(expression, "expression")));
        write_text(access::normalise_card(transform.apply(raw_text(&required(card, "card")))), number,
                   number_length, "number");
    });
}
