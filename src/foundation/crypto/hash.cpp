#include "foundation/crypto/hash.hpp"

#include <algorithm>
#include <stdexcept>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using openssl::require;

const EVP_MD* sha256_algorithm() {
  static const openssl::Hash hash(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  require(hash != nullptr, "find SHA-256");
  return hash.get();
}

constexpr std::size_t block_size = 64;

/// SHA-256 in a context that each thread makes once.
class Sha256 {
 public:
  Sha256() : context_(thread_context()) {
    require(EVP_DigestInit_ex2(context_, nullptr, nullptr) == 1, "start SHA-256");
  }

  void update(base::ByteView part) {
    require(EVP_DigestUpdate(context_, part.data(), part.size()) == 1, "hash");
  }

  void finish(std::span<std::uint8_t, 32> out) {
    require(EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1, "finish SHA-256");
  }

 private:
  static EVP_MD_CTX* thread_context() {
    thread_local const openssl::HashContext context = [] {
      openssl::HashContext made(EVP_MD_CTX_new());
      require(made != nullptr && EVP_DigestInit_ex2(made.get(), sha256_algorithm(), nullptr) == 1,
              "make a SHA-256 context");
      return made;
    }();
    return context.get();
  }

  EVP_MD_CTX* context_;
};

/// HMAC (RFC 2104) as two hashes in one context: OpenSSL's own HMAC object copies three contexts for each
/// key, which costs more than the hashing when, as in Noise, every key is used once.
void hmac(base::ByteView key, std::initializer_list<base::ByteView> parts, std::span<std::uint8_t, 32> out) {
  Secret<block_size> pad;
  if (key.size() > block_size) {
    Sha256 hash;
    hash.update(key);
    hash.finish(pad.data().first<32>());
  } else {
    std::ranges::copy(key, pad.data().begin());
  }
  for (auto& byte : pad.data()) byte ^= 0x36;
  {
    Sha256 inner;
    inner.update(pad.view());
    for (const auto part : parts) inner.update(part);
    inner.finish(out);
  }
  for (auto& byte : pad.data()) byte ^= 0x36 ^ 0x5c;
  Sha256 outer;
  outer.update(pad.view());
  outer.update(out);
  outer.finish(out);
}

}  // namespace

Digest sha256(std::initializer_list<base::ByteView> parts) {
  Sha256 hash;
  for (const auto part : parts) hash.update(part);
  Digest digest{};
  hash.finish(digest);
  return digest;
}

struct Sha256Stream::Context {
  openssl::HashContext hash{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  require(
      context_->hash != nullptr && EVP_DigestInit_ex2(context_->hash.get(), sha256_algorithm(), nullptr) == 1,
      "start SHA-256");
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::add(base::ByteView piece) {
  require(EVP_DigestUpdate(context_->hash.get(), piece.data(), piece.size()) == 1, "hash");
}

Digest Sha256Stream::finish() {
  Digest digest{};
  require(EVP_DigestFinal_ex(context_->hash.get(), digest.data(), nullptr) == 1, "finish SHA-256");
  return digest;
}

std::array<std::uint8_t, 20> sha1(base::ByteView whole) {
  std::array<std::uint8_t, 20> digest{};
  require(EVP_Digest(whole.data(), whole.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1, "hash");
  return digest;
}

Secret<32> hmac_sha256(base::ByteView key, std::initializer_list<base::ByteView> parts) {
  Secret<32> mac;
  hmac(key, parts, mac.data());
  return mac;
}

Secret<32> hkdf_extract(base::ByteView salt, base::ByteView input) { return hmac_sha256(salt, {input}); }

void hkdf_expand(base::ByteView key, base::ByteView info, base::MutableBytes out) {
  if (out.size() > std::size_t{255} * 32)
    throw std::length_error("HKDF gives at most 255 blocks (RFC 5869 §2.3)");
  Secret<32> block;
  base::ByteView previous;
  for (std::uint8_t counter = 1; !out.empty(); ++counter) {
    hmac(key, {previous, info, {&counter, 1}}, block.data());
    previous = block.view();
    const auto part = out.first(std::min<std::size_t>(out.size(), 32));
    std::ranges::copy(previous.first(part.size()), part.begin());
    out = out.subspan(part.size());
  }
}

}  // namespace qnet::crypto
