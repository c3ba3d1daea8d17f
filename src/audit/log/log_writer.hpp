// Moves events into the log: rows, tree, checkpoints, and what the events that change the log itself ask for.
#pragma once

#include "audit/log/audit_store.hpp"
#include "audit/log/signer.hpp"
#include "audit/log/tree_store.hpp"

namespace myqsec::audit {

/// Lives inside one transaction of the log database.
class LogWriter {
 public:
    LogWriter(storage::Database& log, Signer& signer);

    /// Nothing if the event is there already, moved before a crash that kept it in the outbox. Throws
    /// ERR_TAMPERED if one before it is missing, or another has its number.
    void add(store::Record&& record);
    /// Signs what was added, and stores the tree.
    void finish();

 private:
    void check_moved(const store::Record& record);
    void flush();
    void take_effect(Action action, std::int64_t sequence, ByteView encoded);

    storage::Database& log_;
    Signer& signer_;
    store::TreeState tree_;
    std::vector<store::Record> row_;  ///< to be stored together
    std::vector<crypto::Digest> row_leaves_;
    bool grown_ = false;
};

}  // namespace myqsec::audit
