#include "protocol/tls/alert.hpp"

#include "foundation/crypto/certificate.hpp"
#include "protocol/client_hello/clear_records.hpp"
#include "protocol/tls/error.hpp"

namespace qnet::tls {

std::uint8_t alert_for(const base::Error& error) {
  if (const auto clear = client_hello::clear_alert_for(error)) return *clear;
  if (error.is(Errc::cipher_suite) || error.is(Errc::no_x25519)) return 47;  // illegal_parameter
  if (error.is(Errc::bad_record)) return 20;                                 // bad_record_mac
  if (error.is(Errc::bad_finished) || error.is(crypto::CertificateErrc::bad_signature))
    return 51;                                                               // decrypt_error
  if (error.is(Errc::tls12)) return 70;                                      // protocol_version
  if (error.domain() == error_domain(crypto::CertificateErrc{})) return 46;  // certificate_unknown
  return 10;                                                                 // unexpected_message
}

}  // namespace qnet::tls
