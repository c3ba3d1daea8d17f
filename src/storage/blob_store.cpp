#include "storage/blob_store.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "storage/keys/key_set.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t name_length = 2 * std::tuple_size_v<BlobName>;
constexpr std::size_t random_part = 10;
constexpr std::size_t mac_part = std::tuple_size_v<BlobName> - random_part;

constexpr std::string_view mark_magic = "MYQSDMK\2";  // the version at its end
constexpr std::size_t mark_size =
    mark_magic.size() + sizeof(std::uint64_t) + sizeof(Opening::nonce) + sizeof(crypto::Digest);

Bytes sealed_mark(const crypto::Secret& key, const Opening& mark) {
    ByteWriter out;
    out.raw(as_bytes(mark_magic)).integer(mark.number).raw(mark.nonce);
    out.raw(crypto::hmac_sha256(key.view(), out.bytes()));
    return out.take();
}

bool is_blob_name(std::string_view name) {
    return name.size() == name_length &&
           std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

Publication::Publication(BlobStore& store, const BlobName& name) : store_(&store), name_(name) {
    const std::lock_guard lock(store.holding_);
    store.published_.insert(name);
}

Publication::Publication(Publication&& other) noexcept
    : store_(std::exchange(other.store_, nullptr)), name_(other.name_) {}

Publication::~Publication() {
    if (store_ == nullptr) return;
    const std::lock_guard lock(store_->holding_);
    store_->published_.erase(name_);
}

BlobWriter::BlobWriter(BlobStore& store) : store_(store), file_(store.folder_->create_unnamed()) {}

void BlobWriter::write(ByteView bytes) {
    file_->write_at(size_, bytes);
    size_ += bytes.size();
}

Publication BlobWriter::publish(const BlobName& name) {
    Publication publication(store_, name);  // before anybody can find the file
    store_.folder_->link_durably(*file_, to_hex(name));
    return publication;
}

std::optional<BlobName> blob_name(std::string_view file) {
    if (!is_blob_name(file)) return std::nullopt;
    BlobName name;
    std::ranges::copy(from_hex(file), name.begin());
    return name;
}

std::vector<BlobName> blob_names(Folder& folder) {
    std::vector<BlobName> out;
    for (const auto all = folder.listing(); const auto file = all->next();) {
        if (const auto name = blob_name(*file); name && folder.has_file(*file)) out.push_back(*name);
    }
    return out;
}

BlobStore::BlobStore(Folder& home, std::string_view folder, const crypto::Secret& key)
    : name_(folder),
      folder_(home.folder(folder)),
      key_(crypto::hkdf_sha256(key.view(), {}, as_bytes(folder), key_size)) {}

BlobName BlobStore::new_name() const {
    BlobName name;
    const ByteSpan random = ByteSpan(name).first(random_part);
    crypto::randomize(random);
    std::ranges::copy_n(crypto::hmac_sha256(key_.view(), random).begin(), mac_part,
                        name.begin() + random_part);
    return name;
}

bool BlobStore::has_named(const BlobName& name) const {
    const auto mac = crypto::hmac_sha256(key_.view(), ByteView(name).first(random_part));
    return std::equal(name.begin() + random_part, name.end(), mac.begin());
}

std::unique_ptr<BlobWriter> BlobStore::writer() {
    return std::make_unique<BlobWriter>(*this);
}

namespace {

std::unique_ptr<File> opened(Folder& folder, const BlobName& name,
                             std::unique_ptr<File> (Folder::*open)(std::string_view)) {
    try {
        return (folder.*open)(to_hex(name));
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        fail(Status::ERR_CORRUPT,
             "the document file '{}/{}' is missing; something outside this library removed it", folder.path(),
             to_hex(name));
    }
}

}  // namespace

std::unique_ptr<File> BlobStore::open(const BlobName& name) {
    return opened(*folder_, name, &Folder::open);
}

std::unique_ptr<File> BlobStore::open_read_only(const BlobName& name) {
    return opened(*folder_, name, &Folder::open_read_only);
}

void BlobStore::remove(const BlobName& name) noexcept {
    try {
        static_cast<void>(discard(name));
    } catch (...) {  // its key is gone; the file is collected as an orphan later
    }
}

bool BlobStore::discard(const BlobName& name) {
    const std::lock_guard lock(holding_);
    const auto file = to_hex(name);
    if (!folder_->has_file(file)) return false;
    if (holds_ == 0) return folder_->remove(file);
    held_.push_back(name);
    return true;
}

bool BlobStore::is_published(const BlobName& name) {
    const std::lock_guard lock(holding_);
    return published_.contains(name);
}

bool BlobStore::exists(const BlobName& name) {
    return folder_->has_file(to_hex(name));
}

bool BlobStore::is_empty() {
    for (const auto all = folder_->listing(); const auto file = all->next();) {
        if (blob_name(*file) && folder_->has_file(*file)) return false;
    }
    return true;
}

std::optional<Opening> BlobStore::mark() {
    if (!folder_->exists(mark_file)) return std::nullopt;
    Bytes found(mark_size + 1);
    found.resize(folder_->open_read_only(mark_file)->read_at(0, found));
    if (found.size() != mark_size) return std::nullopt;
    ByteReader reader(ByteView(found).subspan(mark_magic.size()), "a folder's mark");
    Opening mark;
    mark.number = reader.integer<std::uint64_t>();
    mark.nonce = reader.array<16>();
    if (!crypto::equal_constant_time(found, sealed_mark(key_, mark))) return std::nullopt;
    return mark;
}

void BlobStore::set_mark(const Opening& mark) {
    write_durably(*folder_, mark_file, sealed_mark(key_, mark));
}

std::vector<BlobName> BlobStore::Hold::names() {
    const std::lock_guard lock(store_.holding_);
    auto out = store_.names();
    std::erase_if(out, [&](const BlobName& name) {
        return std::ranges::find(store_.held_, name) != store_.held_.end();
    });
    return out;
}

BlobStore::Hold::Hold(BlobStore& store) : store_(store) {
    const std::lock_guard lock(store_.holding_);
    ++store_.holds_;
}

BlobStore::Hold::~Hold() {
    std::vector<BlobName> gone;
    {
        const std::lock_guard lock(store_.holding_);
        if (--store_.holds_ == 0) gone.swap(store_.held_);
    }
    for (const BlobName& name : gone)
        store_.remove(name);
}

}  // namespace myqsec::storage
