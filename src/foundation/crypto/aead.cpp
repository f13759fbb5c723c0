#include "foundation/crypto/aead.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <stdexcept>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "foundation/base/endian.hpp"
#include "foundation/crypto/openssl.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

openssl::Cipher fetch(const char* name) {
  openssl::Cipher cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  require(cipher != nullptr, name);
  return cipher;
}

const EVP_CIPHER* cipher_of(AeadAlgorithm algorithm) {
  static const auto chacha = fetch("ChaCha20-Poly1305");
  static const auto aes_128 = fetch("AES-128-GCM");
  static const auto aes_256 = fetch("AES-256-GCM");
  switch (algorithm) {
    case AeadAlgorithm::chacha20_poly1305: return chacha.get();
    case AeadAlgorithm::aes_128_gcm: return aes_128.get();
    case AeadAlgorithm::aes_256_gcm: return aes_256.get();
  }
  return nullptr;
}

int int_size(base::ByteView bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw std::length_error("a text of 2 GiB or more cannot be sealed in one piece");
  return static_cast<int>(bytes.size());
}

// Rather than EVP_CIPHER_CTX_ctrl, which makes this same list at three times the cost.
std::array<OSSL_PARAM, 2> tag_parameters(std::span<std::uint8_t, Aead::tag_size> tag) {
  return {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
          OSSL_PARAM_construct_end()};
}

}  // namespace

/// One of each algorithm and thread. It serves both directions: ChaCha20 and GCM have one key schedule, and
/// each record names its direction.
struct Aead::Context {
  enum Direction : int { decrypt = 0, encrypt = 1 };

  openssl::CipherContext context{EVP_CIPHER_CTX_new()};
  std::uint64_t key_number = 0;

  explicit Context(AeadAlgorithm algorithm) {
    require(context != nullptr && EVP_CipherInit_ex2(context.get(), cipher_of(algorithm), nullptr, nullptr,
                                                     encrypt, nullptr) == 1,
            "make an AEAD context");
  }

  void set_key(const Secret<32>& key, std::uint64_t number) {
    // Naming the cipher again would make OpenSSL free and allocate its state.
    require(EVP_CipherInit_ex2(context.get(), nullptr, key.view().data(), nullptr, encrypt, nullptr) == 1,
            "set an AEAD key");
    key_number = number;
  }

  /// `parameters` may be null.
  void start(Direction direction, const Nonce& nonce, base::ByteView ad, const OSSL_PARAM* parameters) {
    require(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, nonce.data(), direction, parameters) == 1,
            "start a record");
    int written = 0;
    if (!ad.empty())
      require(EVP_CipherUpdate(context.get(), nullptr, &written, ad.data(), int_size(ad)) == 1,
              "authenticate associated data");
  }

  void transform(base::MutableBytes text) {
    // An empty text may have a null pointer, which OpenSSL would take for associated data.
    if (text.empty()) return;
    int written = 0;
    require(EVP_CipherUpdate(context.get(), text.data(), &written, text.data(), int_size(text)) == 1,
            "transform a record");
  }

  [[nodiscard]] bool finish() {
    std::uint8_t nothing = 0;
    int written = 0;
    return EVP_CipherFinal_ex(context.get(), &nothing, &written) == 1;
  }

  /// Null where this thread has none yet.
  [[nodiscard]] static std::unique_ptr<Context>& of(AeadAlgorithm algorithm) {
    thread_local std::array<std::unique_ptr<Context>, 3> all;
    return all.at(static_cast<std::size_t>(algorithm));
  }
};

std::size_t Aead::key_size_of(AeadAlgorithm algorithm) {
  return algorithm == AeadAlgorithm::aes_128_gcm ? 16 : 32;
}

Aead::Aead(AeadAlgorithm algorithm, base::ByteView key) : algorithm_(algorithm) {
  require(key.size() == key_size_of(algorithm), "take a key of another size");
  take_key(key);
}
Aead::Aead(Aead&& other) noexcept
    : algorithm_(other.algorithm_),
      key_(std::move(other.key_)),
      key_number_(std::exchange(other.key_number_, 0)) {}
Aead& Aead::operator=(Aead&& other) noexcept {
  if (this == &other) return *this;
  forget_key();
  algorithm_ = other.algorithm_;
  key_ = std::move(other.key_);
  key_number_ = std::exchange(other.key_number_, 0);
  return *this;
}
Aead::~Aead() { forget_key(); }

void Aead::take_key(base::ByteView key) {
  static std::atomic<std::uint64_t> keys{0};
  forget_key();
  std::ranges::copy(key, key_.data().begin());
  key_number_ = keys.fetch_add(1, std::memory_order_relaxed) + 1;
}

void Aead::forget_key() {
  if (key_number_ == 0) return;
  auto& context = Context::of(algorithm_);
  if (context && context->key_number == key_number_) context->set_key({}, 0);
  key_number_ = 0;
}

Aead::Context& Aead::context() const {
  auto& context = Context::of(algorithm_);
  if (!context) context = std::make_unique<Context>(algorithm_);
  if (context->key_number != key_number_) context->set_key(key_, key_number_);
  return *context;
}

ChaChaPoly::ChaChaPoly(std::span<const std::uint8_t, key_size> key)
    : Aead(AeadAlgorithm::chacha20_poly1305, key) {}

void ChaChaPoly::set_key(std::span<const std::uint8_t, key_size> key) { take_key(key); }

void Aead::seal(const Nonce& nonce, base::ByteView ad, base::MutableBytes text,
                std::span<std::uint8_t, tag_size> tag) {
  auto& own = context();
  own.start(Context::encrypt, nonce, ad, nullptr);
  own.transform(text);
  require(own.finish(), "finish a record");
  auto parameters = tag_parameters(tag);
  require(EVP_CIPHER_CTX_get_params(own.context.get(), parameters.data()) == 1, "read a record's tag");
}

bool Aead::open(const Nonce& nonce, base::ByteView ad, base::MutableBytes text,
                std::span<const std::uint8_t, tag_size> tag) {
  std::array<std::uint8_t, tag_size> expected{};  // OSSL_PARAM points to non-const
  std::ranges::copy(tag, expected.begin());
  const auto parameters = tag_parameters(expected);
  auto& own = context();
  own.start(Context::decrypt, nonce, ad, parameters.data());
  own.transform(text);
  if (own.finish()) return true;
  ERR_clear_error();  // a bad tag is an answer, not a fault to find in this thread's queue later
  wipe(text);
  return false;
}

Aead::Nonce ChaChaPoly::counter_nonce(std::uint64_t counter) {
  Nonce nonce{};
  base::store_le(nonce.data() + 4, counter);
  return nonce;
}

}  // namespace qnet::crypto
