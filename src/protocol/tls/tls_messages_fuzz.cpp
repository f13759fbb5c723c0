// The first byte says which message of a server's the rest is; 0 feeds a client that waits for its
// ServerHello.
#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/template.hpp"
#include "protocol/tls/client.hpp"

using namespace qnet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteView input(data + 1, size - 1);
  switch (*data) {
    case 0: {
      base::testing::SeededRandom random(1);
      auto client = tls::Client::start(
          {&client_hello::builtin_templates().front(), "www.example.com", nullptr, {}, false}, random);
      (void)client.receive(input);
      break;
    }
    case tls::kEncryptedExtensions: (void)tls::read_encrypted_extensions(input); break;
    case tls::kCertificate:
      if (const auto list = tls::read_certificates(input); list)
        if (const auto chain = crypto::CertificateChain::parse(list->der); chain)
          (void)chain->check("www.example.com", {});
      break;
    case tls::kCertificateVerify: (void)tls::read_certificate_verify(input); break;
    case tls::kCompressedCertificate: (void)tls::unpack_certificate(input); break;
    default: (void)tls::read_server_hello(input); break;
  }
  return 0;
}
