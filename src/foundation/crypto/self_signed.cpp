#include "foundation/crypto/self_signed.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "foundation/crypto/openssl.hpp"

namespace qnet::crypto {
namespace {

using openssl::Deleter;
using openssl::require;

using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using AlternativeNames = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using Address = std::unique_ptr<ASN1_OCTET_STRING, Deleter<ASN1_OCTET_STRING_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>>;

constexpr int kVersion3 = 2;                // RFC 5280 §4.1.2.1
constexpr int kSerialBits = 159;            // RFC 5280 §4.1.2.2: positive, at most 20 bytes
constexpr std::size_t kMaxCommonName = 64;  // RFC 5280 appendix A, ub-common-name

// RFC 1035 §2.3.4 and RFC 1123 §2.1: labels of 1 to 63 letters, digits and inner hyphens, 253 in all.
bool is_label(std::string_view label) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, allowed);
}

bool is_dns_name(std::string_view name) {
  if (name.size() > 253) return false;
  for (;;) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

Address address_of(const std::string& name) { return Address(a2i_IPADDRESS(name.c_str())); }

bool is_name(const std::string& name) {
  // A text with an inner zero would end there for OpenSSL.
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  return address_of(name) != nullptr || is_dns_name(name);
}

openssl::Key generate_key() {
  openssl::Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a P-256 key");
  return key;
}

void set_serial(X509& certificate) {
  const Number serial(BN_new());
  require(serial != nullptr && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
              BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate)) != nullptr,
          "draw a serial number");
}

void set_subject(X509& certificate, std::string_view name) {
  const auto common = name.substr(0, kMaxCommonName);
  X509_NAME* const subject = X509_get_subject_name(&certificate);
  require(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common.data()),
                                     static_cast<int>(common.size()), -1, 0) == 1 &&
              X509_set_issuer_name(&certificate, subject) == 1,
          "name a certificate");
}

void append_name(GENERAL_NAMES& names, const std::string& name) {
  std::unique_ptr<GENERAL_NAME, Deleter<GENERAL_NAME_free>> entry(GENERAL_NAME_new());
  require(entry != nullptr, "make an alternative name");
  if (auto address = address_of(name)) {
    GENERAL_NAME_set0_value(entry.get(), GEN_IPADD, address.release());
  } else {
    std::unique_ptr<ASN1_IA5STRING, Deleter<ASN1_IA5STRING_free>> text(ASN1_IA5STRING_new());
    require(text != nullptr && ASN1_STRING_set(text.get(), name.data(), static_cast<int>(name.size())) == 1,
            "make an alternative name");
    GENERAL_NAME_set0_value(entry.get(), GEN_DNS, text.release());
  }
  require(sk_GENERAL_NAME_push(&names, entry.get()) > 0, "add an alternative name");
  // NOLINTNEXTLINE(bugprone-unused-return-value): the list owns it now
  (void)entry.release();
}

void set_extensions(X509& certificate, std::span<const std::string> names) {
  const AlternativeNames list(GENERAL_NAMES_new());
  require(list != nullptr, "make a list of names");
  for (const auto& name : names) append_name(*list, name);
  require(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1,
          "add the alternative names");

  X509V3_CTX context{};
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  using Text = std::pair<int, const char*>;
  for (const auto& [nid, value] :
       std::array{Text{NID_basic_constraints, "critical,CA:FALSE"},
                  Text{NID_key_usage, "critical,digitalSignature"}, Text{NID_ext_key_usage, "serverAuth"}}) {
    const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1, "add an extension");
  }
}

void set_validity(X509& certificate, std::chrono::system_clock::time_point from,
                  std::chrono::system_clock::time_point to) {
  require(ASN1_TIME_set(X509_getm_notBefore(&certificate), std::chrono::system_clock::to_time_t(from)) !=
                  nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(&certificate), std::chrono::system_clock::to_time_t(to)) !=
                  nullptr,
          "set a certificate's validity");
}

base::Bytes contents(BIO& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&memory, &data);
  require(size > 0 && data != nullptr, "read from memory");
  return {data, data + size};
}

SecretBytes encode_key(const EVP_PKEY& key) {
  const Memory out(BIO_new(BIO_s_secmem()));
  const Pkcs8 info(EVP_PKEY2PKCS8(&key));
  require(out != nullptr && info != nullptr && i2d_PKCS8_PRIV_KEY_INFO_bio(out.get(), info.get()) == 1,
          "encode a private key");
  return SecretBytes(contents(*out));
}

}  // namespace

std::optional<SelfSigned> self_signed(std::span<const std::string> names,
                                      std::chrono::system_clock::time_point not_before,
                                      std::chrono::system_clock::time_point not_after) {
  if (names.empty() || !std::ranges::all_of(names, is_name) || not_before >= not_after) return std::nullopt;

  const auto key = generate_key();
  const Certificate certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), kVersion3) == 1,
          "make a certificate");
  set_serial(*certificate);
  set_subject(*certificate, names.front());
  set_validity(*certificate, not_before, not_after);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1, "set a certificate's key");
  set_extensions(*certificate, names);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "sign a certificate");

  const Memory der(BIO_new(BIO_s_mem()));
  const Memory pem(BIO_new(BIO_s_mem()));
  require(der != nullptr && pem != nullptr && i2d_X509_bio(der.get(), certificate.get()) == 1 &&
              PEM_write_bio_X509(pem.get(), certificate.get()) == 1,
          "encode a certificate");
  return SelfSigned{.certificate = contents(*der),
                    .certificate_pem = std::string(base::text_of(contents(*pem))),
                    .private_key = encode_key(*key)};
}

}  // namespace qnet::crypto
