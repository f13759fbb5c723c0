// Other people's X.509 certificates: what a browser checks of a web site's (RFC 5280, RFC 6125).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"

namespace qnet::crypto {

enum class CertificateErrc {
  malformed = 1,
  expired,
  not_yet_valid,
  wrong_name,
  untrusted,      ///< no chain to an authority that this computer knows
  bad_signature,  ///< the server does not hold the certificate's key
  no_authorities,
};
[[nodiscard]] inline const char* error_domain(CertificateErrc) { return "certificate"; }
[[nodiscard]] std::string_view describe(CertificateErrc code);

/// The authorities that a chain may end in.
class TrustStore {
 public:
  /// Those of this computer.
  [[nodiscard]] static base::Result<TrustStore> system();
  /// Those of a PEM file, and no others.
  [[nodiscard]] static base::Result<TrustStore> from_file(const std::string& path);
  /// Those of a PEM file; of this computer when `path` is empty.
  [[nodiscard]] static base::Result<TrustStore> from_file_or_system(const std::string& path) {
    return path.empty() ? system() : from_file(path);
  }
  /// Both.
  [[nodiscard]] static base::Result<TrustStore> system_and_file(const std::string& path);
  /// A single one.
  [[nodiscard]] static base::Result<TrustStore> from_der(base::ByteView certificate);
  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;
  ~TrustStore();

 private:
  friend class CertificateChain;
  struct State;
  explicit TrustStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A chain as a server sent it, its own certificate first.
class CertificateChain {
 public:
  using Time = std::chrono::system_clock::time_point;

  [[nodiscard]] static base::Result<CertificateChain> parse(const std::vector<base::ByteView>& der);
  CertificateChain(CertificateChain&&) noexcept;
  CertificateChain& operator=(CertificateChain&&) noexcept;
  ~CertificateChain();

  /// The server's certificate alone: its validity at `now`, and that it is for `name`.
  [[nodiscard]] base::Result<void> check(const std::string& name, Time now) const;
  /// All that check() does, and the chain to an authority.
  [[nodiscard]] base::Result<void> verify(const std::string& name, Time now, const TrustStore& trust) const;
  /// A TLS 1.3 CertificateVerify (RFC 8446 §4.4.3): `signed_text` under the server's key by `scheme`.
  [[nodiscard]] base::Result<void> verify_signature(std::uint16_t scheme, base::ByteView signed_text,
                                                    base::ByteView signature) const;

  /// In seconds: certificates name years up to 9999, and `Time` ends before 2263.
  [[nodiscard]] std::chrono::sys_seconds not_after() const;
  /// "CN = www.example.com", for people.
  [[nodiscard]] std::string subject() const;
  [[nodiscard]] std::string issuer() const;
  /// The order's size in bits of an ECDSA key (256, 384), whose DER-coded signatures vary in length; else 0.
  [[nodiscard]] unsigned ecdsa_bits() const;

 private:
  struct State;
  explicit CertificateChain(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace qnet::crypto
