// The client's part of Encrypted Client Hello (RFC 9849): a browser's hello with its GREASE replaced by a
// sealed second hello, which alone has the true name.
#pragma once

#include <optional>
#include <string_view>

#include "foundation/base/random.hpp"
#include "foundation/crypto/hkdf.hpp"
#include "foundation/crypto/hpke.hpp"
#include "protocol/client_hello/template.hpp"
#include "protocol/tls/ech_config.hpp"

namespace qnet::tls {

/// Whether the browser sends the extension at all. One that does not must not begin to.
[[nodiscard]] bool sends_ech(const client_hello::Template& browser);

/// How the browser's TLS library writes the hello inside, which shows in its sealed length.
enum class EchDialect {
  boringssl,  ///< only TLS 1.3's cipher suites; filled to a multiple of 32 bytes
  nss         ///< all cipher suites; filled to 31 bytes more than a multiple of 32
};
[[nodiscard]] EchDialect ech_dialect(const client_hello::Template& browser);

/// What will seal one hello.
struct EchSeal {
  EchConfig config;
  crypto::HpkeSender hpke;
};
/// Nothing where the list or its key cannot be used.
[[nodiscard]] std::optional<EchSeal> prepare_ech(base::ByteView config_list, base::RandomSource& random);

struct EchHellos {
  base::Bytes outer;  ///< the record that is sent
  base::Bytes inner;  ///< the message that the server answers where it accepts
};
/// `record` is the browser's hello for the public name, complete and with GREASE in its ECH extension.
[[nodiscard]] EchHellos seal_hello(base::ByteView record, std::string_view server_name, EchDialect dialect,
                                   EchSeal& seal, base::RandomSource& random);

/// RFC 9849 §7.2: whether a ServerHello message answers `inner`. `hash` is its cipher suite's.
[[nodiscard]] bool ech_confirmed(crypto::Hash hash, base::ByteView inner, base::ByteView server_hello);

}  // namespace qnet::tls
