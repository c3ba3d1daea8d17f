#include <utility>

#include "storage/sqlite/database_state.hpp"

namespace myqsec::storage {

Transaction::Transaction(Database& database) : lock_(database.lock()), database_(database) {
    Database::State& state = *database_.state_;
    if (state.depth == 0) {
        state.main.connection
            .roll_back();  // of an earlier one, if even that could not be done when it failed
        database_.run("BEGIN IMMEDIATE");
        state.doomed = false;
    }
    ++state.depth;
}

Transaction::~Transaction() {
    if (!open_) return;
    Database::State& state = *database_.state_;
    --state.depth;
    if (state.depth == 0) {
        state.main.connection.roll_back();
        for (const auto& each : std::exchange(state.at_end, {}))
            each.rolled_back();
        // What is answered now may rest on what others have committed: it must not rest on what a power cut
        // can take back.
        lock_.unlock();
        state.store.syncs().wait_for_all();
    } else {
        state.doomed = true;
    }
}

void Transaction::commit() {
    if (!join_or_commit()) return;
    Database::State& state = *database_.state_;
    const auto ticket = state.store.ticket();
    lock_.unlock();
    state.store.syncs().wait(ticket);
}

void Transaction::commit_unsynced() {
    if (!join_or_commit()) return;
    Database::State& state = *database_.state_;
    state.note_unsynced(state.store.ticket());
    lock_.unlock();
}

bool Transaction::join_or_commit() {
    if (!open_) fail(Status::ERR_INTERNAL, "a transaction on '{}' was committed twice", database_.name());
    Database::State& state = *database_.state_;
    if (state.doomed) {
        fail(Status::ERR_NOT_POSSIBLE, "a transaction inside this one on '{}' was rolled back",
             database_.name());
    }
    if (state.depth == 1) {  // if it fails, the destructor rolls back
        if (state.before_each_commit) state.before_each_commit(*this);
        for (std::size_t i = 0; i < state.at_end.size(); ++i)
            state.at_end[i].before_commit();
        database_.run("COMMIT");
        state.at_end.clear();
    }
    --state.depth;
    open_ = false;
    return state.depth == 0;
}

bool Transaction::outermost() const {
    return open_ && database_.state_->depth == 1;
}

void Transaction::at_end(std::function<void()> before_commit, std::function<void()> rolled_back) {
    database_.state_->at_end.push_back({std::move(before_commit), std::move(rolled_back)});
}

}  // namespace myqsec::storage
