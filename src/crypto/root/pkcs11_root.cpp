#include "base/error.hpp"
#include "crypto/random.hpp"
#include "crypto/root/pkcs11_token.hpp"
#include "crypto/root/root_provider.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t sealed_size = root_key_size + 16;
constexpr std::size_t longest_label = 256;
constexpr std::string_view context_label = "myqsec root key under a PKCS #11 key v1";

struct Blob {
    Bytes id;
    std::string label;
    ByteArray<12> nonce{};
    Bytes sealed;

    [[nodiscard]] Bytes head() const {
        return ByteWriter().integer(root_blob_version).field(id).field(as_bytes(label)).take();
    }
    /// Authenticated with the key: it is this instance's root key and nothing else that the token ever
    /// sealed.
    [[nodiscard]] Bytes context() const {
        return ByteWriter().raw(as_bytes(context_label)).raw(head()).take();
    }

    [[nodiscard]] Bytes encode() const { return ByteWriter().raw(head()).raw(nonce).raw(sealed).take(); }
    static Blob decode(ByteView bytes) {
        ByteReader reader = read_root_blob(bytes);
        const auto copy = [](ByteView view) { return Bytes(view.begin(), view.end()); };
        Blob blob;
        blob.id = copy(reader.field());
        blob.label = as_text(reader.field());
        blob.nonce = reader.array<12>();
        blob.sealed = copy(reader.raw(sealed_size));
        reader.expect_end();
        return blob;
    }
};

class Pkcs11Provider final : public RootProvider {
 public:
    explicit Pkcs11Provider(Pkcs11Root options) : options_(std::move(options)) {}

    [[nodiscard]] std::uint8_t kind() const override { return 4; }

    [[nodiscard]] Created create() override {
        const pkcs11::Module module(options_.module);
        const pkcs11::Token token(module, options_.token, options_.pin);
        const auto key = key_to_seal_under(token);
        Created created{{}, random_secret(root_key_size)};
        Blob blob;
        blob.id = token.id(key);
        blob.label = options_.key;
        blob.nonce = random_array<12>();
        blob.sealed = token.seal(key, blob.nonce, blob.context(), created.key);
        created.blob = blob.encode();
        // What the token cannot open again must never be what an instance hangs on.
        if (!equal_constant_time(open(token, blob).view(), created.key.view())) {
            fail(Status::ERR_IO, "the token does not give back what it has just sealed; nothing was created");
        }
        return created;
    }

    [[nodiscard]] Secret unlock(ByteView bytes) override {
        const Blob blob = Blob::decode(bytes);
        const pkcs11::Module module(options_.module);
        const pkcs11::Token token(module, options_.token, options_.pin);
        return open(token, blob);
    }

 private:
    [[nodiscard]] pkcs11::Token::Key key_to_seal_under(const pkcs11::Token& token) const {
        const auto keys = token.find({}, options_.key);
        if (keys.empty()) return token.generate(random_array<16>(), options_.key);
        if (keys.size() > 1) {
            fail(Status::ERR_INVALID_ARGUMENT, "the token has {} AES keys with the label '{}'; name another",
                 keys.size(), options_.key);
        }
        if (token.can_leave(keys.front())) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "the token's key '{}' can be taken out of the token; use one that is sensitive and not "
                 "extractable",
                 options_.key);
        }
        return keys.front();
    }

    [[nodiscard]] static Secret open(const pkcs11::Token& token, const Blob& blob) {
        const auto keys = token.find(blob.id, blob.label);
        for (const auto key : keys) {
            Secret root = token.open(key, blob.nonce, blob.context(), blob.sealed);
            if (root.size() == root_key_size) return root;
        }
        if (keys.empty()) {
            fail(Status::ERR_WRONG_KEY,
                 "the token has no key '{}' with the id {}; give the token that this instance was created "
                 "with",
                 blob.label, blob.id.empty() ? "none" : to_hex(blob.id));
        }
        fail(Status::ERR_WRONG_KEY, "the token's key '{}' does not open this instance's root key",
             blob.label);
    }

    Pkcs11Root options_;
};

}  // namespace

std::unique_ptr<RootProvider> pkcs11_provider(Pkcs11Root options) {
    if (options.key.empty()) options.key = Pkcs11Root::default_key;
    if (options.key.size() > longest_label) {
        fail(Status::ERR_INVALID_ARGUMENT, "the label of a token's key has at most {} bytes", longest_label);
    }
    return std::make_unique<Pkcs11Provider>(std::move(options));
}

}  // namespace myqsec::crypto
