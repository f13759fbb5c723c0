#include "foundation/crypto/certificate.hpp"

#include <ctime>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {

std::string_view describe(CertificateErrc code) {
  switch (code) {
    case CertificateErrc::malformed: return "the certificate cannot be read";
    case CertificateErrc::expired: return "the certificate has expired";
    case CertificateErrc::not_yet_valid: return "the certificate is not valid yet";
    case CertificateErrc::wrong_name: return "the certificate is for another name";
    case CertificateErrc::untrusted:
      return "the certificate is not from an authority that this computer knows";
    case CertificateErrc::bad_signature: return "the server does not hold its certificate's key";
    case CertificateErrc::no_authorities: return "the certificate authorities cannot be read";
  }
  return "unknown certificate error";
}

namespace {

using openssl::require;
using X509Owner = std::unique_ptr<X509, openssl::Deleter<X509_free>>;
using Store = std::unique_ptr<X509_STORE, openssl::Deleter<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, openssl::Deleter<X509_STORE_CTX_free>>;

void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using Stack = std::unique_ptr<STACK_OF(X509), openssl::Deleter<free_stack>>;

tl::unexpected<base::Error> refuse(CertificateErrc code, std::string context = {}) {
  ERR_clear_error();  // an answer, not a fault to find in this thread's queue later
  return base::fail(code, std::move(context));
}

std::string text_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, openssl::Deleter<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
  require(memory != nullptr, "make a buffer");
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

/// What TLS 1.3 lets a CertificateVerify use (RFC 8446 §4.2.3).
struct Scheme {
  std::uint16_t id;
  int key_type;
  const EVP_MD* (*hash)();
};
const EVP_MD* no_hash() { return nullptr; }
constexpr Scheme kSchemes[] = {
    {0x0403, EVP_PKEY_EC, EVP_sha256},      {0x0503, EVP_PKEY_EC, EVP_sha384},
    {0x0603, EVP_PKEY_EC, EVP_sha512},      {0x0804, EVP_PKEY_RSA, EVP_sha256},
    {0x0805, EVP_PKEY_RSA, EVP_sha384},     {0x0806, EVP_PKEY_RSA, EVP_sha512},
    {0x0807, EVP_PKEY_ED25519, no_hash},    {0x0809, EVP_PKEY_RSA_PSS, EVP_sha256},
    {0x080a, EVP_PKEY_RSA_PSS, EVP_sha384}, {0x080b, EVP_PKEY_RSA_PSS, EVP_sha512},
};

}  // namespace

struct TrustStore::State {
  Store store{X509_STORE_new()};
};

TrustStore::TrustStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;
TrustStore::~TrustStore() = default;

base::Result<TrustStore> TrustStore::system() {
  auto state = std::make_unique<State>();
  if (!state->store || X509_STORE_set_default_paths(state->store.get()) != 1)
    return refuse(CertificateErrc::no_authorities);
  return TrustStore(std::move(state));
}

base::Result<TrustStore> TrustStore::from_file(const std::string& path) {
  auto state = std::make_unique<State>();
  if (!state->store || X509_STORE_load_file(state->store.get(), path.c_str()) != 1)
    return refuse(CertificateErrc::no_authorities, path);
  return TrustStore(std::move(state));
}

base::Result<TrustStore> TrustStore::system_and_file(const std::string& path) {
  auto both = from_file(path);
  if (both && X509_STORE_set_default_paths(both->state_->store.get()) != 1)
    return refuse(CertificateErrc::no_authorities);
  return both;
}

base::Result<TrustStore> TrustStore::from_der(base::ByteView certificate) {
  auto state = std::make_unique<State>();
  const auto* at = certificate.data();
  const X509Owner parsed(d2i_X509(nullptr, &at, static_cast<long>(certificate.size())));
  if (!state->store || !parsed || X509_STORE_add_cert(state->store.get(), parsed.get()) != 1)
    return refuse(CertificateErrc::malformed);
  return TrustStore(std::move(state));
}

struct CertificateChain::State {
  std::vector<X509Owner> certificates;
  [[nodiscard]] X509* own() const { return certificates.front().get(); }
};

CertificateChain::CertificateChain(std::unique_ptr<State> state) : state_(std::move(state)) {}
CertificateChain::CertificateChain(CertificateChain&&) noexcept = default;
CertificateChain& CertificateChain::operator=(CertificateChain&&) noexcept = default;
CertificateChain::~CertificateChain() = default;

base::Result<CertificateChain> CertificateChain::parse(const std::vector<base::ByteView>& der) {
  auto state = std::make_unique<State>();
  for (const auto one : der) {
    const auto* at = one.data();
    X509Owner parsed(d2i_X509(nullptr, &at, static_cast<long>(one.size())));
    if (!parsed || at != one.data() + one.size()) return refuse(CertificateErrc::malformed);
    state->certificates.push_back(std::move(parsed));
  }
  if (state->certificates.empty()) return refuse(CertificateErrc::malformed);
  return CertificateChain(std::move(state));
}

base::Result<void> CertificateChain::check(const std::string& name, Time now) const {
  auto at = std::chrono::system_clock::to_time_t(now);
  if (X509_cmp_time(X509_get0_notBefore(state_->own()), &at) > 0)
    return refuse(CertificateErrc::not_yet_valid);
  if (X509_cmp_time(X509_get0_notAfter(state_->own()), &at) < 0) return refuse(CertificateErrc::expired);
  const bool matches = X509_check_host(state_->own(), name.data(), name.size(), 0, nullptr) == 1 ||
                       X509_check_ip_asc(state_->own(), name.c_str(), 0) == 1;
  if (!matches) return refuse(CertificateErrc::wrong_name, subject());
  return {};
}

base::Result<void> CertificateChain::verify(const std::string& name, Time now,
                                            const TrustStore& trust) const {
  if (auto checked = check(name, now); !checked) return checked;
  const Stack others(sk_X509_new_null());
  const StoreContext context(X509_STORE_CTX_new());
  require(others != nullptr && context != nullptr, "make a certificate check");
  for (std::size_t i = 1; i < state_->certificates.size(); ++i)
    require(sk_X509_push(others.get(), state_->certificates[i].get()) > 0, "list a certificate");
  require(X509_STORE_CTX_init(context.get(), trust.state_->store.get(), state_->own(), others.get()) == 1,
          "start a certificate check");
  auto* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, std::chrono::system_clock::to_time_t(now));
  X509_STORE_CTX_set_default(context.get(), "ssl_server");
  if (X509_verify_cert(context.get()) == 1) return {};
  return refuse(CertificateErrc::untrusted,
                X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
}

base::Result<void> CertificateChain::verify_signature(std::uint16_t scheme, base::ByteView signed_text,
                                                      base::ByteView signature) const {
  auto* const key = X509_get0_pubkey(state_->own());
  const Scheme* found = nullptr;
  for (const auto& one : kSchemes)
    if (one.id == scheme) found = &one;
  if (key == nullptr || found == nullptr || EVP_PKEY_get_base_id(key) != found->key_type)
    return refuse(CertificateErrc::bad_signature);
  const openssl::HashContext context(EVP_MD_CTX_new());
  require(context != nullptr, "make a signature check");
  EVP_PKEY_CTX* parameters = nullptr;  // the hash context's
  if (EVP_DigestVerifyInit(context.get(), &parameters, found->hash(), nullptr, key) != 1)
    return refuse(CertificateErrc::bad_signature);
  if (found->key_type == EVP_PKEY_RSA || found->key_type == EVP_PKEY_RSA_PSS) {
    if (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)
      return refuse(CertificateErrc::bad_signature);
  }
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), signed_text.data(),
                       signed_text.size()) != 1)
    return refuse(CertificateErrc::bad_signature);
  return {};
}

std::chrono::sys_seconds CertificateChain::not_after() const {
  std::tm fields{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(state_->own()), &fields) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&fields)));
}

std::string CertificateChain::subject() const { return text_of(X509_get_subject_name(state_->own())); }
std::string CertificateChain::issuer() const { return text_of(X509_get_issuer_name(state_->own())); }

unsigned CertificateChain::ecdsa_bits() const {
  auto* const key = X509_get0_pubkey(state_->own());
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return 0;
  return static_cast<unsigned>(EVP_PKEY_get_bits(key));
}

}  // namespace qnet::crypto
