#include "transport/calibration/error.hpp"

#include <algorithm>

#include "foundation/crypto/certificate.hpp"
#include "protocol/tls/error.hpp"

namespace qnet::calibration {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::unsteady: return "the origin answers now in one way, now in another";
    case Errc::unknown_form: return "the origin answers in a form that a relay cannot take on";
    case Errc::unlike: return "the origin ends broken handshakes in a way that a relay cannot take on";
    case Errc::timed_out: return "the origin does not answer in time";
  }
  return "unknown calibration error";
}

bool unsuitable(const base::Error& error) {
  using crypto::CertificateErrc;
  using tls::Errc;
  constexpr Errc of_tls[] = {Errc::tls12,     Errc::hello_retry,  Errc::no_x25519,
                             Errc::malformed, Errc::cipher_suite, Errc::client_certificate,
                             Errc::alert,     Errc::compression};
  constexpr CertificateErrc of_certificate[] = {
      CertificateErrc::expired,   CertificateErrc::not_yet_valid, CertificateErrc::wrong_name,
      CertificateErrc::malformed, CertificateErrc::bad_signature, CertificateErrc::untrusted};
  return std::ranges::any_of(of_tls, [&](auto code) { return error.is(code); }) ||
         std::ranges::any_of(of_certificate, [&](auto code) { return error.is(code); }) ||
         error.is(calibration::Errc::unknown_form) || error.is(calibration::Errc::unlike);
}

}  // namespace qnet::calibration
