// Writes the ClientHello that a template's browser would send now.
#pragma once

#include <string_view>

#include "foundation/base/random.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/p256.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

struct HelloInputs {
  std::string_view server_name;      ///< 1 to 255 bytes
  crypto::X25519Public ephemeral{};  ///< the key whose secret the caller keeps
  crypto::X25519Public separate{};   ///< for templates with a second, other X25519 share
  /// May be null for a template without an ML-KEM share.
  const crypto::MlKemPublic* ml_kem;
  /// Keys whose secrets nobody keeps, made where they are missing: they may be made before, at leisure.
  const crypto::X25519Public* fresh_x25519 = nullptr;
  const crypto::P256Public* fresh_p256 = nullptr;
};

struct BuiltHello {
  base::Bytes record;  ///< header included; the 32 bytes of the session id are zeros
  std::size_t session_id_offset = 0;
};

[[nodiscard]] BuiltHello build_client_hello(const Template& browser, const HelloInputs& inputs,
                                            base::RandomSource& random);

}  // namespace qnet::client_hello
