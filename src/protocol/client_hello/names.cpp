#include "protocol/client_hello/names.hpp"

#include <algorithm>
#include <span>

namespace qnet::client_hello {

namespace {

struct Entry {
  std::uint16_t number;
  std::string_view name;
};

constexpr Entry kCiphers[] = {
    {0x1301, "TLS_AES_128_GCM_SHA256"},
    {0x1302, "TLS_AES_256_GCM_SHA384"},
    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
    {0xc02b, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {0xc02c, "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {0xc02f, "ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0xc030, "ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xcca8, "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xcca9, "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xccaa, "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xc009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
    {0xc00a, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
    {0xc013, "ECDHE_RSA_WITH_AES_128_CBC_SHA"},
    {0xc014, "ECDHE_RSA_WITH_AES_256_CBC_SHA"},
    {0xc008, "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"},
    {0xc012, "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
    {0xc023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    {0xc024, "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
    {0xc027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0xc028, "ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
    {0x009e, "DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009f, "DHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0x0067, "DHE_RSA_WITH_AES_128_CBC_SHA256"},
    {0x006b, "DHE_RSA_WITH_AES_256_CBC_SHA256"},
    {0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA"},
    {0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA"},
    {0x009c, "RSA_WITH_AES_128_GCM_SHA256"},
    {0x009d, "RSA_WITH_AES_256_GCM_SHA384"},
    {0x003c, "RSA_WITH_AES_128_CBC_SHA256"},
    {0x003d, "RSA_WITH_AES_256_CBC_SHA256"},
    {0x002f, "RSA_WITH_AES_128_CBC_SHA"},
    {0x0035, "RSA_WITH_AES_256_CBC_SHA"},
    {0x000a, "RSA_WITH_3DES_EDE_CBC_SHA"},
    {0x00ff, "EMPTY_RENEGOTIATION_INFO_SCSV"},
    {0x5600, "FALLBACK_SCSV"},
};

constexpr Entry kExtensions[] = {
    {0x0000, "server_name"},
    {0x0001, "max_fragment_length"},
    {0x0005, "status_request"},
    {0x000a, "supported_groups"},
    {0x000b, "ec_point_formats"},
    {0x000d, "signature_algorithms"},
    {0x0010, "application_layer_protocol_negotiation"},
    {0x0012, "signed_certificate_timestamp"},
    {0x0015, "padding"},
    {0x0016, "encrypt_then_mac"},
    {0x0017, "extended_master_secret"},
    {0x001b, "compress_certificate"},
    {0x001c, "record_size_limit"},
    {0x0022, "delegated_credential"},
    {0x0023, "session_ticket"},
    {0x0029, "pre_shared_key"},
    {0x002a, "early_data"},
    {0x002b, "supported_versions"},
    {0x002c, "cookie"},
    {0x002d, "psk_key_exchange_modes"},
    {0x0031, "post_handshake_auth"},
    {0x0032, "signature_algorithms_cert"},
    {0x0033, "key_share"},
    {0x0039, "quic_transport_parameters"},
    {0x4469, "application_settings (old)"},
    {0x44cd, "application_settings"},
    {0xca34, "trust_anchors"},
    {0xfe0d, "encrypted_client_hello"},
    {0xff01, "renegotiation_info"},
};

constexpr Entry kGroups[] = {
    {0x0017, "secp256r1"},
    {0x0018, "secp384r1"},
    {0x0019, "secp521r1"},
    {0x001d, "x25519"},
    {0x001e, "x448"},
    {0x0100, "ffdhe2048"},
    {0x0101, "ffdhe3072"},
    {0x0102, "ffdhe4096"},
    {0x0103, "ffdhe6144"},
    {0x0104, "ffdhe8192"},
    {0x11eb, "SecP256r1MLKEM768"},
    {0x11ec, "X25519MLKEM768"},
    {0x6399, "X25519Kyber768Draft00"},
};

std::string_view find(std::span<const Entry> table, std::uint16_t number) {
  const auto found = std::ranges::find(table, number, &Entry::number);
  return found == table.end() ? std::string_view() : found->name;
}

}  // namespace

std::string_view cipher_name(std::uint16_t cipher) { return find(kCiphers, cipher); }
std::string_view extension_name(std::uint16_t type) { return find(kExtensions, type); }
std::string_view group_name(std::uint16_t group) { return find(kGroups, group); }

}  // namespace qnet::client_hello
