#include "protocol/client_hello/hello_shape.hpp"

#include <algorithm>
#include <array>

#include "foundation/base/reader.hpp"
#include "foundation/crypto/hash.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

/// Extensions whose content a server's choice depends on: groups, signatures, ALPN, record size limit,
/// certificate compression, versions.
constexpr std::uint16_t kCompressCertificateExtension = 0x001b;
constexpr std::array<std::uint16_t, 6> kMeaningful = {
    0x000a, 0x000d, 0x0010, 0x001c, kCompressCertificateExtension, kSupportedVersionsExtension};
/// The server's name and the padding differ from one hello of a browser to the next.
constexpr std::array<std::uint16_t, 2> kVarying = {0x0000, 0x0015};

/// Two-byte values without GREASE; the odd byte of a length before them does no harm to equality.
void append_values(base::ByteView list, base::Bytes& out) {
  for (base::Reader reader(list); const auto value = reader.integer<std::uint16_t>();)
    if (!is_grease(*value)) append_integer(out, *value);
}

void append_key_share_groups(const ClientHello& hello, base::Bytes& out) {
  for (const auto group : {kX25519MlKem768, kX25519})
    if (hello.key_share(group)) append_integer(out, group);
}

}  // namespace

std::string hello_shape(const ClientHello& hello) {
  auto extensions = hello.extensions;
  std::erase_if(extensions, [](const Extension& extension) {
    return is_grease(extension.type) || std::ranges::find(kVarying, extension.type) != kVarying.end();
  });
  std::ranges::sort(extensions, {}, &Extension::type);
  base::Bytes shape;
  append_values(hello.cipher_suites, shape);
  for (const auto& extension : extensions) {
    append_integer(shape, extension.type);
    if (std::ranges::find(kMeaningful, extension.type) == kMeaningful.end()) continue;
    // These two have a one-byte length, so their values begin at an odd place.
    const bool odd = !extension.body.empty() && (extension.type == kSupportedVersionsExtension ||
                                                 extension.type == kCompressCertificateExtension);
    append_values(odd ? extension.body.subspan(1) : extension.body, shape);
  }
  append_key_share_groups(hello, shape);
  return base::to_hex(base::ByteView(crypto::sha256(shape)).first(16));
}

}  // namespace qnet::client_hello
