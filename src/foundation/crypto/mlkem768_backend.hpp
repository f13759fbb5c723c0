// The three algorithms of FIPS 203 as pure functions of their randomness. Private to this folder; implemented
// by one of mlkem768_openssl.cpp and mlkem768_pqclean.cpp (cmake/MlKem.cmake chooses).
#pragma once

#include <cstdint>
#include <span>

namespace qnet::crypto::mlkem {

/// Algorithm 16, from the seed d‖z.
void generate(std::span<const std::uint8_t, 64> seed, std::span<std::uint8_t, 1184> public_key,
              std::span<std::uint8_t, 2400> secret_key);

/// Algorithm 17, with the randomness m. The caller has checked the public key (§7.2).
void encapsulate(std::span<const std::uint8_t, 1184> public_key, std::span<const std::uint8_t, 32> randomness,
                 std::span<std::uint8_t, 1088> ciphertext, std::span<std::uint8_t, 32> shared);

/// Algorithm 18.
void decapsulate(std::span<const std::uint8_t, 2400> secret_key,
                 std::span<const std::uint8_t, 1088> ciphertext, std::span<std::uint8_t, 32> shared);

}  // namespace qnet::crypto::mlkem
